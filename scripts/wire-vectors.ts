import { flip } from '../lab/flip.js';
import { advertisementKey, encodeAdvertisement } from '../lib/native/advertisement.js';
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION } from '../lib/native/profile.js';
import { concat, toHex, utf8 } from '../lib/platform/bytes.js';
import { fixed, fromCar, KEYS, NOTE, suite, toCar } from './example-keys.js';

/** test/vectors/advertisements.json, names.json, chunks.json and from-car.json. Hex throughout. */

type Bytes = Uint8Array;

const zeros = (length: number): Bytes => new Uint8Array(length);

const advertised = (pairing: boolean, carPublicKey = KEYS.car.publicKey): Bytes => {
  const key = advertisementKey(suite, carPublicKey);
  return encodeAdvertisement(suite, key, pairing, fixed(KEYS.advertisementNonce));
};

/** What a phone that knows the car makes of service data. */
export const advertisementVectors = () => {
  const good = advertised(true);
  const vector = (expect: 'the car' | 'another car' | 'none') => (name: string, data: Bytes) => ({
    name,
    service_data: toHex(data),
    expect,
  });
  const [ours, other, none] = [vector('the car'), vector('another car'), vector('none')];
  return {
    note: NOTE,
    car_public: toHex(KEYS.car.publicKey),
    heard: [
      ours('a pairing window is open', good),
      ours('none is open', advertised(false)),
      other('of another car', advertised(true, KEYS.guest.publicKey)),
      other('the flag set by somebody else', flip(advertised(false), 0)),
      other('another nonce', flip(good, 8)),
      other('a bit of the hint', flip(good, 71)),
      other('a hint of zeros', concat(good.subarray(0, 5), zeros(4))),
      none('a flag that is none', flip(good, 1)),
      none('the highest flag', flip(good, 7)),
      none('a byte short', good.subarray(0, 8)),
      none('a byte too many', concat(good, zeros(1))),
      none('nothing', zeros(0)),
    ],
  };
};

const GOOD_NAMES: Readonly<Record<string, string>> = {
  'one letter': 'A',
  '32 bytes': 'x'.repeat(32),
  '32 bytes, 16 letters': 'é'.repeat(16),
  'another script': '小明的手机',
  'beyond the first plane': '📱',
  'a space at each end': ' Ada ',
  'a combining mark': 'e\u0301',
  'for private use': '\ue000',
  'a no-break space': 'Ada\u00a0B',
};

const BAD_NAMES: Readonly<Record<string, string>> = {
  nothing: '',
  '33 bytes': 'x'.repeat(33),
  '33 bytes, 17 letters': `${'é'.repeat(16)}x`,
  'Cc: a line feed': 'Ada\n',
  'Cc: an escape': '\u001b[2JAda',
  'Cc: zero': 'Ada\u0000',
  'Cc: of the second block': 'Ada\u009b',
  'Cf: from right to left': '\u202eadA',
  'Cf: no width': 'A\u200bda',
  'Cf: a byte order mark': '\ufeffAda',
  'Cf: a soft hyphen': 'A\u00adda',
  'Zl: a line separator': 'A\u2028da',
  'Zp: a paragraph separator': 'A\u2029da',
};

/** No UTF-8: no valid protobuf either, where a string stands. */
const NOT_UTF8: Readonly<Record<string, readonly number[]>> = {
  'a byte that begins nothing': [0x41, 0xff],
  'cut in the middle': [0x41, 0xc3],
  'longer than it must be': [0xc0, 0x80],
  'half of a pair (Cs)': [0xed, 0xa0, 0x80],
  'beyond the last character': [0xf4, 0x90, 0x80, 0x80],
};

/** Names of phones, keys and cars, as bytes. */
export const nameVectors = () => ({
  note: NOTE,
  names: [
    ...Object.entries(GOOD_NAMES).map(([name, text]) => named(name, utf8(text), 'good')),
    ...Object.entries(BAD_NAMES).map(([name, text]) => named(name, utf8(text), 'bad')),
    ...Object.entries(NOT_UTF8).map(([name, bytes]) =>
      named(name, Uint8Array.from(bytes), 'malformed'),
    ),
  ],
});

