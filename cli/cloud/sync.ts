import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import type { Synced } from '../../lib/index.js';
import { cloudMailbox } from '../../lib/phone/cloud-mailbox.js';
import { KeyRing } from '../../lib/phone/key-ring.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { loggedInClient } from './client.js';

/** After a command that went through the cloud: nobody waits longer for it, in milliseconds. */
const QUIETLY_MS = 3_000;

const exchange = async (context: Context, signal: AbortSignal): Promise<Synced> => {
  const client = await loggedInClient(context);
  const ring = new KeyRing({ store: new FileKeyStore(context.paths.keys) });
  return ring.sync(cloudMailbox(client, signal));
};

/** Leaves in the cloud what this phone has signed or carries, and takes what waits there for it and its cars. */
export const syncWithCloud = async (context: Context): Promise<void> => {
  const { output, signal } = context;
  const done = await withProgress(output, 'exchanging with the cloud', () =>
    exchange(context, signal),
  );
  const failed = done.failed.map(({ car, error }) => ({ car, code: error.code }));
  output.result({ ...done, failed }, linesOf(done));
  for (const { car, error } of done.failed) output.say(`${car}: ${error.message}`);
  for (const { car, account } of done.refused) {
    output.say(
      `the cloud does not take the grant of ${car} for ${account}: hand it over yourself, or look at the name`,
    );
  }
};

/**
 * The same after something else was done: it never fails, and says only which keys came. What does not get done in
 * a few seconds is done the next time.
 * @returns undefined where not all was exchanged
 */
export const syncQuietly = async (context: Context): Promise<Synced | undefined> => {
  const { output, log, signal } = context;
  const over = new AbortController();
  const giveUp = (): void => {
    over.abort();
  };
  const timer = setTimeout(giveUp, QUIETLY_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    const done = await exchange(context, over.signal);
    for (const car of done.granted) output.say(cameFor(car));
    return done;
  } catch (error) {
    if (!(error instanceof PhoneKeyError)) throw error;
    log.debug('not all was exchanged with the cloud', { error: errorMessage(error) });
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
};

const cameFor = (car: string): string => `a grant came for ${car}`;

const linesOf = ({ cars, left, taken, granted, ignored }: Synced): readonly string[] => [
  cars.length === 0 && granted.length === 0
    ? 'the cloud knows no car that this phone has a key for'
    : `${String(left)} left for others, ${String(taken)} to be brought to cars`,
  ...granted.map(cameFor),
  ...(ignored === 0 ? [] : [`${String(ignored)} of no use to this phone`]),
];
