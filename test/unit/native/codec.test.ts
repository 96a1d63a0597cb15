import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { concat, fromHex, utf8 } from '../../../lib/platform/bytes.js';
import {
  decodeCarIdentity,
  decodeEnrolment,
  decodeFromCar,
  decodePhoneIdentity,
  decodeToCar,
  encodeCarIdentity,
  encodeEnrolment,
  encodeFromCar,
  encodePhoneIdentity,
  encodeToCar,
} from '../../../lib/native/codec.js';
import type { FromCarMessage, ToCarMessage } from '../../../lib/native/codec.js';
import {
  decodeRequest,
  decodeResult,
  encodeCommand,
  encodeResult,
} from '../../../lib/native/commands.js';
import { enrolmentOf, resultOf } from '../../support/test-car.js';
import { PairRefusalReason, ResultSchema, Role } from '../../support/schema/phonekey_pb.js';
import { errorWith } from '../../support/errors.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0xa5);
const malformed = errorWith('protocol.malformed');

/** A field that no version knows: number 100, varint 1. */
const UNKNOWN_FIELD = Uint8Array.of(0xa0, 0x06, 0x01);

/** `make(length)` is right at `length`; `exact` when one byte more is wrong too. */
interface Sized<M> {
  readonly name: string;
  readonly make: (length: number) => NonNullable<M>;
  readonly length: number;
  readonly exact: boolean;
}

const toCar: readonly Sized<ToCarMessage>[] = [
  {
    name: 'Proof.handshake',
    make: (n) => ({ case: 'proof', value: { handshake: bytes(n), tag: bytes(16) } }),
    length: 96,
    exact: false,
  },
  {
    name: 'Proof.tag',
    make: (n) => ({ case: 'proof', value: { handshake: bytes(98), tag: bytes(n) } }),
    length: 16,
    exact: true,
  },
  { name: 'sealed', make: (n) => ({ case: 'sealed', value: bytes(n) }), length: 16, exact: false },
  {
    name: 'PairStart.share',
    make: (n) => ({ case: 'pairStart', value: { share: bytes(n) } }),
    length: 65,
    exact: true,
  },
  {
    name: 'PairConfirm.confirm',
    make: (n) => ({ case: 'pairConfirm', value: { confirm: bytes(n), handshake: bytes(48) } }),
    length: 32,
    exact: true,
  },
  {
    name: 'PairConfirm.handshake',
    make: (n) => ({ case: 'pairConfirm', value: { confirm: bytes(32), handshake: bytes(n) } }),
    length: 48,
    exact: true,
  },
  {
    name: 'pair_commit',
    make: (n) => ({ case: 'pairCommit', value: bytes(n) }),
    length: 64,
    exact: false,
  },
];

const fromCar: readonly Sized<FromCarMessage>[] = [
  {
    name: 'Hello.handshake',
    make: (n) => ({ case: 'hello', value: { version: 1, handshake: bytes(n) } }),
    length: 32,
    exact: true,
  },
  { name: 'sealed', make: (n) => ({ case: 'sealed', value: bytes(n) }), length: 16, exact: false },
  {
    name: 'PairShare.share',
    make: (n) => ({ case: 'pairShare', value: { share: bytes(n), confirm: bytes(32) } }),
    length: 65,
    exact: true,
  },
  {
    name: 'PairShare.confirm',
    make: (n) => ({ case: 'pairShare', value: { share: bytes(65), confirm: bytes(n) } }),
    length: 32,
    exact: true,
  },
  {
    name: 'pair_offer',
    make: (n) => ({ case: 'pairOffer', value: bytes(n) }),
    length: 96,
    exact: false,
  },
  {
    name: 'pair_done',
    make: (n) => ({ case: 'pairDone', value: bytes(n) }),
    length: 16,
    exact: false,
  },
];

