import { flip } from '../lab/flip.js';
import { signBody } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../lib/credentials/grant.js';
import type { EntryKind } from '../lib/credentials/revocation-list.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { counting, KEYS, NOTE, suite } from './example-keys.js';
import { exampleChain, FIRST_TERMS, FRIEND, GUEST, NOW, SECOND_TERMS } from './sharing-examples.js';

/** test/vectors/grants.json: chains, and what a car makes of them. */

const NOTHING = new Uint8Array(0);
const HOUR = 3600;
const SIGNATURE_BYTES = 64;

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
  subject = GUEST,
  signing: KeyPair = owner,
  carPublicKey = KEYS.car.publicKey,
): Uint8Array =>
  signLink(suite, signing, carPublicKey, NOTHING, subject, { ...FIRST_TERMS, ...terms });

const delegate = (
  chain: Uint8Array,
  terms: Partial<GrantTerms> = {},
  { signing = KEYS.guestSigning, subject = FRIEND }: Delegation = {},
): Uint8Array => {
  const whole = { ...SECOND_TERMS, ...terms };
  return concat(chain, signLink(suite, signing, KEYS.car.publicKey, chain, subject, whole));
};

interface Delegation {
  readonly signing?: KeyPair;
  readonly subject?: GrantSubject;
}

/** The owner's link with some bytes of its body changed, signed all the same. */
const changed = (change: (body: Uint8Array) => void, link = grant()): Uint8Array => {
  const body = link.slice(0, -SIGNATURE_BYTES);
  change(body);
  return signBody(owner, KEYS.car.publicKey, NOTHING, body);
};

const byte = (at: number, value: number, link?: Uint8Array): Uint8Array =>
  changed((body) => {
    body[at] = value;
  }, link);

type ChainOutcome = 'accepted' | 'malformed' | 'invalid';

/** `malformed`: it cannot be taken apart. `invalid`: it can, and does not hold. */
const chain = (name: string, value: Uint8Array, expect: ChainOutcome) => ({
  name,
  chain: toHex(value),
  expect,
});

const leaf = { delegations: 0 };
const four = (): Uint8Array =>
  [2, 1, 0].reduce<Uint8Array>(
    (before, delegations, index) => delegate(before, { ...FIRST_TERMS, delegations }, turns(index)),
    grant({ delegations: 3 }),
  );

/** Guest and friend hand it to and fro. */
const turns = (index: number): Required<Delegation> =>
  index % 2 === 0
    ? { signing: KEYS.guestSigning, subject: FRIEND }
    : { signing: KEYS.friendSigning, subject: GUEST };

