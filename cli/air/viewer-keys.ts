import type { KnownCar, SessionKeys, ViewerKeys } from '../../lib/native/inspect/index.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { errorMessage } from '../../lib/errors.js';
import { SessionKeyReader } from './session-key-reader.js';

/** What the keys of this home, and the file of `--session-keys`, let a viewer see. */
export class HomeKeys implements ViewerKeys {
  readonly #store: FileKeyStore;
  readonly #sessions: SessionKeyReader | undefined;
  #cars: readonly KnownCar[] = [];

  private constructor(store: FileKeyStore, sessions: SessionKeyReader | undefined) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /** @throws PhoneKeyError `usage.invalid` where the session keys cannot be read */
  static async open({ options, paths, output }: Context): Promise<HomeKeys> {
    const { sessionKeys } = options;
    const sessions = sessionKeys === undefined ? undefined : new SessionKeyReader(sessionKeys);
    const keys = new HomeKeys(new FileKeyStore(paths.keys), sessions);
    try {
      await keys.reload();
    } catch (error) {
      output.say(`the cars of this phone are not recognised: ${errorMessage(error)}`);
    }
    return keys;
  }

  /** Reads the cars anew. Of their keys only the cars' own public ones are kept. */
  async reload(): Promise<void> {
    const cars = await this.#store.list();
    this.#cars = cars.map(({ name, carPublicKey }) => ({ name, publicKey: carPublicKey }));
  }

  cars(): readonly KnownCar[] {
    return this.#cars;
  }

  session(challenge: Uint8Array): SessionKeys | undefined {
    return this.#sessions?.find(challenge);
  }
}
