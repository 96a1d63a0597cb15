import type { Suite } from '../crypto/suite.js';
import { covers } from '../domain/roles.js';
import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';
import { parseChain, verifyLink } from './grant.js';
import type { GrantLink, GrantTerms } from './grant.js';

/** What a car asks of a chain of grants before it takes the key that it names. */
export interface ChainContext {
  /** X25519, 32 bytes. */
  readonly carPublicKey: Uint8Array;
  readonly epoch: number;
  /** The Ed25519 key (32 bytes) of the owner in that slot; undefined where there is none that counts. */
  ownerKey(slot: number): Uint8Array | undefined;
}

/** A chain that holds. Whether it has begun or ended, and what was revoked, is asked at each use. */
export interface VerifiedChain {
  /** Of the last link, which has the narrowest terms. */
  readonly terms: GrantTerms;
  /** X25519, 32 bytes: the key that the last link names. */
  readonly bearer: Uint8Array;
  /** The owner's guest first, the bearer last. */
  readonly links: readonly [GrantLink, ...GrantLink[]];
}

/**
 * Verifies every link: signed by an owner of this car or by the link before, for this car and its present
 * epoch, and never wider than the link before.
 * @throws PhoneKeyError `protocol.malformed`, `grant.invalid`
 */
export const verifyChain = (
  suite: Suite,
  chain: Uint8Array,
  context: ChainContext,
): VerifiedChain => {
  const links = parseChain(chain);
  const { carPublicKey, epoch } = context;
  const [first] = links;
  if (links.some(({ terms }) => terms.epoch !== epoch)) throw invalid('a grant of another epoch');
  const owner = context.ownerKey(first.terms.ownerSlot);
  const empty = new Uint8Array(0);
  if (owner === undefined || !verifyLink(suite, owner, carPublicKey, empty, first))
    throw unsigned();
  verifyDelegations(suite, carPublicKey, links);
  const { terms, subject } = links.at(-1) ?? first;
  return { terms, bearer: subject.publicKey, links };
};

/**
 * All that can be verified without knowing the owner: that each link but the first was signed by the one
 * before, and is not wider.
 * @throws PhoneKeyError `grant.invalid`
 */
export const verifyDelegations = (
  suite: Suite,
  carPublicKey: Uint8Array,
  [first, ...links]: readonly [GrantLink, ...GrantLink[]],
): void => {
  let issuer = first;
  let soFar = issuer.bytes;
  for (const link of links) {
    if (!narrows(issuer.terms, link.terms)) {
      throw invalid('a grant that gives more than its issuer has');
    }
    const { signingKey } = issuer.subject;
    if (signingKey === undefined || !verifyLink(suite, signingKey, carPublicKey, soFar, link)) {
      throw unsigned();
    }
    soFar = concat(soFar, link.bytes);
    issuer = link;
  }
};

/** True when `inner` can be delegated by who has `outer`, and gives nothing that it does not. */
export const narrows = (outer: GrantTerms, inner: GrantTerms): boolean =>
  inner.delegations < outer.delegations &&
  inner.ownerSlot === outer.ownerSlot &&
  inner.epoch === outer.epoch &&
  inner.issuedAt >= outer.issuedAt &&
  inner.notBefore >= outer.notBefore &&
  isIn(outer, inner);

/**
 * True when a grant gives, from when it was issued, all that another one to the same key does, which is void where it
 * is of an earlier epoch.
 */
export const gives = (outer: GrantTerms, inner: GrantTerms): boolean =>
  inner.epoch < outer.epoch ||
  (inner.epoch === outer.epoch &&
    inner.delegations <= outer.delegations &&
    within(outer.uses, inner.uses) &&
    Math.max(inner.notBefore, outer.issuedAt) >= outer.notBefore &&
    isIn(outer, inner));

const isIn = (outer: GrantTerms, inner: GrantTerms): boolean =>
  covers(outer.role, inner.role) &&
  inner.notAfter <= outer.notAfter &&
  within(outer.leaseHours, inner.leaseHours);

/** For limits of which 0 means none. */
const within = (outer: number, inner: number): boolean =>
  outer === 0 || (inner > 0 && inner <= outer);

const invalid = (message: string): PhoneKeyError => new PhoneKeyError('grant.invalid', message);

const unsigned = (): PhoneKeyError => invalid('a grant that was not signed by who could');
