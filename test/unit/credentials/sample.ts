import type { GrantSubject, GrantTerms } from '../../../lib/credentials/grant.js';
import { signLink } from '../../../lib/credentials/grant.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import { concat } from '../../../lib/platform/bytes.js';

export const suite = nodeSuite;

/** Different ones for numbers below 65,536. */
const bytes = (number: number): Uint8Array => {
  const filled = new Uint8Array(32).fill(number);
  if (number > 255) filled[30] = ~(number >> 8);
  return filled;
};

/** A phone with both of its key pairs, made from a number. */
export interface Person extends GrantSubject {
  readonly identity: KeyPair;
  readonly signing: KeyPair;
  readonly signingKey: Uint8Array;
}

export const person = (number: number): Person => {
  const identity = suite.x25519KeyPair(bytes(number));
  const signing = suite.ed25519KeyPair(bytes(number + 100));
  return { identity, signing, publicKey: identity.publicKey, signingKey: signing.publicKey };
};

export const CAR = suite.x25519KeyPair(bytes(9));
export const OWNER = person(1);
export const GUEST = person(2);
export const FRIEND = person(3);

export const NOW = 1_800_000_000;
export const HOUR = 3600;

export const TERMS: GrantTerms = {
  role: 'guest',
  issuedAt: NOW,
  notBefore: NOW,
  notAfter: NOW + 24 * HOUR,
  uses: 0,
  leaseHours: 0,
  delegations: 0,
  epoch: 1,
  ownerSlot: 0,
};

/** The owner's grant to the guest. */
export const grantTo = (
  terms: Partial<GrantTerms> = {},
  subject: GrantSubject = GUEST,
  signing = OWNER.signing,
): Uint8Array =>
  signLink(suite, signing, CAR.publicKey, new Uint8Array(0), subject, { ...TERMS, ...terms });

/** The chain with one link more, which `from` signs. */
export const delegate = (
  chain: Uint8Array,
  from: Person,
  to: GrantSubject,
  terms: Partial<GrantTerms> = {},
): Uint8Array =>
  concat(chain, signLink(suite, from.signing, CAR.publicKey, chain, to, { ...TERMS, ...terms }));

/** What the car asks of chains: it knows one owner, in slot 0. */
export const CHAIN_CONTEXT = {
  carPublicKey: CAR.publicKey,
  epoch: 1,
  ownerKey: (slot: number) => (slot === 0 ? OWNER.signingKey : undefined),
};