describe.each([
  { direction: 'ToCar', encode: encodeToCar, decode: decodeToCar, cases: toCar },
  { direction: 'FromCar', encode: encodeFromCar, decode: decodeFromCar, cases: fromCar },
])('$direction', ({ encode, decode, cases }) => {
  it.each(cases.map((sized) => [sized.name, sized] as const))(
    'takes %s at its length and refuses it one byte off',
    (_, { make, length, exact }) => {
      const coded = (n: number): Uint8Array => (encode as (m: unknown) => Uint8Array)(make(n));
      expect(decode(coded(length))).toMatchObject(make(length));
      expect(() => decode(coded(length - 1))).toThrow(malformed);
      // It says what is too short.
      expect(() => decode(coded(length - 1))).toThrow(/^[a-z ]+: \d+ bytes/);
      expect(() => decode(coded(0))).toThrow(malformed);
      if (exact) expect(() => decode(coded(length + 1))).toThrow(malformed);
      else expect(decode(coded(length + 1))).toMatchObject(make(length + 1));
    },
  );

  it('refuses a frame without a message it knows', () => {
    expect(() => decode(new Uint8Array(0))).toThrow(malformed);
    expect(() => decode(UNKNOWN_FIELD)).toThrow(malformed);
  });

  it('refuses what is not protobuf', () => {
    expect(() => decode(Uint8Array.of(0x0a, 0x7f))).toThrow(malformed);
    expect(() => decode(Uint8Array.of(0xff))).toThrow(malformed);
  });
});

it('ignores unknown fields beside a known message', () => {
  const share = bytes(65);
  const whole = concat(encodeToCar({ case: 'pairStart', value: { share } }), UNKNOWN_FIELD);
  expect(decodeToCar(whole)).toMatchObject({ case: 'pairStart', value: { share } });
});

it('drops unknown fields, and says why something is malformed', () => {
  const whole = concat(encodeCommand({ type: 'unlock' }), UNKNOWN_FIELD);
  expect(decodeRequest(whole).command).toEqual({ type: 'unlock' });
  const result = decodeResult(concat(Uint8Array.of(0x0a, 0x00), UNKNOWN_FIELD));
  expect(result).toEqual(resultOf({ type: 'done' }));
  let cause: unknown;
  try {
    decodeRequest(Uint8Array.of(0x08, 0x01));
  } catch (error) {
    ({ cause } = error as Error);
  }
  expect(String(cause)).toBe('Error: unlock has wire type 0');
});

it('takes a refusal of a pairing as it is', () => {
  const refusal = { case: 'pairRefusal', value: { reason: PairRefusalReason.FAULT } } as const;
  expect(decodeFromCar(encodeFromCar(refusal))).toMatchObject(refusal);
});

it.each([0, 2, 0xffff_ffff])('refuses a Hello of version %i with protocol.version', (version) => {
  const hello = encodeFromCar({ case: 'hello', value: { version, handshake: bytes(32) } });
  expect(() => decodeFromCar(hello)).toThrow(errorWith('protocol.version'));
});

it('says protocol.version also when a later version has another challenge', () => {
  const hello = encodeFromCar({ case: 'hello', value: { version: 2, handshake: bytes(48) } });
  expect(() => decodeFromCar(hello)).toThrow(errorWith('protocol.version'));
});

