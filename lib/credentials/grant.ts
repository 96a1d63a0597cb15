import type { KeyPair, Suite } from '../crypto/suite.js';
import type { Role } from '../domain/roles.js';
import { PhoneKeyError } from '../errors.js';
import { concat, utf8 } from '../platform/bytes.js';

/**
 * One link of a chain of grants (docs/PROTOCOL.md, section 7): whoever has a key says by signature that
 * another one shall have rights. Fixed layout, big-endian, so that there is one encoding of everything:
 *
 *      0  version (high nibble, 1), how often it may be delegated on (low nibble, 0 to 3)
 *      1  role: 1 owner, 2 driver, 3 guest, 4 valet, 5 service
 *      2  slot of the owner with whom the chain begins
 *      3  epoch (2)
 *      5  issued at (4), not before (4), not after (4): seconds since 1970
 *     17  uses (1; 0: no limit)
 *     18  lease in hours (1; 0: none)
 *     19  subject's X25519 key (32)
 *     51  subject's Ed25519 key (32), where it may be delegated on
 *   then  signature of the issuer (64)
 */

const VERSION = 1;
const FIXED_BYTES = 19;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Their codes are 1 to 5. */
const ROLE_CODES: readonly Role[] = ['owner', 'driver', 'guest', 'valet', 'service'];

/** Without and with the key that signs the next link: 115 and 147 bytes. */
export const LEAF_BYTES = FIXED_BYTES + KEY_BYTES + SIGNATURE_BYTES;
export const DELEGABLE_BYTES = LEAF_BYTES + KEY_BYTES;

/** An owner's grant may be delegated this often. */
const MOST_DELEGATIONS = 3;
export const MOST_LINKS = 1 + MOST_DELEGATIONS;
export const MOST_CHAIN_BYTES = MOST_DELEGATIONS * DELEGABLE_BYTES + LEAF_BYTES;

/** As late as can be written, in seconds since 1970. */
export const MAX_TIME = 2 ** 32 - 1;
/** `notAfter` of a grant without an end. */
export const NO_END = MAX_TIME;

/** Seconds: a car refuses what is dated further ahead of its clock, and takes back that much more than is said. */
export const TOLERANCE_SECONDS = 300;

/** Time is in whole seconds since 1970, 0 to 2^32 - 1. */
export interface GrantTerms {
  /** What the key may do. */
  readonly role: Role;
  /** When it was signed; with the subject it names the grant, and later ones replace earlier ones. */
  readonly issuedAt: number;
  /** The first second in which it holds. */
  readonly notBefore: number;
  /** The first second in which it does not hold any more. */
  readonly notAfter: number;
  /** How often it may unlock or start, 1 to 255, and then not be delegated on; 0: no limit. */
  readonly uses: number;
  /** 1 to 255; 0: none. Without a fresh signature of the owner for so long it unlocks and does not drive. */
  readonly leaseHours: number;
  /** 0 to MOST_DELEGATIONS: how many links may follow. */
  readonly delegations: number;
  /** The car's count of re-keyings, 0 to 65535. */
  readonly epoch: number;
  /** 0 to 255. */
  readonly ownerSlot: number;
}

export interface GrantSubject {
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 32 bytes; needed where `delegations` is above 0. */
  readonly signingKey?: Uint8Array;
}

export interface GrantLink {
  readonly terms: GrantTerms;
  readonly subject: GrantSubject;
  /** The link as it was received, signature included. */
  readonly bytes: Uint8Array;
}

/**
 * Signs the next link of a chain.
 * @param chain the links before it, as they are; empty for an owner
 * @param carPublicKey X25519, 32 bytes: the grant is for this car alone
 * @returns 115 bytes, or 147 where it may be delegated on
 * @throws PhoneKeyError `usage.invalid` for terms that cannot be written
 */
export const signLink = (
  suite: Suite,
  signing: KeyPair,
  carPublicKey: Uint8Array,
  chain: Uint8Array,
  subject: GrantSubject,
  terms: GrantTerms,
): Uint8Array => {
  const body = encodeBody(subject, terms);
  const signature = suite.ed25519Sign(signing, signedBytes(carPublicKey, chain, body));
  return concat(body, signature);
};

/** True when the issuer signed `link` as the one that follows `chain`. */
export const verifyLink = (
  suite: Suite,
  issuer: Uint8Array,
  carPublicKey: Uint8Array,
  chain: Uint8Array,
  { bytes }: GrantLink,
): boolean => {
  const body = bytes.subarray(0, -SIGNATURE_BYTES);
  const signature = bytes.subarray(-SIGNATURE_BYTES);
  return suite.ed25519Verify(issuer, signedBytes(carPublicKey, chain, body), signature);
};