const named = (name: string, utf8: Bytes, expect: 'good' | 'bad' | 'malformed') => ({
  name,
  utf8: toHex(utf8),
  expect,
});

/** Chunks, one write or notification each, and the messages in them; `closed`: the link is, at the last chunk. */
export const chunkVectors = () => {
  const message = (length: number): Bytes => zeros(length).fill(0xa5);
  const framed = (body: Bytes): Bytes => concat(Uint8Array.of(body.length >> 8, body.length), body);
  const [one, two] = [message(3), message(1)];
  const [first, both] = [framed(one), concat(framed(one), framed(two))];
  const longest = message(MAX_MESSAGE_BYTES);
  const vector = (
    name: string,
    chunks: readonly Bytes[],
    messages: readonly Bytes[],
    end: 'closed' | 'partial' | 'open' = 'open',
  ) => ({ name, chunks: chunks.map(toHex), messages: messages.map(toHex), end });
  const by = (whole: Bytes, size: number): readonly Bytes[] =>
    Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
      whole.subarray(i * size, (i + 1) * size),
    );
  return {
    note: NOTE,
    sequences: [
      vector('one chunk', [first], [one]),
      vector('byte by byte', by(first, 1), [one]),
      vector('the length cut in two', [first.subarray(0, 1), first.subarray(1)], [one]),
      vector('two messages in one chunk', [both], [one, two]),
      vector('the end of one and the beginning of the next', by(both, 4), [one, two]),
      vector('the longest, at an MTU of 247', by(framed(longest), 244), [longest]),
      vector('an empty chunk', [zeros(0), first], [one]),
      vector('half a length', [Uint8Array.of(0)], [], 'partial'),
      vector('a byte is missing', [first.subarray(0, -1)], [], 'partial'),
      vector('length 0', [zeros(2)], [], 'closed'),
      vector('length 0 behind a message', [concat(first, zeros(2))], [], 'closed'),
      vector('length 2049, before any of it', [Uint8Array.of(8, 1)], [], 'closed'),
      vector('length 65535', [Uint8Array.of(0xff), Uint8Array.of(0xff)], [], 'closed'),
    ],
  };
};

const FIFTEEN = { varint: 0x78, fixed64: 0x79, bytes: 0x7a, group: 0x7b, end: 0x7c, fixed32: 0x7d };