describe('Command and Result', () => {
  it.each([{ slot: 7 }, { slot: 0 }, { slot: 2 ** 32 - 1 }, {}])(
    'keeps the slot of removeKey, and that there is none: %j',
    (slot) => {
      const command = { type: 'removeKey', ...slot } as const;
      expect(decodeRequest(encodeCommand(command)).command).toEqual(command);
    },
  );

  it('takes an introduction without a good name, which is for the car to refuse', () => {
    const grants = bytes(115);
    const nameIn = (name: string | undefined): string | undefined =>
      decodeRequest(encodeCommand({ type: 'unlock' }, { grants, name })).introduction?.name;
    expect(nameIn('Cleo')).toBe('Cleo');
    for (const bad of [undefined, '', 'a\nb', 'x'.repeat(33)]) expect(nameIn(bad)).toBeUndefined();
  });

  it('decodes an unknown command to undefined', () => {
    // Field 100, an empty message.
    expect(decodeRequest(Uint8Array.of(0xa2, 0x06, 0x00)).command).toBeUndefined();
    expect(() => decodeRequest(Uint8Array.of(0x0a))).toThrow(malformed);
  });

  it('gives back a status', () => {
    const result = resultOf({
      type: 'status',
      status: {
        locked: true,
        open: ['front-right', 'trunk'],
        driveSecondsLeft: 119,
        speedLimit: null,
        pinNeeded: false,
      },
    });
    expect(decodeResult(encodeResult(result))).toEqual(result);
  });

  it('gives back a refusal, and of a later version its number', () => {
    const result = resultOf({ type: 'refused', refusal: 'lease-over' });
    expect(decodeResult(encodeResult(result))).toEqual(result);
    expect(decodeResult(Uint8Array.of(0x12, 2, 0x08, 99))).toEqual(
      resultOf({ type: 'refused', refusal: 'unknown', code: 99 }),
    );
  });
});

describe('identities', () => {
  const phone = { signingKey: bytes(32), signature: bytes(64), name: 'Ada' };
  const car = { name: 'Car', role: 'guest' } as const;

  it('come back as they were', () => {
    for (const each of [phone, { ...phone, formFactor: 'watch' as const }]) {
      expect(decodePhoneIdentity(encodePhoneIdentity(each))).toEqual(each);
    }
    expect(decodeCarIdentity(encodeCarIdentity(car))).toEqual(car);
  });

  it('say which key or signature has the wrong length', () => {
    const phoneWith = (change: object) => () =>
      decodePhoneIdentity(encodePhoneIdentity({ ...phone, ...change }));
    for (const length of [0, 31, 33]) {
      expect(phoneWith({ signingKey: bytes(length) })).toThrow(malformed);
    }
    expect(phoneWith({ signingKey: bytes(31) })).toThrow('signing key: 31 bytes instead of 32');
    for (const length of [0, 63, 65]) {
      expect(phoneWith({ signature: bytes(length) })).toThrow(malformed);
    }
    expect(phoneWith({ signature: bytes(63) })).toThrow('signature: 63 bytes instead of 64');
  });

  it('refuse a bad name of a car, and leave that of a phone to the car', () => {
    for (const name of [undefined, '', 'a\nb', 'x'.repeat(33)]) {
      expect(decodePhoneIdentity(encodePhoneIdentity({ ...phone, name }))).toEqual({
        ...phone,
        name: undefined,
      });
    }
    expect(() => decodeCarIdentity(encodeCarIdentity({ ...car, name: 'a\nb' }))).toThrow(malformed);
  });

  it('refuse a name that is not UTF-8', () => {
    const encoded = encodeCarIdentity(car);
    encoded.set([0xff, 0xfe, 0xfd], 2);
    expect(() => decodeCarIdentity(encoded)).toThrow(malformed);
  });

  it('refuse a window that gives no role, or one that nobody knows', () => {
    for (const role of [0, 6]) {
      const unknown = Uint8Array.of(0x0a, 1, 0x6e, 0x10, role);
      expect(() => decodeCarIdentity(unknown)).toThrow(malformed);
    }
    expect(decodeCarIdentity(Uint8Array.of(0x0a, 1, 0x6e, 0x10, 5)).role).toBe('service');
  });
});

