import { flip } from '../lab/flip.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantTerms } from '../lib/credentials/grant.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { encodeCommand } from '../lib/native/commands.js';
import { concat, toHex, utf8 } from '../lib/platform/bytes.js';
import { BAD_NAMES, KEYS, suite } from './example-keys.js';
import { GUEST, LINKS, NOTHING, NOW, TERMS } from './sharing-examples.js';

/** Of test/vectors/grants.json: what a car makes of chains that are shown. */

const HOUR = 3600;

const { first, both } = LINKS;

/** Of the owner in slot 0 to the guest. */
export const grant = (
  terms: Partial<GrantTerms> = {},
  signing: KeyPair = KEYS.phoneSigning,
  carPublicKey = KEYS.car.publicKey,
): Uint8Array =>
  signLink(suite, signing, carPublicKey, NOTHING, GUEST, { ...TERMS.first, ...terms });

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

export const admissions = () => {
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

/**
 * Commands in a Proof of the guest, and what the car makes of them: `admitted` and what then comes of the command,
 * `decided` where the key is known and nothing changes, a reason of Refusal, or `HELLO`.
 */
export const introductions = () => {
  const good = { grants: first, name: KEYS.guestName };
  const unlock = (more: Partial<Record<'grants', Uint8Array> & Record<'name', string>> = {}) =>
    encodeCommand({ type: 'unlock' }, { ...good, ...more });
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    concat(Uint8Array.of((number << 3) | 2, ...varint(bytes.length)), bytes);
  const beside = (...fields: readonly Uint8Array[]): Uint8Array =>
    concat(Uint8Array.of(0x0a, 0), ...fields, field(15, first));
  const named = field(14, utf8(KEYS.guestName));
  const isNotUtf8 = field(14, Uint8Array.of(0x41, 0xff));
  const vector = (name: string, command: Uint8Array, expect: string, known = false) => ({
    name,
    command: toHex(command),
    known,
    expect,
  });
  const forged = { grants: flip(first, 8 * 80) };
  return [
    vector('grant and name', unlock(), 'admitted'),
    vector('field by field', beside(named), 'admitted'),
    vector('a form factor that nobody knows', beside(named, Uint8Array.of(0x68, 99)), 'admitted'),
    vector('beside what the role may not', ofType('setPin'), 'admitted, NOT_PERMITTED'),
    vector('beside a command of a later day', later(), 'admitted, UNKNOWN_COMMAND'),
    vector('beside no command', concat(named, field(15, first)), 'admitted, UNKNOWN_COMMAND'),
    vector('no name', beside(), 'NAME_INVALID'),
    vector('an empty name', beside(field(14, NOTHING)), 'NAME_INVALID'),
    vector('a name of 33 bytes', beside(field(14, utf8('x'.repeat(33)))), 'NAME_INVALID'),
    vector('no name, of a key that is known by that grant', beside(), 'decided', true),
    vector('a name that is no UTF-8, of a stranger', beside(isNotUtf8), 'HELLO'),
    vector('the same, of a key that is known', beside(isNotUtf8), 'UNKNOWN_COMMAND', true),
    vector('an id of 7 bytes, of a stranger', beside(named, idOf(7)), 'HELLO'),
    vector('the same, of a key that is known', beside(named, idOf(7)), 'UNKNOWN_COMMAND', true),
    vector('an id of 8 bytes', beside(named, idOf(8)), 'admitted'),
    vector('no grant', encodeCommand({ type: 'unlock' }), 'HELLO'),
    vector('an empty grant', unlock({ grants: NOTHING }), 'HELLO'),
    vector('a name without a grant', concat(Uint8Array.of(0x0a, 0), named), 'HELLO'),
    vector('a grant that does not hold', unlock(forged), 'HELLO'),
    vector('the same without a name', unlock({ ...forged, name: '' }), 'HELLO'),
    vector('the same, of a key that is known', unlock(forged), 'GRANT_INVALID', true),
    vector(
      'a grant as a number',
      concat(Uint8Array.of(0x0a, 0), named, Uint8Array.of(0x78, 1)),
      'HELLO',
    ),
  ];
};

const ofType = (type: 'setPin'): Uint8Array =>
  encodeCommand({ type, pin: '4711' }, { grants: first, name: KEYS.guestName });

/** Field 100 in place of a command. */
const later = (): Uint8Array =>
  concat(
    Uint8Array.of(0xa2, 0x06, 0),
    encodeCommand({ type: 'status' }, { grants: first, name: KEYS.guestName }).subarray(2),
  );

const idOf = (length: number): Uint8Array =>
  concat(Uint8Array.of(0x8a, 0x01, length), new Uint8Array(length));

const varint = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
