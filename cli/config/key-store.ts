import { join } from 'node:path';
import { defaultSuite as suite } from '../../lib/crypto/index.js';
import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { fileFault } from '../../local/files/fault.js';
import type { CarChange, CarStore, Offer, PairedCar } from '../../lib/index.js';
import { MOST_OFFERS, unknownCar } from '../../lib/phone/store.js';
import { toHex } from '../../lib/platform/bytes.js';
import type { Disk } from '../../local/files/disk.js';
import { fileNameFor } from './file-name.js';
import { formatKeyFile, formatOffer, MAX_FILE, parseKeyFile, parseOffer } from './key-file.js';
import { PrivateDirectory } from './private-directory.js';

const EXTENSION = '.json';
const OFFER_EXTENSION = '.offer';
/** More than a key file has at first, in bytes, and no reason to refuse a key on a disk that is nearly full. */
const PROBE_BYTES = 4096;

/**
 * The keys of this phone, a file for each car and for each key that waits for a grant. All methods throw
 * PhoneKeyError: `keys.permissions` when others may read a file, `keys.unreadable` and `keys.earlier-format`
 * naming the file, `keys.not-saved`.
 */
export class FileKeyStore implements CarStore {
  readonly #path: string;
  readonly #directory: PrivateDirectory;

  constructor(path: string, disk?: Disk) {
    this.#path = path;
    this.#directory = new PrivateDirectory(path, disk);
  }

  async list(): Promise<readonly PairedCar[]> {
    return this.#all(EXTENSION, (file) => this.#read(file));
  }

  /** Finds out whether a key could be saved, before a car is asked for one. */
  async prepare(): Promise<void> {
    await this.#save(() => this.#directory.probe(PROBE_BYTES));
  }

  async add(car: PairedCar): Promise<boolean> {
    return this.#write(car, 'new');
  }

  async update<T>(name: string, change: (car: PairedCar) => CarChange<T>): Promise<T> {
    const file = fileFor(name);
    if (!(await this.#has(file))) throw unknownCar(name);
    return this.#save(() =>
      this.#directory.locked(file, async () => {
        const before = await this.#read(file);
        if (before === undefined) throw unknownCar(name);
        const { car, value } = change(before);
        if (car !== before) await this.#write(car, 'replace');
        return value;
      }),
    );
  }

  /** Also of a file that cannot be read. */
  async remove(name: string): Promise<boolean> {
    const file = fileFor(name);
    const there = await this.#has(file);
    if (there) await this.#save(() => this.#directory.remove(file));
    return there;
  }

  async offers(): Promise<readonly Offer[]> {
    const offers = await this.#all(OFFER_EXTENSION, (file) =>
      this.#parse(file, parseOffer, ({ identity }) => offerFileFor(identity.publicKey)),
    );
    return offers.sort((a, b) => a.madeAt - b.madeAt);
  }

  async addOffer(offer: Offer): Promise<void> {
    const surplus = (await this.offers()).slice(0, 1 - MOST_OFFERS);
    const file = offerFileFor(offer.identity.publicKey);
    await this.#save(() => this.#directory.write(file, formatOffer(offer), 'replace'));
    for (const { identity } of surplus) await this.removeOffer(identity.publicKey);
  }

  async removeOffer(publicKey: Uint8Array): Promise<void> {
    await this.#save(() => this.#directory.remove(offerFileFor(publicKey)));
  }

  async #has(file: string): Promise<boolean> {
    return (await this.#files(EXTENSION)).includes(file);
  }

  #write(car: PairedCar, how: 'new' | 'replace'): Promise<boolean> {
    return this.#save(() => this.#directory.write(fileFor(car.name), formatKeyFile(car), how));
  }

  #save<T>(work: () => Promise<T>): Promise<T> {
    return guard('keys.not-saved', this.#path, work);
  }

  /** Sorted by name. */
  async #files(extension: string): Promise<readonly string[]> {
    const names = await guard('keys.unreadable', this.#path, () => this.#directory.list());
    return names.filter((name) => name.endsWith(extension)).sort();
  }

  async #all<T>(extension: string, read: (file: string) => Promise<T | undefined>): Promise<T[]> {
    const all: (T | undefined)[] = [];
    for (const file of await this.#files(extension)) all.push(await read(file));
    return all.filter((one) => one !== undefined);
  }

  #read(file: string): Promise<PairedCar | undefined> {
    return this.#parse(file, parseKeyFile, ({ name }) => fileFor(name));
  }

  /** Undefined where the file was removed since the directory was read. */
  #parse<T extends Pick<Offer, 'identity' | 'signing'>>(
    file: string,
    parse: (text: string) => T,
    placeOf: (parsed: T) => string,
  ): Promise<T | undefined> {
    return guard('keys.unreadable', join(this.#path, file), async () => {
      const text = await this.#directory.read(file, MAX_FILE);
      if (text === undefined) return undefined;
      if (text.length > MAX_FILE) throw new PhoneKeyError('keys.unreadable', 'too long');
      const parsed = parse(text);
      checkPairs(parsed);
      const place = placeOf(parsed);
      if (place !== file) throw new PhoneKeyError('keys.unreadable', `it belongs in ${place}`);
      return parsed;
    });
  }
}

const fileFor = (name: string): string => `${fileNameFor(name)}${EXTENSION}`;

const offerFileFor = (publicKey: Uint8Array): string =>
  `${toHex(publicKey.subarray(0, 8))}${OFFER_EXTENSION}`;

/** A private key with a flipped bit must not look like a key that the car has removed. */
const checkPairs = ({ identity, signing }: Pick<Offer, 'identity' | 'signing'>): void => {
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
      const named = error.cause instanceof PhoneKeyError;
      const isOld = error.code === 'keys.earlier-format';
      if (!(isOld || error.code === 'keys.unreadable') || named) throw error;
      const hint = 'Restore it from a backup, or delete it and pair again: key pair.';
      throw new PhoneKeyError(error.code, `cannot read the key file ${path}: ${error.message}`, {
        cause: error,
        ...(isOld ? {} : { hint }),
      });
    }
    const what = code === 'keys.unreadable' ? 'read' : 'save';
    const fault = fileFault(error, path);
    throw new PhoneKeyError(
      code,
      `cannot ${what} the keys: ${fault?.what ?? errorMessage(error)}`,
      {
        cause: error,
        ...(fault && { hint: fault.hint }),
      },
    );
  }
};
