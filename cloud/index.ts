import { join } from 'node:path';
import type { Broker } from './broker/broker.js';
import { start } from './start.js';
import { openStore } from './store/open.js';
import type { Store } from './store/store.js';
import type { CloudOptions, RunningCloud } from './types.js';

export type * from './types.js';
export { OUTAGE_MODES } from './types.js';

/** The embedded broker beside a service at the default port. */
const BROKER_PORT = 8421;

/**
 * Starts the service; resolves when it listens.
 * @throws RangeError for options that are none, StoreError where the database cannot be used, Error with Node's `code`
 *   (EADDRINUSE and others)
 */
export const startCloud = async (options: CloudOptions = {}): Promise<RunningCloud> => {
  const { store: given, broker, home, databaseUrl, brokerUrl, brokerPort, ...rest } = options;
  const store = given ?? (await storeOf(options));
  try {
    return await start(store, broker ?? (await brokerOf(store, options)), rest);
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
};

const storeOf = ({ home, databaseUrl: url, log }: CloudOptions): Promise<Store> => {
  if (url !== undefined) return openStore({ url, log });
  if (home !== undefined) return openStore({ folder: join(home, 'database'), log });
  throw new RangeError('a home or a database is needed');
};

const brokerOf = async (store: Store, options: CloudOptions): Promise<Broker> => {
  const { brokerUrl, brokerCa: ca, brokerAccounts: accounts, clock, random, log } = options;
  if (brokerUrl === undefined) {
    const { embeddedBroker } = await import('./broker/embedded.js');
    const port = options.brokerPort ?? (options.port === 0 ? 0 : BROKER_PORT);
    const authenticate = async (car: string, hash: Uint8Array): Promise<boolean> =>
      (await store.carOf(car, hash)) !== undefined;
    return embeddedBroker({ port, authenticate, clock, log });
  }
  const { brokerByUrl } = await import('./broker/by-url.js');
  const { url, ...credentials } = withoutCredentials(brokerUrl);
  return brokerByUrl({ url, ...credentials, ca, accounts, clock, random, log });
};

/** Cars are told the URL, and have credentials of their own. */
const withoutCredentials = (text: string): { url: string; username?: string; password?: string } => {
  const url = new URL(text);
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  };
};