/**
 * Takes a chain apart, 1 to 4 links; nothing is verified.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const parseChain = (chain: Uint8Array): readonly [GrantLink, ...GrantLink[]] => {
  const [first, ...rest] = takeLinks(chain);
  if (first === undefined) throw malformed('an empty chain of grants');
  return [first, ...rest];
};

/** Of the last link, which is what the bearer may do. @throws as `parseChain` */
export const lastTerms = (chain: Uint8Array): GrantTerms => {
  const links = parseChain(chain);
  return (links.at(-1) ?? links[0]).terms;
};

const takeLinks = (chain: Uint8Array): GrantLink[] => {
  const links: GrantLink[] = [];
  for (let rest = chain; rest.length > 0;) {
    if (links.length === MOST_LINKS) throw malformed('a chain of too many grants');
    const link = parseLink(rest);
    links.push(link);
    rest = rest.subarray(link.bytes.length);
  }
  return links;
};

const parseLink = (rest: Uint8Array): GrantLink => {
  const delegations = (rest[0] ?? 0) & 0x0f;
  const length = delegations === 0 ? LEAF_BYTES : DELEGABLE_BYTES;
  if (rest.length < length) throw malformed('a grant that ends too early');
  const bytes = rest.slice(0, length);
  const view = new DataView(bytes.buffer);
  if (view.getUint8(0) >> 4 !== VERSION) throw malformed('a grant of an unknown version');
  const role = ROLE_CODES[view.getUint8(1) - 1];
  if (role === undefined) throw malformed('a grant of an unknown role');
  const terms: GrantTerms = {
    role,
    ownerSlot: view.getUint8(2),
    epoch: view.getUint16(3),
    issuedAt: view.getUint32(5),
    notBefore: view.getUint32(9),
    notAfter: view.getUint32(13),
    uses: view.getUint8(17),
    leaseHours: view.getUint8(18),
    delegations,
  };
  const wrong = whatIsWrong(terms);
  if (wrong !== undefined) throw malformed(wrong);
  const publicKey = bytes.slice(FIXED_BYTES, FIXED_BYTES + KEY_BYTES);
  if (delegations === 0) return { terms, subject: { publicKey }, bytes };
  const signingKey = bytes.slice(FIXED_BYTES + KEY_BYTES, FIXED_BYTES + 2 * KEY_BYTES);
  return { terms, subject: { publicKey, signingKey }, bytes };
};

const encodeBody = ({ publicKey, signingKey }: GrantSubject, terms: GrantTerms): Uint8Array => {
  const wrong = whatIsWrong(terms) ?? whatOverflows(terms);
  if (wrong !== undefined) throw new PhoneKeyError('usage.invalid', wrong);
  if (terms.delegations > 0 && signingKey === undefined) {
    throw new PhoneKeyError('usage.invalid', 'a grant to be delegated on needs a signing key');
  }
  const body = new Uint8Array(FIXED_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, (VERSION << 4) | terms.delegations);
  view.setUint8(1, ROLE_CODES.indexOf(terms.role) + 1);
  view.setUint8(2, terms.ownerSlot);
  view.setUint16(3, terms.epoch);
  view.setUint32(5, terms.issuedAt);
  view.setUint32(9, terms.notBefore);
  view.setUint32(13, terms.notAfter);
  view.setUint8(17, terms.uses);
  view.setUint8(18, terms.leaseHours);
  return concat(body, publicKey, ...(terms.delegations > 0 && signingKey ? [signingKey] : []));
};

/** What no grant may say; a sentence, or undefined when it is in order. */
const whatIsWrong = ({
  role,
  delegations,
  uses,
  notBefore,
  notAfter,
}: GrantTerms): string | undefined => {
  if (!ROLE_CODES.includes(role)) return 'a grant of an unknown role';
  if (role === 'owner') return 'an owner is made at the car, not by a grant';
  if (delegations > MOST_DELEGATIONS) return 'a grant that may be delegated too often';
  // Many keys of one use each would be more than one key of one use.
  if (uses > 0 && delegations > 0) return 'a grant of limited uses cannot be delegated on';
  if (notBefore >= notAfter) return 'a grant that ends before it begins';
  return undefined;
};

const whatOverflows = (terms: GrantTerms): string | undefined => {
  const fits = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= most;
  const { ownerSlot, uses, leaseHours, delegations } = terms;
  const small = [ownerSlot, uses, leaseHours, delegations].every((each) => fits(each, 255));
  const times = [terms.issuedAt, terms.notBefore, terms.notAfter];
  const large = times.every((each) => fits(each, MAX_TIME));
  return small && large && fits(terms.epoch, 0xffff)
    ? undefined
    : 'a number of the grant is too large';
};

/** The car, the links before and this one's body, in a context of its own. */
const signedBytes = (carPublicKey: Uint8Array, chain: Uint8Array, body: Uint8Array): Uint8Array =>
  concat(utf8('phonekey v1 grant'), carPublicKey, chain, body);

const malformed = (message: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', message);
