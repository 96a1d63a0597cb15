import type { Suite } from '../crypto/suite.js';
import type { FormFactor } from '../domain/names.js';
import type { Role } from '../domain/roles.js';
import type { GrantTerms } from './grant.js';

/** What a phone that is paired tells the car of itself. */
export interface PhoneIdentity {
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 32 bytes; signs grants and revocation lists. Of a granted key 32 zero bytes: it signs nothing. */
  readonly signingKey: Uint8Array;
  /** 1 to 32 bytes of UTF-8, chosen by the phone. */
  readonly name: string;
  /** What kind of thing has the key, by its own words; none where it did not say. */
  readonly formFactor?: FormFactor;
}

/** Of a phone that the car does not know yet: undefined where it said no name, or none that is permitted. */
export interface Called extends Pick<PhoneIdentity, 'formFactor'> {
  /** 1 to 32 bytes of UTF-8; undefined where it said none that is permitted. */
  readonly name: string | undefined;
}

/** A phone that asks to be paired. */
export interface Applicant extends Called, Omit<PhoneIdentity, 'name'> {}

/** What a key that the car does not know yet sends along with its first command. */
export interface Introduction extends Called {
  /** A chain of grants (grant.ts). */
  readonly grants: Uint8Array;
}

/** One enrolled phone, as the car keeps it. */
export interface KeySlot extends PhoneIdentity {
  /** 0 to slot count - 1. */
  readonly slot: number;
  /** What the key may do. */
  readonly role: Role;
  /**
   * When it was paired, by the car's clock and never before anything that an owner had signed by then:
   * seconds since 1970. Revocation lists about earlier times do not concern it.
   */
  readonly pairedAt?: number;
  /** What bounds a key that came by a grant; none for one that was paired at the car. */
  readonly grant?: KeyGrant;
}

/** With what a granted key came, and what it has used of that. */
export interface KeyGrant {
  /** Of the last link of its chain. */
  readonly terms: GrantTerms;
  /** The links of its chain, the owner's guest first, this key last. */
  readonly path: readonly PathStep[];
  /** How often it has unlocked or started; counted where the terms bound it. */
  readonly used: number;
}

/** A link of a chain of grants, as far as revocation lists can name it. */
export interface PathStep {
  /** Of the subject, 8 bytes. */
  readonly fingerprint: Uint8Array;
  /** When its issuer signed it: seconds since 1970. */
  readonly issuedAt: number;
}

/** How many keys a car holds unless it is told otherwise. */
export const DEFAULT_SLOTS = 19;

export const FINGERPRINT_BYTES = 8;

/** First 8 bytes of SHA-512 of a public key: enough to tell keys apart on a screen. */
export const fingerprint = (suite: Suite, publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).subarray(0, FINGERPRINT_BYTES);

/**
 * The key slot with this X25519 public key. Looks at every slot and decides nothing on the way, so
 * that the time tells neither which one matched, nor whether one did: who listens would know phones
 * apart by it.
 */
export const findKey = (
  suite: Suite,
  keys: readonly KeySlot[],
  publicKey: Uint8Array,
): KeySlot | undefined => {
  // All of it on small integers: a branch that is taken early costs measurably less than a late one,
  // and so does a number that stays an integer. Nobody stands behind the last slot, because reading
  // outside of an array takes longer. npm run timing notices each of these.
  const candidates = [...keys, undefined];
  let found = keys.length;
  keys.forEach((key, index) => {
    const same = 0 - Number(suite.equal(key.publicKey, publicKey)); // all bits, or none
    found ^= (found ^ index) & same;
  });
  return candidates[found];
};
