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
  const malformed = {
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
      ...Object.entries(malformed).map(([name, frame]) => vector(name, frame, 'malformed')),
    ],
  };
};