const chains = () => {
  const { first, second } = exampleChain();
  const both = concat(first, second);
  const last = grant(leaf);
  return [
    chain('the first link of the worked example', first, 'accepted'),
    chain('both links of the worked example', both, 'accepted'),
    chain('one link that cannot be delegated on', last, 'accepted'),
    chain('four links, each with a delegation less', four(), 'accepted'),
    chain('the longest time that can be written', grant({ notAfter: 2 ** 32 - 1 }), 'accepted'),

    chain('nothing', NOTHING, 'malformed'),
    chain('a byte short', last.slice(0, -1), 'malformed'),
    chain('a byte too many', concat(last, Uint8Array.of(0)), 'malformed'),
    chain('the second link cut', both.slice(0, -1), 'malformed'),
    chain('version 0', byte(0, 0x01), 'malformed'),
    chain('version 2', byte(0, 0x21), 'malformed'),
    chain('four delegations', byte(0, 0x14), 'malformed'),
    chain('fifteen delegations', byte(0, 0x1f), 'malformed'),
    chain('role 0', byte(1, 0), 'malformed'),
    chain('role owner: owners are made at the car alone', byte(1, 1), 'malformed'),
    chain('role 6, which is none', byte(1, 6), 'malformed'),
    chain('uses limited, and yet to be delegated on', byte(17, 1), 'malformed'),
    chain(
      'ends when it begins',
      changed((body) => {
        body.copyWithin(13, 9, 13);
      }),
      'malformed',
    ),
    chain('five links: the last one more than there may be', concat(four(), last), 'malformed'),
    chain(
      'no delegation left in the nibble, but a signing key: the next link begins in the middle of it',
      byte(0, 0x10),
      'malformed',
    ),

    chain('signed by a stranger', grant({}, GUEST, stranger), 'invalid'),
    chain('signed by the guest itself', grant({}, GUEST, KEYS.guestSigning), 'invalid'),
    chain('made for another car', grant({}, GUEST, owner, otherCar), 'invalid'),
    chain('of a slot with another owner', grant({ ownerSlot: SECOND_OWNER.slot }), 'invalid'),
    chain('of a slot without an owner', grant({ ownerSlot: 5 }), 'invalid'),
    chain('of the epoch before', grant({ epoch: FIRST_TERMS.epoch - 1 }), 'invalid'),
    chain('of an epoch to come', grant({ epoch: FIRST_TERMS.epoch + 1 }), 'invalid'),
    ...[8, 16, 39, 40, 96, 128, 136, 144, 152, 407].map((bit) =>
      chain(`bit ${String(bit)} of the body flipped`, flip(last, bit), 'invalid'),
    ),
    ...[0, 255, 511].map((bit) =>
      chain(`bit ${String(bit)} of the signature flipped`, flip(last, 8 * 51 + bit), 'invalid'),
    ),
    chain('signature of zeros', concat(last.slice(0, 51), new Uint8Array(64)), 'invalid'),
    chain('S of the signature plus the order of the group', malleable(last), 'invalid'),
    chain('the second link alone', second, 'invalid'),
    chain('the links in the other order', concat(second, first), 'invalid'),
    chain(
      'the second link after another first one',
      concat(grant({ leaseHours: 49 }), second),
      'invalid',
    ),
    chain('delegated by who may not', delegate(last), 'invalid'),
    chain(
      'the second link signed by the owner, who is not its issuer',
      delegate(first, {}, { signing: owner }),
      'invalid',
    ),
    chain(
      'the second link signed by its own subject',
      delegate(first, {}, { signing: KEYS.friendSigning }),
      'invalid',
    ),
    ...wider(),
  ];
};

/** What a second link may not say after a first one. */
const wider = () => {
  const after = (
    name: string,
    outer: Partial<GrantTerms>,
    inner: Partial<GrantTerms>,
    expect: ChainOutcome = 'invalid',
  ) => chain(`after a link: ${name}`, delegate(grant(outer), inner), expect);
  const until = FIRST_TERMS.notAfter;
  return [
    after('a role with more commands (guest, then driver)', { role: 'guest' }, { role: 'driver' }),
    after(
      'a role with other commands (guest, then service)',
      { role: 'guest' },
      { role: 'service' },
    ),
    after('a higher speed (valet, then service)', { role: 'valet' }, { role: 'service' }),
    after('valet after service', { role: 'service' }, {}, 'accepted'),
    after('begins earlier', {}, { notBefore: NOW - 1 }),
    after('ends later', {}, { notAfter: until + 1 }),
    after('the same time', {}, { notBefore: NOW, notAfter: until }, 'accepted'),
    after('issued earlier', {}, { issuedAt: NOW - 1 }),
    after('no lease after a lease', {}, { leaseHours: 0 }),
    after('a longer lease', {}, { leaseHours: 49 }),
    after('a lease where there was none', { leaseHours: 0 }, {}, 'accepted'),
    after('as many delegations', { delegations: 1 }, { delegations: 1, uses: 0 }),
    after('more delegations', { delegations: 1 }, { delegations: 2, uses: 0 }),
    after('another owner', {}, { ownerSlot: SECOND_OWNER.slot }),
    after('another epoch', {}, { epoch: FIRST_TERMS.epoch - 1 }),
    after('uses where there was no limit', {}, { uses: 255 }, 'accepted'),
  ];
};

/** Order of the base point, little-endian (RFC 8032, section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** S + L, which a lax verifier takes for the same signature. */
const malleable = (link: Uint8Array): Uint8Array => {
  const s = link.slice(-32).reduceRight((sum, each) => sum * 256n + BigInt(each), 0n) + ORDER;
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
  return concat(link.slice(0, -32), bytes);
};

interface Entry {
  readonly about: 'guest' | 'friend' | 'owner';
  readonly since: number;
  readonly kind: EntryKind;
}

