import { flip } from '../lab/flip.js';
import { signBody } from '../lab/forged-credentials.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../lib/credentials/grant.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { admissions, grant, introductions } from './admission-vectors.js';
import { counting, forBits, KEYS, NOTE, suite } from './example-keys.js';
import { bodyOf, FRIEND, GUEST, LINKS, NOTHING, NOW, TERMS } from './sharing-examples.js';

/** test/vectors/grants.json: chains, and what a car makes of them. */

const BODY_BITS = [8, 16, 39, 40, 96, 128, 136, 144, 152, 407];

const { first, second, both } = LINKS;
const owner = KEYS.phoneSigning;
/** Another owner, who has revocation lists in some cases. */
export const SECOND_OWNER = {
  identity: suite.x25519KeyPair(counting(0xb5, 32)),
  signing: suite.ed25519KeyPair(counting(0xd5, 32)),
  slot: 3,
};
const stranger = suite.ed25519KeyPair(KEYS.revocationListEphemeral);
const otherCar = suite.x25519KeyPair(KEYS.revocationListEphemeral).publicKey;

const delegate = (
  chain: Uint8Array,
  terms: Partial<GrantTerms> = {},
  signing: KeyPair = KEYS.guestSigning,
  subject: GrantSubject = FRIEND,
): Uint8Array => {
  const whole = { ...TERMS.second, ...terms };
  return concat(chain, signLink(suite, signing, KEYS.car.publicKey, chain, subject, whole));
};

/** The owner's link with some bytes of its body changed, signed all the same. */
const changed = (change: (body: Uint8Array) => unknown): Uint8Array => {
  const body = bodyOf(grant()).slice();
  change(body);
  return signBody(owner, KEYS.car.publicKey, NOTHING, body);
};

const byte = (at: number, value: number): Uint8Array =>
  changed((body) => body.fill(value, at, at + 1));

/** `malformed`: it cannot be taken apart. `invalid`: it can, and does not hold. */
const chains = <Outcome extends 'accepted' | 'malformed' | 'invalid'>(
  expect: Outcome,
  values: Readonly<Record<string, Uint8Array>>,
) => Object.entries(values).map(([name, value]) => ({ name, chain: toHex(value), expect }));

/** Guest and friend hand it to and fro. */
const four = [2, 1, 0].reduce(
  (before, delegations) => {
    const [signing, subject] =
      delegations === 1 ? [KEYS.friendSigning, GUEST] : [KEYS.guestSigning, FRIEND];
    return delegate(before, { ...TERMS.first, delegations }, signing, subject);
  },
  grant({ delegations: 3 }),
);

const allChains = () => {
  const last = grant({ delegations: 0 });
  return [
    ...chains('accepted', {
      'the first link of the worked example': first,
      'both links of the worked example': both,
      'one link that cannot be delegated on': last,
      'four links, each with a delegation less': four,
      'the longest time that can be written': grant({ notAfter: 2 ** 32 - 1 }),
    }),
    ...chains('malformed', {
      nothing: NOTHING,
      'a byte short': last.slice(0, -1),
      'a byte too many': concat(last, Uint8Array.of(0)),
      'the second link cut': both.slice(0, -1),
      'version 0': byte(0, 0x01),
      'version 2': byte(0, 0x21),
      'four delegations': byte(0, 0x14),
      'fifteen delegations': byte(0, 0x1f),
      'role 0': byte(1, 0),
      'role owner: owners are made at the car alone': byte(1, 1),
      'role 6, which is none': byte(1, 6),
      'uses limited, and yet to be delegated on': byte(17, 1),
      'ends when it begins': changed((body) => body.copyWithin(13, 9, 13)),
      'five links: the last one more than there may be': concat(four, last),
      'no delegation left in the nibble, but a signing key: the next link begins in the middle of it':
        byte(0, 0x10),
    }),
    ...chains('invalid', {
      'signed by a stranger': grant({}, stranger),
      'signed by the guest itself': grant({}, KEYS.guestSigning),
      'made for another car': grant({}, owner, otherCar),
      'of a slot with another owner': grant({ ownerSlot: SECOND_OWNER.slot }),
      'of a slot without an owner': grant({ ownerSlot: 5 }),
      'of the epoch before': grant({ epoch: TERMS.first.epoch - 1 }),
      'of an epoch to come': grant({ epoch: TERMS.first.epoch + 1 }),
      ...forBits('bit # of the body flipped', BODY_BITS, (bit) => flip(last, bit)),
      ...forBits('bit # of the signature flipped', [0, 255, 511], (bit) =>
        flip(last, 8 * 51 + bit),
      ),
      'signature of zeros': concat(bodyOf(last), new Uint8Array(64)),
      'S of the signature plus the order of the group': malleable(last),
      'the second link alone': second,
      'the links in the other order': concat(second, first),
      'the second link after another first one': concat(grant({ leaseHours: 49 }), second),
      'delegated by who may not': delegate(last),
      'the second link signed by the owner, who is not its issuer': delegate(first, {}, owner),
      'the second link signed by its own subject': delegate(first, {}, KEYS.friendSigning),
    }),
    ...wider(),
  ];
};