/** Fields that no version knows, behind a message that is good: it stays so. */
const IGNORED: Readonly<Record<string, readonly number[]>> = {
  'a varint': [FIFTEEN.varint, 1],
  'a varint of 10 bytes': [FIFTEEN.varint, ...Array<number>(9).fill(0xff), 1],
  'a varint that is longer than it must be': [FIFTEEN.varint, 0x81, 0x80, 0],
  '8 bytes': [FIFTEEN.fixed64, ...Array<number>(8).fill(0xff)],
  '4 bytes': [FIFTEEN.fixed32, ...Array<number>(4).fill(0xff)],
  'bytes, which might be a group': [FIFTEEN.bytes, 1, FIFTEEN.group],
  'the highest number': [0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
};

/** What no message has, in fields that no version knows either. */
const NO_FIELDS: Readonly<Record<string, readonly number[]>> = {
  'a group': [FIFTEEN.group, FIFTEEN.end],
  'a group with a field': [FIFTEEN.group, FIFTEEN.varint, 1, FIFTEEN.end],
  'a group that never ends': [FIFTEEN.group],
  'the end of a group': [FIFTEEN.end],
  'wire type 6': [0x7e],
  'wire type 7': [0x7f],
  'number 0': [0x00, 1],
  'number 0, bytes': [0x02, 0],
  'a number above 2^29 - 1': [0x80, 0x80, 0x80, 0x80, 0x10, 1],
  'a number of 11 bytes': [0xf8, ...Array<number>(9).fill(0x80), 0, 1],
  'a varint of 11 bytes': [FIFTEEN.varint, ...Array<number>(10).fill(0x80), 0],
  'a varint that ends too early': [FIFTEEN.varint, 0x80],
  'a number without a value': [FIFTEEN.varint],
  '7 bytes in place of 8': [FIFTEEN.fixed64, ...Array<number>(7).fill(0)],
  '3 bytes in place of 4': [FIFTEEN.fixed32, ...Array<number>(3).fill(0)],
  'bytes that end too early': [FIFTEEN.bytes, 2, 0],
  'bytes of a length of 10 bytes': [FIFTEEN.bytes, ...Array<number>(9).fill(0xff), 1],
};

/**
 * Frames of a message with a field behind it.
 * @param message a good one, without its length
 * @param expect what it is
 */
export const unknownFields = (
  message: Bytes,
  expect: string,
): { readonly name: string; readonly frame: string; readonly expect: string }[] => {
  const behind = (fields: typeof IGNORED, expect: string) =>
    Object.entries(fields).map(([name, field]) => {
      const length = message.length + field.length;
      const frame = concat(Uint8Array.of(length >> 8, length), message, Uint8Array.from(field));
      return { name: `behind it ${name}`, frame: toHex(frame), expect };
    });
  return [...behind(IGNORED, expect), ...behind(NO_FIELDS, 'malformed')];
};

/** Frames to a phone, and whether it takes them for a message. */
export const fromCarVectors = () => {
  const vector = (name: string, frame: Bytes, expect: string) => ({
    name,
    frame: toHex(frame),
    expect,
  });
  const hello = (length: number, version = PROTOCOL_VERSION): Bytes =>
    fromCar({ case: 'hello', value: { version, handshake: zeros(length) } });
  const share = (share: number, confirm: number): Bytes =>
    fromCar({ case: 'pairShare', value: { share: zeros(share), confirm: zeros(confirm) } });
  const sealed = (length: number): Bytes => fromCar({ case: 'sealed', value: zeros(length) });
  const raw = (...bytes: readonly number[]): Bytes =>
    concat(Uint8Array.of(0, bytes.length), Uint8Array.from(bytes));
  const parted = raw(0x0a, 2, 8, 1, 0x32, 0, 0x0a, 34, 0x12, 32, ...zeros(32));
  const malformed = {
    'a group inside a message': raw(0x32, 2, FIFTEEN.group, FIFTEEN.end),
    'field number 0 inside a message': raw(0x32, 2, 0, 1),
    'hello with 31 bytes': hello(31),
    'hello with 33 bytes': hello(33),
    'hello without a challenge': hello(0),
    'sealed, 15 bytes': sealed(15),
    'pair_share with 64 bytes': share(64, 32),
    'pair_share with a confirmation of 31 bytes': share(65, 31),
    'pair_offer, 95 bytes': fromCar({ case: 'pairOffer', value: zeros(95) }),
    'pair_done, 15 bytes': fromCar({ case: 'pairDone', value: zeros(15) }),
    'a proof, which is to a car': toCar({
      case: 'proof',
      value: { handshake: zeros(98), tag: zeros(16) },
    }),
    'a hello whose version is bytes': raw(0x0a, 3, 0x0a, 1, 1),
    'a sealed that is a varint': raw(0x10, 1),
    'only a field that no version knows': raw(0x78, 1),
  };
  return {
    note: NOTE,
    from_car: [
      vector('hello', hello(32), 'hello'),
      vector('hello of version 2', hello(32, 2), 'another version'),
      vector('hello of version 0', hello(32, 0), 'another version'),
      vector('sealed, 16 bytes', sealed(16), 'sealed'),
      vector('pair_share', share(65, 32), 'pairShare'),
      vector('a field that no version knows behind it', raw(0x32, 0, 0x78, 1), 'pairRefusal'),
      vector('two cases: the last counts', raw(0x32, 2, 8, 1, 0x12, 16, ...zeros(16)), 'sealed'),
      vector('the same case twice', raw(0x32, 2, 8, 1, 0x32, 2, 8, 2), 'pairRefusal'),
      vector(
        'one hello in two halves, which are merged',
        raw(0x0a, 2, 8, 1, 0x0a, 34, 0x12, 32, ...zeros(32)),
        'hello',
      ),
      vector('two halves with another case between: the last counts', parted, 'another version'),
      ...Object.entries(malformed).map(([name, frame]) => vector(name, frame, 'malformed')),
      ...unknownFields(Uint8Array.of(0x32, 0), 'pairRefusal'),
    ],
  };
};
