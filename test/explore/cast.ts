import { signLink } from '../../lib/credentials/grant.js';
import type { GrantTerms } from '../../lib/credentials/grant.js';
import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { PhoneIdentity } from '../../lib/credentials/key-slot.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import type { KeyPair, Suite } from '../../lib/crypto/suite.js';

/** Who takes part: two owners and two guests, each with the keys of a phone, and the car. */
export type Person = 'Ada' | 'Ben' | 'Gus' | 'Hal';

export const PEOPLE: readonly Person[] = ['Ada', 'Ben', 'Gus', 'Hal'];
export const OWNERS: readonly Person[] = ['Ada', 'Ben'];
export const GUESTS: readonly Person[] = ['Gus', 'Hal'];

/** Remembers what was computed: of a few keys the same is asked a million times. */
const remembering = <A extends readonly unknown[], R>(
  work: (...args: A) => R,
  name: (...args: A) => string,
): ((...args: A) => R) => {
  const known = new Map<string, R>();
  return (...args) => {
    const id = name(...args);
    const found = known.get(id);
    if (found !== undefined) return found;
    const made = work(...args);
    known.set(id, made);
    return made;
  };
};

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

const digests = new WeakMap<Uint8Array, Uint8Array>();

/** Real signatures and digests, each computed once. */
export const suite: Suite = {
  ...nodeSuite,
  sha512: (...parts) => {
    const [only] = parts;
    if (only === undefined || parts.length > 1) return nodeSuite.sha512(...parts);
    const digest = digests.get(only) ?? nodeSuite.sha512(only);
    digests.set(only, digest);
    return digest;
  },
  ed25519Sign: remembering(
    (pair, message) => nodeSuite.ed25519Sign(pair, message),
    ({ publicKey }, message) => text(publicKey) + text(message),
  ),
  x25519: remembering(
    (pair, publicKey) => nodeSuite.x25519(pair, publicKey),
    (pair, publicKey) => text(pair.publicKey) + text(publicKey),
  ),
  hmacSha512: remembering(
    (key, ...parts) => nodeSuite.hmacSha512(key, ...parts),
    (key, ...parts) =>
      [key, ...parts].map((each) => `${String(each.length)} ${text(each)}`).join(''),
  ),
  hkdfSha512: remembering(
    (ikm, salt, info, length) => nodeSuite.hkdfSha512(ikm, salt, info, length),
    (ikm, salt, info, length) =>
      `${text(ikm)}${text(salt)}${text(info)} ${String(ikm.length)} ${String(salt.length)} ${String(length)}`,
  ),
  open: remembering(
    (key, nonce, aad, sealed) => nodeSuite.open(key, nonce, aad, sealed),
    (key, nonce, aad, sealed) =>
      `${text(key)}${text(nonce)}${String(aad.length)} ${text(aad)}${text(sealed)}`,
  ),
  ed25519Verify: remembering(
    (key, message, signature) => nodeSuite.ed25519Verify(key, message, signature),
    (key, message, signature) => text(key) + text(signature) + text(message),
  ),
};

export interface Keys {
  readonly identity: KeyPair;
  readonly signing: KeyPair;
  readonly fingerprint: Uint8Array;
}

const seed = (first: number): Uint8Array => new Uint8Array(32).fill(first);

const keysOf = (index: number): Keys => {
  const identity = suite.x25519KeyPair(seed(10 + index));
  const signing = suite.ed25519KeyPair(seed(20 + index));
  return { identity, signing, fingerprint: fingerprint(suite, identity.publicKey).slice() };
};

export const KEYS = Object.fromEntries(
  PEOPLE.map((person, index) => [person, keysOf(index)]),
) as Readonly<Record<Person, Keys>>;

export const CAR: KeyPair = suite.x25519KeyPair(seed(1));

export const phoneOf = (person: Person): PhoneIdentity => ({
  publicKey: KEYS[person].identity.publicKey,
  signingKey: KEYS[person].signing.publicKey,
  name: person,
});

export const personWith = (publicKey: Uint8Array): Person => {
  const found = PEOPLE.find((person) => KEYS[person].identity.publicKey === publicKey);
  if (found === undefined) throw new Error('a key of nobody');
  return found;
};

/** The next link of a chain, by one of the cast to another. */
export const signed: (by: Person, to: Person, chain: Uint8Array, terms: GrantTerms) => Uint8Array =
  remembering(
    (by, to, chain, terms) =>
      signLink(suite, KEYS[by].signing, CAR.publicKey, chain, subjectOf(to), terms),
    (by, to, chain, terms) => [by, to, text(chain), ...Object.values(terms)].join(),
  );

const subjectOf = (person: Person) => ({
  publicKey: KEYS[person].identity.publicKey,
  signingKey: KEYS[person].signing.publicKey,
});
