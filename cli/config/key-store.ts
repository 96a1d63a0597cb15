import { join } from 'node:path';
import { defaultSuite } from '../../lib/crypto/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { CarStore, PairedCar } from '../../lib/index.js';
import { errorMessage } from '../error-message.js';
import { fileNameFor } from './file-name.js';
import { formatKeyFile, MAX_FILE, parseKeyFile } from './key-file.js';
import { PrivateDirectory } from './private-directory.js';
import type { PrivateDisk } from './private-disk.js';

const EXTENSION = '.json';

/**
 * The keys of this phone, a file for each car. All methods throw PhoneKeyError: `keys.permissions`
 * when others may read a file, `keys.unreadable` naming the file, `keys.not-saved`.
 */
export class FileKeyStore implements CarStore {
  readonly #path: string;
  readonly #directory: PrivateDirectory;

  constructor(path: string, disk?: PrivateDisk) {
    this.#path = path;
    this.#directory = new PrivateDirectory(path, disk);
  }

  async list(): Promise<readonly PairedCar[]> {
    const names = await guard('keys.unreadable', this.#path, () => this.#directory.list());
    const cars: PairedCar[] = [];
    for (const file of names.filter((name) => name.endsWith(EXTENSION)).sort()) {
      const car = await this.#read(file);
      if (car !== undefined) cars.push(car);
    }
    return cars;
  }

  /** Finds out whether a key could be saved, before a car is asked for one. */
  async prepare(): Promise<void> {
    await guard('keys.not-saved', this.#path, () => this.#directory.probe(MAX_FILE));
  }

  async add(car: PairedCar): Promise<boolean> {
    return this.#write(car, 'new');
  }

  async save(car: PairedCar): Promise<void> {
    await this.#write(car, 'replace');
  }

  async remove(name: string): Promise<void> {
    await guard('keys.not-saved', this.#path, () => this.#directory.remove(fileFor(name)));
  }

  /** Whether there is a file for the car, readable or not. */
  async has(name: string): Promise<boolean> {
    const names = await guard('keys.unreadable', this.#path, () => this.#directory.list());
    return names.includes(fileFor(name));
  }

  #write(car: PairedCar, how: 'new' | 'replace'): Promise<boolean> {
    return guard('keys.not-saved', this.#path, () =>
      this.#directory.write(fileFor(car.name), formatKeyFile(car), how),
    );
  }

  async #read(file: string): Promise<PairedCar | undefined> {
    return guard('keys.unreadable', join(this.#path, file), async () => {
      const text = await this.#directory.read(file, MAX_FILE);
      if (text === undefined) return undefined; // removed since the directory was read
      if (text.length > MAX_FILE) throw new PhoneKeyError('keys.unreadable', 'too long');
      const car = parseKeyFile(text);
      checkPairs(car);
      if (fileFor(car.name) !== file) {
        throw new PhoneKeyError('keys.unreadable', `it belongs in ${fileFor(car.name)}`);
      }
      return car;
    });
  }
}

const fileFor = (name: string): string => `${fileNameFor(name)}${EXTENSION}`;

/** A private key with a flipped bit must not look like a key that the car has removed. */
const checkPairs = ({ identity, signing }: PairedCar): void => {
  const suite = defaultSuite;
  if (
    !suite.equal(suite.x25519KeyPair(identity.privateKey).publicKey, identity.publicKey) ||
    !suite.equal(suite.ed25519KeyPair(signing.privateKey).publicKey, signing.publicKey)
  ) {
    throw new PhoneKeyError('keys.unreadable', 'the two halves of a key do not match');
  }
};

/** Names the file, and turns errors of the file system into ours. */
const guard = async <T>(
  code: 'keys.unreadable' | 'keys.not-saved',
  path: string,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PhoneKeyError) {
      if (error.code !== 'keys.unreadable') throw error;
      throw new PhoneKeyError(
        'keys.unreadable',
        `cannot read the key file ${path}: ${error.message}`,
        { cause: error, hint: 'Restore it from a backup, or delete it and pair again: key pair.' },
      );
    }
    const what = code === 'keys.unreadable' ? 'read' : 'save';
    throw new PhoneKeyError(code, `cannot ${what} the keys: ${errorMessage(error)}`, {
      cause: error,
    });
  }
};
