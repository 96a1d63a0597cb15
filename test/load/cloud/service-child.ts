/** The service in a process of its own, which can be killed. Its limits are for one address that is everybody. */
import { loadService } from '../../../cli/cloud/package.js';
import { errorMessage } from '../../../lib/errors.js';
import type { FromService, ToService } from './messages.js';

const MANY = { burst: 1_000_000, perMinute: 1_000_000 };

const start = async ({ home, port, brokerPort, databaseUrl, brokerUrl }: ToService) => {
  const { startCloud } = await loadService();
  return startCloud({
    home,
    port,
    brokerPort,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(brokerUrl === undefined ? {} : { brokerUrl, brokerAccounts: 'dynsec' }),
    passwordCost: 4,
    limits: {
      perAddress: MANY,
      perToken: MANY,
      perAccount: MANY,
      accounts: MANY,
      logins: MANY,
      loginsPerName: MANY,
      loginsWithName: MANY,
      registrations: MANY,
      claims: MANY,
      objects: MANY,
      linksPerAccount: 2_000,
    },
  });
};

const say = (message: FromService): void => void process.send?.(message);

process.on('message', (message: ToService) => {
  start(message).then(
    ({ url, carUrl }) => {
      say({ type: 'ready', url, carUrl });
    },
    (error: unknown) => {
      say({ type: 'failed', why: errorMessage(error) });
    },
  );
});
process.once('disconnect', () => process.exit());