describe('an enrolment', () => {
  const least = enrolmentOf({ slot: 0, role: 'owner' });
  const most = {
    slot: 255,
    role: 'driver',
    formerRole: 'owner',
    epoch: 0xffff,
    time: 2 ** 32 - 1,
    mark: 2 ** 32 - 1,
    floor: 1,
  } as const;

  it.each([least, most])('comes back as it was', (enrolment) => {
    expect(decodeEnrolment(encodeEnrolment(enrolment))).toEqual(enrolment);
  });

  it('needs no role where it is a refusal', () => {
    for (const refusal of ['slots-full', 'last-owner', 'key-mismatch'] as const) {
      expect(decodeEnrolment(encodeEnrolment(refusal))).toBe(refusal);
    }
    expect(decodeEnrolment(Uint8Array.of(0x18, 99))).toBe('failed');
  });

  it('is refused with a role that is none, before or now', () => {
    for (const role of [0, 6]) {
      expect(() => decodeEnrolment(Uint8Array.of(0x08, 0, 0x10, role))).toThrow(malformed);
    }
    expect(() => decodeEnrolment(Uint8Array.of(0x10, 1, 0x20, 6))).toThrow(malformed);
  });

  it.each([{ slot: 256 }, { epoch: 0x10000 }])(
    'is refused with what no grant can name: %o',
    (change) => {
      expect(() => decodeEnrolment(encodeEnrolment({ ...most, ...change }))).toThrow(malformed);
    },
  );
});

// The bytes of the schema, so that a renumbered field is noticed: other implementations depend on it.
it.each([
  ['unlock', encodeCommand({ type: 'unlock' }), '0a00'],
  ['lock', encodeCommand({ type: 'lock' }), '1200'],
  ['start', encodeCommand({ type: 'start' }), '1a00'],
  ['trunk', encodeCommand({ type: 'trunk' }), '2200'],
  ['frunk', encodeCommand({ type: 'frunk' }), '2a00'],
  ['status', encodeCommand({ type: 'status' }), '3200'],
  ['listKeys', encodeCommand({ type: 'listKeys' }), '3a00'],
  ['removeKey', encodeCommand({ type: 'removeKey', slot: 2 }), '42020802'],
  ['done', encodeResult(resultOf({ type: 'done' })), '0a00'],
  ['enrolment', encodeEnrolment(enrolmentOf({ slot: 1, role: 'owner' })), '08011001'],
  [
    'enrolment',
    encodeEnrolment({
      slot: 1,
      role: 'valet',
      formerRole: 'guest',
      epoch: 2,
      time: 3,
      mark: 4,
      floor: 5,
    }),
    '0801100420032802300338044005',
  ],
  ['refused enrolment', encodeEnrolment('key-mismatch'), '1806'],
  ['car', encodeCarIdentity({ name: 'n', role: 'driver' }), '0a016e1002'],
  [
    'phone',
    encodePhoneIdentity({
      signingKey: utf8('k'),
      signature: utf8('s'),
      name: 'n',
      formFactor: 'fob',
    }),
    '0a016b1201731a016e2005',
  ],
])('encodes %s as specified', (_, encoded, hex) => {
  expect(encoded).toEqual(fromHex(hex));
});

describe('a list of keys from a car', () => {
  const list = (key: { name?: string; fingerprint?: Uint8Array }): Uint8Array =>
    toBinary(
      ResultSchema,
      create(ResultSchema, {
        outcome: {
          case: 'keys',
          value: { keys: [{ name: 'Ada', fingerprint: bytes(8), role: Role.OWNER, ...key }] },
        },
      }),
    );

  it('decodes, and says what is wrong with a fingerprint', () => {
    const short = list({ fingerprint: bytes(7) });
    expect(() => decodeResult(short)).toThrow('fingerprint: 7 bytes instead of 8');
    expect(decodeResult(list({})).outcome).toMatchObject({ keys: [{ name: 'Ada' }] });
  });

  it.each([
    ['a name that would steer a terminal', { name: '\u001b[2J' }],
    ['no name', { name: '' }],
    ['a name of 33 bytes', { name: 'x'.repeat(33) }],
    ['a fingerprint of 7 bytes', { fingerprint: bytes(7) }],
    ['a fingerprint of 9 bytes', { fingerprint: bytes(9) }],
  ])('is malformed with %s', (_, key) => {
    expect(() => decodeResult(list(key))).toThrow(malformed);
  });
});
