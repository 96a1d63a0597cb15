import { dirname } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { nodeDisk } from '../../local/files/disk.js';
import { makeDirectory, writeDurably } from '../../local/files/durable.js';
import { JsonError, object, optional, readJson, whole } from '../../local/json.js';
import { BROKER_NAME, CLOUD_NAME, isOfHome } from './url.js';

/*
 * The names of a home: a file beside the hub of its air, which takes the place of a name server. That is why the cloud of a
 * home has an address that stays, on whatever port it listens, and why an outage can be one of names.
 */

/** On the loopback of this machine. */
interface Names {
  readonly [CLOUD_NAME]?: number | undefined;
  readonly [BROKER_NAME]?: number | undefined;
}

const MOST_BYTES = 4096;
const port = whole(0xffff, 1);
const reader = object<Names>({ [CLOUD_NAME]: optional(port), [BROKER_NAME]: optional(port) });

/** The port at 127.0.0.1 that has this name; undefined: nobody has it. */
export const portNamed = async (path: string, name: string): Promise<number | undefined> => {
  const names = await readNames(path);
  return Object.hasOwn(names, name) ? names[name as keyof Names] : undefined;
};

/** Where a broker is now that a car was told of when it registered: that of the home may have another port since then. */
export const brokerNow = async (path: string, cloud: string, told: string): Promise<string> => {
  if (!isOfHome(new URL(cloud).hostname)) return told;
  const found = await portNamed(path, BROKER_NAME);
  return found === undefined ? told : `mqtt://127.0.0.1:${String(found)}`;
};

/** The names of a cloud that runs, as it comes, goes, and has an outage of them. */
export class OwnNames {
  readonly #path: string;
  #names: Names = {};
  #resolvable = true;
  /** One write after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Gives names to ports, in place of those that they had. Rejects as the file system does. */
  async own(names: Names): Promise<void> {
    this.#names = names;
    await makeDirectory(nodeDisk, dirname(this.#path));
    return this.#write();
  }

  /** An outage of names begins or ends. Where the file cannot be written it is as it was. */
  set(resolvable: boolean): void {
    this.#resolvable = resolvable;
    void this.#write().catch(() => undefined);
  }

  /** Resolves when no name is found any more that is this cloud's own. */
  release(): Promise<void> {
    this.#resolvable = false;
    return this.#write();
  }

  #write(): Promise<void> {
    const written = this.#last.then(async () => {
      if (this.#resolvable) {
        await writeDurably(nodeDisk, this.#path, utf8(`${JSON.stringify(this.#names)}\n`));
        return;
      }
      // Another cloud on the same air may have taken them meanwhile.
      const { [CLOUD_NAME]: cloud } = await readNames(this.#path).catch((): Names => ({}));
      if (cloud === this.#names[CLOUD_NAME]) await nodeDisk.unlink(this.#path);
    });
    this.#last = written.catch(() => undefined);
    return written;
  }
}

const readNames = async (path: string): Promise<Names> => {
  const found = await nodeDisk.read(path, MOST_BYTES);
  if (found === undefined) return {};
  try {
    return readJson(Buffer.from(found.bytes).toString(), 'the file', reader);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new PhoneKeyError('usage.invalid', `cannot use ${path}: ${cause.message}`, {
      cause,
      hint: 'Delete it, and start the cloud again: key cloud start.',
    });
  }
};

/** Looks names of this home up in the file, and leaves all others to the system. */
export const fetchByNames =
  (path: string, below: typeof fetch = fetch): typeof fetch =>
  async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!isOfHome(url.hostname)) return below(input, init);
    const found = await portNamed(path, url.hostname);
    // As from the system's resolver.
    if (found === undefined) {
      const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${url.hostname}`), {
        code: 'ENOTFOUND',
      });
      throw new TypeError('fetch failed', { cause });
    }
    url.hostname = '127.0.0.1';
    url.port = String(found);
    return below(input instanceof Request ? new Request(url, input) : url, init);
  };
