import { defaultSuite } from '../../../lib/crypto/index.js';
import { sameBytes, utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import {
  advertisementIsFrom,
  decodeAdvertisement,
  encodeAdvertisement,
} from '../../../lib/native/advertisement.js';
import * as codec from '../../../lib/native/codec.js';
import { describe } from '../../../lib/native/describe.js';
import { PairRefusalReason } from '../../../lib/native/schema/gen/phonekey.js';
import {
  decodeRequest,
  decodeResult,
  encodeCommand,
  encodeResult,
} from '../../../lib/native/commands.js';
import { NO_TERMS } from '../../../lib/domain/outcomes.js';
import type { Outcome } from '../../../lib/domain/outcomes.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

/** What a decoder may say to bytes that it does not take. */
const REFUSALS = ['protocol.malformed', 'protocol.version'];

/** Tags of the schema's fields, wire type 2 and 0, and numbers of odd lengths. */
const TAGS = [0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x42, 0x08, 0x10, 0x18, 0x28].map((tag) =>
  Uint8Array.of(tag),
);
const DICTIONARY = [
  ...TAGS,
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  Uint8Array.of(0x80, 0x00),
  Uint8Array.of(0x0a, 0x60, ...new Uint8Array(96)),
  Uint8Array.of(0x12, 0x10, ...new Uint8Array(16)),
  Uint8Array.of(0x0a, 0x20, ...new Uint8Array(32)),
  Uint8Array.of(0x0a, 0x41, ...new Uint8Array(65)),
  utf8('\u202e'),
  Uint8Array.of(0xed, 0xa0, 0x80),
];

/**
 * A decoder of messages: refuses in the agreed way, and what it takes means the same once it was
 * encoded again. A new message is one line in `wireTargets`.
 */
const decoder = <T>(
  name: string,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array | undefined,
  seeds: () => readonly Uint8Array[],
): Target => ({
  name,
  seeds,
  dictionary: DICTIONARY,
  run(input) {
    const value = refusing(REFUSALS, () => decode(input));
    if (value === undefined) return;
    const encoded = encode(value);
    if (encoded === undefined) return;
    const again = encode(decode(encoded));
    demand(again !== undefined && sameBytes(encoded, again), 'means the same when encoded again');
  },
});

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(length);
const signed = { signingKey: bytes(32), signature: bytes(64) };

const outcomes: readonly Outcome[] = [
  { type: 'done' },
  { type: 'refused', refusal: 'door-open' },
  {
    type: 'status',
    status: {
      locked: true,
      open: ['front-left', 'frunk'],
      driveSecondsLeft: 0,
      speedLimit: null,
      pinNeeded: false,
    },
  },
  {
    type: 'keys',
    keys: [
      {
        slot: 1,
        name: 'phone',
        formFactor: 'unknown',
        role: 'owner',
        fingerprint: '08'.repeat(8),
        own: true,
        suspended: false,
        notAfter: null,
        usesLeft: null,
        grantedBy: null,
      },
    ],
  },
  {
    type: 'revocations',
    number: 5,
    pages: 2,
    entries: [{ fingerprint: new Uint8Array(8).fill(8), since: 9, kind: 'revoked' }],
  },
];

const toCarSeeds = (): Uint8Array[] =>
  (
    [
      { case: 'proof', value: { handshake: bytes(98), tag: bytes(16) } },
      { case: 'sealed', value: bytes(18) },
      { case: 'pairStart', value: { share: bytes(65) } },
      { case: 'pairConfirm', value: { confirm: bytes(32), handshake: bytes(48) } },
      { case: 'pairCommit', value: bytes(177) },
      { case: 'revocationList', value: bytes(148) },
    ] as const
  ).map((message) => codec.encodeToCar(message));

const fromCarSeeds = (): Uint8Array[] =>
  (
    [
      { case: 'hello', value: { version: 1, handshake: bytes(32) } },
      { case: 'sealed', value: bytes(18) },
      { case: 'pairShare', value: { share: bytes(65), confirm: bytes(32) } },
      { case: 'pairOffer', value: bytes(111) },
      { case: 'pairDone', value: bytes(20) },
      { case: 'pairRefusal', value: { reason: PairRefusalReason.FAILED } },
    ] as const
  ).map((message) => codec.encodeFromCar(message));

const commands = (): Uint8Array[] => [
  encodeCommand({ type: 'unlock' }),
  encodeCommand({ type: 'listKeys' }),
  encodeCommand({ type: 'removeKey', slot: 3 }),
  encodeCommand({ type: 'start', pin: '1234' }),
  encodeCommand({ type: 'deliver', revocationList: bytes(148) }),
  encodeCommand({ type: 'setTime', seconds: 1_800_000_000 }),
  encodeCommand({ type: 'listRevocations', page: 3 }),
  encodeCommand({ type: 'unlock' }, { grants: bytes(115), name: 'Ann’s phone' }),
];

export const wireTargets: readonly Target[] = [
  decoder(
    'to-car',
    codec.decodeToCar,
    (m) => (m.case && codec.encodeToCar(m)) || undefined,
    toCarSeeds,
  ),
  decoder(
    'from-car',
    codec.decodeFromCar,
    (m) => (m.case && codec.encodeFromCar(m)) || undefined,
    fromCarSeeds,
  ),
  decoder(
    'command',
    decodeRequest,
    ({ command, introduction }) => command && encodeCommand(command, introduction),
    commands,
  ),
  decoder('result', decodeResult, encodeResult, () =>
    outcomes.map((outcome, index) => {
      const terms = { epoch: 7, time: 1_800_000_000, mark: 1_800_000_300, floor: 1 };
      const told = index === 0 ? terms : NO_TERMS;
      return encodeResult({ outcome, clockLost: false, ...told });
    }),
  ),
  decoder('phone-identity', codec.decodePhoneIdentity, codec.encodePhoneIdentity, () => [
    codec.encodePhoneIdentity({ ...signed, name: 'Ann’s phone' }),
  ]),
  decoder('car-identity', codec.decodeCarIdentity, codec.encodeCarIdentity, () => [
    codec.encodeCarIdentity({ name: 'Blue car', role: 'driver' }),
  ]),
  decoder('enrolment', codec.decodeEnrolment, codec.encodeEnrolment, () => [
    codec.encodeEnrolment({ slot: 3, role: 'driver', epoch: 0, time: 0, mark: 0, floor: 0 }),
    codec.encodeEnrolment({
      slot: 3,
      role: 'driver',
      formerRole: 'owner',
      epoch: 7,
      time: 1_800_000_000,
      mark: 1_700_000_000,
      floor: 1,
    }),
    codec.encodeEnrolment('slots-full'),
  ]),
  {
    name: 'describe',
    seeds: () => [...toCarSeeds(), ...fromCarSeeds()],
    dictionary: DICTIONARY,
    run(input) {
      for (const direction of ['to-car', 'from-car'] as const) {
        const { kind, fields } = describe(direction, input);
        demand(kind !== '' && kind.length + fields.length < 200, 'a description is short');
      }
    },
  },
  {
    name: 'advertisement',
    seeds: () => [
      encodeAdvertisement(defaultSuite, bytes(32), true, seededRandom('advertisement')),
    ],
    run(input) {
      const decoded = decodeAdvertisement(input);
      demand(decoded === undefined || input.length === 9, 'an advertisement has 9 bytes');
      const known = advertisementIsFrom(defaultSuite, bytes(32), input);
      demand(!known || input.length === 9, 'a car is told by 9 bytes');
    },
  },
];