interface Circumstances {
  /** Seconds since 1970; null where the car does not know the time. */
  readonly now?: number | null;
  readonly bearer?: 'guest' | 'friend';
  /** In the revocation lists of the owner of slot 3. */
  readonly entries?: readonly Entry[];
  /** A free slot; none when false. */
  readonly room?: boolean;
  /** A grant by which the bearer has a slot already. */
  readonly known?: Uint8Array;
}

const KEY_OF = {
  guest: KEYS.guest.publicKey,
  friend: KEYS.friend.publicKey,
  owner: KEYS.phone.publicKey,
} as const;

/** `expect`: `admitted`, a reason of Refusal, or `HELLO`, which a stranger gets. */
const admission = (
  name: string,
  value: Uint8Array,
  expect: string,
  { now = NOW, bearer = 'guest', entries = [], room = true, known }: Circumstances = {},
) => ({
  name,
  now,
  bearer: toHex(KEY_OF[bearer]),
  chain: toHex(value),
  entries: entries.map(({ about, since, kind }) => ({
    fingerprint: toHex(fingerprint(suite, KEY_OF[about])),
    since,
    kind,
  })),
  room,
  known: known === undefined ? null : toHex(known),
  expect,
});

const admissions = () => {
  const { first, second } = exampleChain();
  const both = concat(first, second);
  const inTime = { bearer: 'friend', now: SECOND_TERMS.notBefore } as const;
  const entry = (kind: EntryKind) => (about: Entry['about'], since: number) => ({
    about,
    since,
    kind,
  });
  const [revoked, suspended] = [entry('revoked'), entry('suspended')];
  return [
    admission('the first link of the worked example, by the guest', first, 'admitted'),
    admission('both links, by the friend', both, 'admitted', inTime),
    admission('both links, by the guest, who is not the last subject', both, 'HELLO', {
      ...inTime,
      bearer: 'guest',
    }),
    admission('the first link, by the friend', first, 'HELLO', inTime),
    admission('a chain that does not hold', flip(first, 8 * 80), 'HELLO'),
    admission('to a car whose clock is behind the time when the owner signed', first, 'admitted', {
      now: NOW - 1000,
    }),
    admission('a second before the second link begins', both, 'NOT_YET', {
      ...inTime,
      now: SECOND_TERMS.notBefore - 1,
    }),
    admission('in the last second', both, 'admitted', {
      ...inTime,
      now: SECOND_TERMS.notAfter - 1,
    }),
    admission('when it ends', both, 'EXPIRED', { ...inTime, now: SECOND_TERMS.notAfter }),
    admission('to a car that has lost the time', both, 'CLOCK_LOST', { ...inTime, now: null }),
    admission('to a car without a free slot', first, 'SLOTS_FULL', { room: false }),
    admission('its key is revoked', first, 'SUSPENDED', { entries: [revoked('guest', NOW)] }),
    admission('its key is suspended', first, 'SUSPENDED', { entries: [suspended('guest', NOW)] }),
    admission('its key was revoked before it was issued', first, 'admitted', {
      entries: [revoked('guest', NOW - 1)],
    }),
    admission('the key that delegated it is revoked', both, 'SUSPENDED', {
      ...inTime,
      entries: [revoked('guest', NOW)],
    }),
    admission('issued after the key that delegated it was revoked', both, 'SUSPENDED', {
      ...inTime,
      entries: [revoked('guest', NOW + HOUR - 1)],
    }),
    admission('another key is revoked', first, 'admitted', { entries: [revoked('friend', NOW)] }),
    admission('the owner who signed it is suspended', first, 'HELLO', {
      entries: [suspended('owner', NOW)],
    }),
    admission('a newer grant than the key has', grant({ issuedAt: NOW + 1 }), 'admitted', {
      known: first,
    }),
    admission(
      'a chain that does not hold, of a key in a slot',
      flip(first, 8 * 80),
      'GRANT_INVALID',
      { known: first },
    ),
  ];
};

export const grantVectors = () => ({
  note: NOTE,
  car_private: toHex(KEYS.car.privateKey),
  epoch: FIRST_TERMS.epoch,
  owners: [
    { slot: 0, public: toHex(KEYS.phone.publicKey), signing_public: toHex(owner.publicKey) },
    {
      slot: SECOND_OWNER.slot,
      public: toHex(SECOND_OWNER.identity.publicKey),
      signing_public: toHex(SECOND_OWNER.signing.publicKey),
    },
  ],
  chains: chains(),
  admissions: admissions(),
});
