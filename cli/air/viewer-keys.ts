import type { KnownCar, ViewerKeys } from '../../lib/native/inspect/index.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { errorMessage } from '../../lib/errors.js';
import { SessionKeyReader } from './session-key-reader.js';

/**
 * What the keys of this home, and the file of `--session-keys`, let a viewer see. Of the keys of cars
 * only the cars' own public ones are kept.
 * @throws PhoneKeyError `usage.invalid` where the session keys cannot be read
 */
export const homeKeys = async ({
  options: { sessionKeys },
  paths,
  output,
}: Context): Promise<ViewerKeys & { reload(): Promise<void> }> => {
  const sessions = sessionKeys === undefined ? undefined : new SessionKeyReader(sessionKeys);
  const store = new FileKeyStore(paths.keys);
  let cars: readonly KnownCar[] = [];
  const reload = async (): Promise<void> => {
    const paired = await store.list();
    cars = paired.map(({ name, carPublicKey }) => ({ name, publicKey: carPublicKey }));
  };
  await reload().catch((error: unknown) => {
    output.say(`the cars of this phone are not recognised: ${errorMessage(error)}`);
  });
  return { cars: () => cars, session: (challenge) => sessions?.find(challenge), reload };
};
