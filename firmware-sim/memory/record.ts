import { ROLE_NAMES, roleFromName, roleName } from '../../lib/credentials/roles.js';
import type { RoleName } from '../../lib/credentials/roles.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { fromHex, toHex } from '../../lib/platform/bytes.js';
import { checkName, LENGTH } from '../../lib/wire/codec.js';

/** Everything the car must not forget, as one record: a commit takes all of it or none. */
export interface CarRecord {
  /** X25519 private key, 32 bytes: the car's identity. */
  readonly privateKey: Uint8Array;
  /** Pairing tries ever counted; never goes back, not even in a factory reset. */
  readonly pairingTries: number;
  /** Ascending by slot. */
  readonly keys: readonly KeySlot[];
}

/** Slot numbers fit in a byte. */
export const MAX_SLOTS = 256;

/** The record as JSON, binary fields in hex. */
export const encodeRecord = (record: CarRecord): string =>
  JSON.stringify({
    privateKey: toHex(record.privateKey),
    pairingTries: record.pairingTries,
    keys: record.keys.map((key) => ({
      slot: key.slot,
      publicKey: toHex(key.publicKey),
      signingKey: toHex(key.signingKey),
      name: key.name,
      role: roleName(key.role),
    })),
  });

/** @throws Error saying which field is wrong; never tells its value. */
export const decodeRecord = (text: string): CarRecord => {
  const fields = object('record', parseJson(text), ['privateKey', 'pairingTries', 'keys']);
  const { keys } = fields;
  if (!Array.isArray(keys) || keys.length > MAX_SLOTS) throw invalid('keys');
  return {
    privateKey: bytes('privateKey', fields['privateKey'], 32),
    pairingTries: integer('pairingTries', fields['pairingTries'], Number.MAX_SAFE_INTEGER),
    keys: distinct(keys.map(decodeKey)),
  };
};

const decodeKey = (value: unknown): KeySlot => {
  const fields = object('key', value, ['slot', 'publicKey', 'signingKey', 'name', 'role']);
  const { name, role } = fields;
  if (typeof name !== 'string') throw invalid('name');
  if (!isRoleName(role)) throw invalid('role');
  return {
    slot: integer('slot', fields['slot'], MAX_SLOTS - 1),
    publicKey: bytes('publicKey', fields['publicKey'], LENGTH.publicKey),
    signingKey: bytes('signingKey', fields['signingKey'], LENGTH.publicKey),
    name: checkName(name),
    role: roleFromName(role),
  };
};

const distinct = (keys: readonly KeySlot[]): readonly KeySlot[] => {
  keys.reduce((last, { slot }) => {
    if (slot <= last) throw invalid('slot');
    return slot;
  }, -1);
  if (new Set(keys.map((key) => toHex(key.publicKey))).size !== keys.length) {
    throw invalid('publicKey');
  }
  return keys;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its error may quote the text, and the text holds the private key.
    throw invalid('JSON');
  }
};

/** Exactly these fields, no more and no fewer. */
const object = <K extends string>(
  what: string,
  value: unknown,
  names: readonly K[],
): Record<K, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(what);
  const found = Object.keys(value);
  if (found.length !== names.length || !names.every((name) => found.includes(name))) {
    throw invalid(what);
  }
  return value as Record<K, unknown>;
};

const bytes = (what: string, value: unknown, length: number): Uint8Array => {
  const decoded = typeof value === 'string' ? fromHex(value) : undefined;
  if (decoded?.length !== length) throw invalid(what);
  return decoded;
};

const integer = (what: string, value: unknown, max: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw invalid(what);
  }
  return value;
};

const isRoleName = (value: unknown): value is RoleName => ROLE_NAMES.some((name) => name === value);

const invalid = (what: string): Error => new Error(`invalid ${what}`);
