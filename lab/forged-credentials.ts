import { revocationListTagKey } from '../lib/credentials/revocation-list.js';
import type { EntryKind } from '../lib/credentials/revocation-list.js';
import { defaultSuite as suite } from '../lib/crypto/index.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { HandshakeState, PATTERNS } from '../lib/noise/handshake-state.js';
import { concat, fromHex, toHex, utf8 } from '../lib/platform/bytes.js';
import type { Random } from '../lib/platform/random.js';

/**
 * Grants and revocation lists as docs/PROTOCOL.md lays them out (sections 7 and 8), written without the checks of the
 * code that makes good ones: what somebody with a key of his own can send.
 */

/** Hex digits of each field, in the order in which they stand, big-endian. */
const LINK = {
  version: 1,
  delegations: 1,
  role: 2,
  ownerSlot: 2,
  epoch: 4,
  issuedAt: 8,
  notBefore: 8,
  notAfter: 8,
  uses: 2,
  leaseHours: 2,
} as const;
const PART = {
  version: 2,
  ownerSlot: 2,
  epoch: 4,
  number: 8,
  issuedAt: 8,
  floor: 8,
  part: 2,
  parts: 2,
  count: 4,
} as const;

type Fields<Layout> = Readonly<Record<keyof Layout, number>>;
/** Of a link before its keys: numbers as they are on the wire, whether they mean anything or not. */
export type LinkFields = Fields<typeof LINK>;
/** Of a part of a revocation list before its entries. */
export type PartFields = Fields<typeof PART>;

/** Numbers of the roles on the wire. */
export const ROLE = { owner: 1, driver: 2, guest: 3, valet: 4, service: 5 } as const;

/** Bytes of a link before its keys. */
export const FIXED_BYTES = 19;
/** Bytes of a part before its entries, and of an entry. */
export const HEADER_BYTES = 20;
export const ENTRY_BYTES = 13;

/** Of a number that is too large, the digits that there is room for. */
const hex = (value: number, digits: number): string =>
  (value >>> 0).toString(16).padStart(digits, '0').slice(-digits);

const write = <Name extends string>(
  layout: Readonly<Record<Name, number>>,
  fields: Readonly<Record<Name, number>>,
): string => {
  const names = Object.keys(layout) as Name[];
  return names.map((name) => hex(fields[name], layout[name])).join('');
};

const read = <Layout extends Readonly<Record<string, number>>>(
  layout: Layout,
  bytes: Uint8Array,
): Fields<Layout> => {
  let rest = toHex(bytes.subarray(0, HEADER_BYTES));
  const fields = Object.entries(layout).map(([name, digits]) => {
    const value = parseInt(rest.slice(0, digits), 16);
    rest = rest.slice(digits);
    return [name, value] as const;
  });
  return Object.fromEntries(fields) as Fields<Layout>;
};

const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);

export const readFields = (bytes: Uint8Array): LinkFields => read(LINK, bytes);
export const writeFields = (fields: LinkFields): Uint8Array => bytesOf(write(LINK, fields));
export const readPart = (body: Uint8Array): PartFields => read(PART, body);

/** Somebody with both of his key pairs. */
export interface Keys {
  readonly identity: KeyPair;
  readonly signing: KeyPair;
}

export const keysOf = (random: Random): Keys => ({
  identity: suite.x25519KeyPair(random(32)),
  signing: suite.ed25519KeyPair(random(32)),
});

/** Any body, signed as the link that follows `chain`: the body and 64 bytes. */
export const signBody = (
  signing: KeyPair,
  carPublicKey: Uint8Array,
  chain: Uint8Array,
  body: Uint8Array,
): Uint8Array => {
  const signed = concat(utf8('phonekey v1 grant'), carPublicKey, chain, body);
  return concat(body, suite.ed25519Sign(signing, signed));
};

/** The chain with one link more. */
export const withLink = (
  chain: Uint8Array,
  { signing }: Keys,
  carPublicKey: Uint8Array,
  fixed: Uint8Array,
  subject: Keys,
): Uint8Array => {
  const keys = [subject.identity.publicKey];
  if (((fixed[0] ?? 0) & 0x0f) > 0) keys.push(subject.signing.publicKey);
  return concat(chain, signBody(signing, carPublicKey, chain, concat(fixed, ...keys)));
};

/** Numbers of the kinds of entries on the wire. */
export const KIND = { revoked: 1, suspended: 2, resumed: 3 } as const;

export interface ForgedEntry {
  /** 8 bytes. */
  readonly fingerprint: Uint8Array;
  readonly since: number;
  /** 1 is revoked, 2 suspended, 3 resumed. */
  readonly kind: EntryKind | number;
}

export type ForgedPart = Partial<PartFields> &
  Pick<PartFields, 'ownerSlot' | 'number' | 'issuedAt'> & {
    readonly entries: readonly ForgedEntry[];
  };

/** A part without its signature: the only one of a revocation list, unless it says otherwise. */
export const writePart = ({ entries, ...fields }: ForgedPart): Uint8Array => {
  const alone = { version: 1, epoch: 0, floor: 0, part: 0, parts: 1, count: entries.length };
  const listed = entries.map(({ fingerprint, since, kind }) => {
    const code = typeof kind === 'number' ? kind : KIND[kind];
    return toHex(fingerprint) + hex(since, 8) + hex(code, 2);
  });
  return bytesOf(write(PART, { ...alone, ...fields }) + listed.join(''));
};

export interface SealOptions {
  /** The car that the signature names. */
  readonly signedFor?: Uint8Array;
  /** Of the Noise handshake. */
  readonly prologue?: Uint8Array;
}

const REVOCATION_LIST = utf8('phonekey v1 revocation list');

/** Any body, signed as a part of a revocation list, and sealed for the car. */
export const sealPart = (
  random: Random,
  signing: KeyPair,
  carPublicKey: Uint8Array,
  body: Uint8Array,
  { signedFor = carPublicKey, prologue = REVOCATION_LIST }: SealOptions = {},
): Uint8Array => {
  const noise = new HandshakeState(suite, PATTERNS.N, {
    initiator: true,
    prologue,
    rs: carPublicKey,
    random,
  });
  const signature = suite.ed25519Sign(signing, concat(REVOCATION_LIST, signedFor, body));
  return tagged(carPublicKey, noise.writeMessage(concat(body, signature)));
};

/** With the tag by which the car takes a closer look. */
export const tagged = (carPublicKey: Uint8Array, sealed: Uint8Array): Uint8Array => {
  const tag = suite.hmacSha512(revocationListTagKey(suite, carPublicKey), sealed).subarray(0, 16);
  return concat(tag, sealed);
};
