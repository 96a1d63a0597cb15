import { flip } from '../lab/flip.js';
import { signBody } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../lib/credentials/grant.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { BAD_NAMES, counting, forBits, KEYS, NOTE, suite } from './example-keys.js';
import { bodyOf, FRIEND, GUEST, LINKS, NOTHING, NOW, TERMS } from './sharing-examples.js';

/** test/vectors/grants.json: chains, and what a car makes of them. */

const HOUR = 3600;

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

const grant = (
  terms: Partial<GrantTerms> = {},
  signing: KeyPair = owner,
  carPublicKey = KEYS.car.publicKey,
): Uint8Array =>
  signLink(suite, signing, carPublicKey, NOTHING, GUEST, { ...TERMS.first, ...terms });

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

const KEY_OF = {
  guest: KEYS.guest.publicKey,
  friend: KEYS.friend.publicKey,
  owner: KEYS.phone.publicKey,
} as const;

interface Circumstances {
  /** Seconds since 1970; null where the car does not know the time. */
  readonly now?: number | null;
  readonly bearer?: keyof typeof KEY_OF;
  /** In the revocation lists of the owner of slot 3; `removed`: the car did that at the time. */
  readonly entries?: readonly {
    about: keyof typeof KEY_OF;
    since: number;
    kind: 'revoked' | 'suspended' | 'removed';
  }[];
  /** Of the owner of slot 0. */
  readonly floor?: number;
  /** A free slot; none when false. */
  readonly room?: boolean;
  /** A grant by which the bearer has a slot already. */
  readonly known?: Uint8Array;
  /** Beside the grant; empty: none. */
  readonly called?: string;
}

/** `expect`: `admitted`, a reason of Refusal, or `HELLO`, which a stranger gets. */
const admission = (
  name: string,
  value: Uint8Array,
  expect: string,
  {
    now = NOW,
    bearer = 'guest',
    entries = [],
    floor = 0,
    room = true,
    known,
    called = 'phone',
  }: Circumstances = {},
) => ({
  name,
  now,
  bearer: toHex(KEY_OF[bearer]),
  chain: toHex(value),
  entries: entries.map(({ about, ...rest }) => ({
    fingerprint: toHex(fingerprint(suite, KEY_OF[about])),
    ...rest,
  })),
  floor,
  room,
  known: known === undefined ? null : toHex(known),
  called,
  expect,
});

const listed =
  (kind: 'revoked' | 'suspended' | 'removed') =>
  (about: keyof typeof KEY_OF, since = NOW): Circumstances => ({
    entries: [{ about, since, kind }],
  });
const [revoked, suspended, removed] = [listed('revoked'), listed('suspended'), listed('removed')];

const admissions = () => {
  const { notBefore, notAfter } = TERMS.second;
  const byFriend = (now: number | null = notBefore) => ({ bearer: 'friend', now }) as const;
  const forged = flip(first, 8 * 80);
  const newer = grant({ issuedAt: NOW + 1 });
  const endless = grant({ notAfter: 2 ** 32 - 1 });
  const ends = { ...byFriend(), ...removed('guest', TERMS.second.issuedAt) };
  return [
    admission('the first link of the worked example, by the guest', first, 'admitted'),
    admission('both links, by the friend', both, 'admitted', byFriend()),
    admission('both links, by the guest, who is not the last subject', both, 'HELLO', {
      now: notBefore,
    }),
    admission('the first link, by the friend', first, 'HELLO', byFriend()),
    admission('a chain that does not hold', forged, 'HELLO'),
    admission('to a car whose clock is 300 s behind', first, 'admitted', { now: NOW - 300 }),
    admission('to a car whose clock is 301 s behind', first, 'DATED_AHEAD', { now: NOW - 301 }),
    admission(
      'to a car whose clock is 301 s behind that of who delegated it',
      both,
      'DATED_AHEAD',
      byFriend(TERMS.second.issuedAt - 301),
    ),
    admission('a second before the second link begins', both, 'NOT_YET', byFriend(notBefore - 1)),
    admission('in the last second', both, 'admitted', byFriend(notAfter - 1)),
    admission('when it ends', both, 'EXPIRED', byFriend(notAfter)),
    admission('to a car that has lost the time', both, 'CLOCK_LOST', byFriend(null)),
    admission('to a car without a free slot', first, 'SLOTS_FULL', { room: false }),
    admission('its key is revoked', first, 'SUSPENDED', revoked('guest')),
    admission('its key is suspended', first, 'SUSPENDED', suspended('guest')),
    admission(
      'its key was revoked 300 s before it was issued',
      first,
      'SUSPENDED',
      revoked('guest', NOW - 300),
    ),
    admission(
      'its key was revoked 301 s before it was issued',
      first,
      'admitted',
      revoked('guest', NOW - 301),
    ),
    admission('its key was removed', first, 'GRANT_VOID', removed('guest')),
    admission(
      'its key was removed 300 s before it was issued',
      first,
      'GRANT_VOID',
      removed('guest', NOW - 300),
    ),
    admission(
      'its key was removed 301 s before it was issued',
      first,
      'admitted',
      removed('guest', NOW - 301),
    ),
    admission('the key that delegated it was removed', both, 'GRANT_VOID', ends),
    admission(
      'the owner who signed it was removed, and has paired again',
      first,
      'GRANT_VOID',
      removed('owner'),
    ),
    admission('its key was removed, and is revoked as well', first, 'SUSPENDED', {
      entries: [...(removed('guest').entries ?? []), ...(revoked('guest').entries ?? [])],
    }),
    admission('signed at the floor of its owner', first, 'GRANT_VOID', { floor: NOW }),
    admission('signed a second after the floor of its owner', first, 'admitted', {
      floor: NOW - 1,
    }),
    admission('the key that delegated it is revoked', both, 'SUSPENDED', {
      ...byFriend(),
      ...revoked('guest'),
    }),
    admission('issued after the key that delegated it was revoked', both, 'SUSPENDED', {
      ...byFriend(),
      ...revoked('guest', NOW + HOUR - 1),
    }),
    admission('another key is revoked', first, 'admitted', revoked('friend')),
    admission('the owner who signed it is suspended', first, 'HELLO', suspended('owner')),
    admission('a newer grant than the key has', newer, 'admitted', { known: first }),
    admission('a chain that does not hold, of a key in a slot', forged, 'GRANT_INVALID', {
      known: first,
    }),
    admission('at the highest time, by a grant without an end', endless, 'admitted', {
      now: 2 ** 32 - 1,
    }),
    admission(
      'at the highest time, by a grant that ended a second before',
      grant({ notAfter: 2 ** 32 - 2 }),
      'EXPIRED',
      { now: 2 ** 32 - 1 },
    ),
    ...Object.entries(BAD_NAMES).map(([what, called]) =>
      admission(`beside it: ${what}`, first, 'NAME_INVALID', { called }),
    ),
    admission('no name beside a chain that does not hold', forged, 'HELLO', { called: '' }),
    admission('no name beside a newer grant than the key has', newer, 'NAME_INVALID', {
      known: first,
      called: '',
    }),
    admission('no name beside a grant that ends', both, 'NAME_INVALID', {
      ...byFriend(notAfter),
      called: '',
    }),
  ];
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
});