/** What a second link may not say after a first one. */
const wider = () => {
  const may =
    (expect: 'accepted' | 'invalid') =>
    (name: string, outer: Partial<GrantTerms>, inner: Partial<GrantTerms>) =>
      chains(expect, { [`after a link: ${name}`]: delegate(grant(outer), inner) });
  const [good, bad] = [may('accepted'), may('invalid')];
  const until = TERMS.first.notAfter;
  return [
    bad('a role with more commands (guest, then driver)', { role: 'guest' }, { role: 'driver' }),
    bad('a role with other commands (guest, then service)', { role: 'guest' }, { role: 'service' }),
    bad('a higher speed (valet, then service)', { role: 'valet' }, { role: 'service' }),
    good('valet after service', { role: 'service' }, {}),
    bad('begins earlier', {}, { notBefore: NOW - 1 }),
    bad('ends later', {}, { notAfter: until + 1 }),
    good('the same time', {}, { notBefore: NOW, notAfter: until }),
    bad('issued earlier', {}, { issuedAt: NOW - 1 }),
    bad('no lease after a lease', {}, { leaseHours: 0 }),
    bad('a longer lease', {}, { leaseHours: 49 }),
    good('a lease where there was none', { leaseHours: 0 }, {}),
    bad('as many delegations', { delegations: 1 }, { delegations: 1, uses: 0 }),
    bad('more delegations', { delegations: 1 }, { delegations: 2, uses: 0 }),
    bad('another owner', {}, { ownerSlot: SECOND_OWNER.slot }),
    bad('another epoch', {}, { epoch: TERMS.first.epoch - 1 }),
    good('uses where there was no limit', {}, { uses: 255 }),
  ].flat();
};

/** Order of the base point, little-endian (RFC 8032, section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** S + L, which a lax verifier takes for the same signature. */
const malleable = (link: Uint8Array): Uint8Array => {
  const s = link.slice(-32).reduceRight((sum, each) => sum * 256n + BigInt(each), 0n) + ORDER;
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
  return concat(link.slice(0, -32), bytes);
};

export const grantVectors = () => ({
  note: NOTE,
  car_private: toHex(KEYS.car.privateKey),
  epoch: TERMS.first.epoch,
  owners: [
    { slot: 0, public: toHex(KEYS.phone.publicKey), signing_public: toHex(owner.publicKey) },
    {
      slot: SECOND_OWNER.slot,
      public: toHex(SECOND_OWNER.identity.publicKey),
      signing_public: toHex(SECOND_OWNER.signing.publicKey),
    },
  ],
  chains: allChains(),
  admissions: admissions(),
  introductions: introductions(),
});
