import { PhoneKeyError } from '../../lib/errors.js';
import type { KeyPair, PairedCar, RoleName } from '../../lib/index.js';
import { fromHex, toHex, utf8 } from '../../lib/platform/bytes.js';

/** The text of a key file: one car, JSON, version 1. Keys are 32 bytes each, in hex. */

/** Largest file that is read, in bytes; a real one has about 600. */
export const MAX_FILE = 4096;

const VERSION = 1;
const FIELDS = ['version', 'name', 'state', 'role', 'slot', 'car', 'identity', 'signing'];
/** The car's own name has 32 bytes at most; a phone may append a number. */
const MAX_NAME = 64;

export const formatKeyFile = (car: PairedCar): string => {
  const pair = ({ privateKey, publicKey }: KeyPair) => ({
    privateKey: toHex(privateKey),
    publicKey: toHex(publicKey),
  });
  return `${JSON.stringify(
    {
      version: VERSION,
      name: car.name,
      state: car.state,
      role: car.role,
      slot: car.slot,
      car: { publicKey: toHex(car.carPublicKey) },
      identity: pair(car.identity),
      signing: pair(car.signing),
    },
    undefined,
    2,
  )}\n`;
};

/**
 * Reads what `formatKeyFile` wrote and nothing else: a field too many or of another type is an error.
 * @throws PhoneKeyError `keys.unreadable`; never quotes the contents
 */
export const parseKeyFile = (text: string): PairedCar => {
  const root = object(parseJson(text), FIELDS);
  if (root['version'] !== VERSION) throw unreadable('a version this phonekey does not know');
  return {
    name: name(root['name']),
    state: oneOf(['pending', 'paired'] as const, root['state']),
    carPublicKey: key(object(root['car'], ['publicKey'])['publicKey']),
    identity: keyPair(root['identity']),
    signing: keyPair(root['signing']),
    ...(root['role'] === undefined
      ? {}
      : { role: oneOf<RoleName>(['owner', 'driver'], root['role']) }),
    ...(root['slot'] === undefined ? {} : { slot: slot(root['slot']) }),
  };
};

type JsonObject = Readonly<Record<string, unknown>>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text.
    throw unreadable('not JSON');
  }
};

const object = (value: unknown, fields: readonly string[]): JsonObject => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('an object is missing');
  }
  if (!Object.keys(value).every((field) => fields.includes(field))) {
    throw unreadable('an unknown field');
  }
  return value as JsonObject;
};

const name = (value: unknown): string => {
  // What the wire allows, and no less: a car's name must not make its key file unreadable.
  if (typeof value !== 'string' || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) {
    throw unreadable('not a name');
  }
  const { length } = utf8(value);
  if (length === 0 || length > MAX_NAME) throw unreadable('a name of a wrong length');
  return value;
};

const oneOf = <T extends string>(choices: readonly T[], value: unknown): T => {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw unreadable('a value that is not one of the choices');
  return found;
};

const slot = (value: unknown): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 999) {
    throw unreadable('not a slot');
  }
  return value;
};

const key = (value: unknown): Uint8Array => {
  const bytes = typeof value === 'string' ? fromHex(value) : undefined;
  if (bytes?.length !== 32) throw unreadable('not a key');
  return bytes;
};

const keyPair = (value: unknown): KeyPair => {
  const pair = object(value, ['privateKey', 'publicKey']);
  return { privateKey: key(pair['privateKey']), publicKey: key(pair['publicKey']) };
};

const unreadable = (what: string): PhoneKeyError => new PhoneKeyError('keys.unreadable', what);
