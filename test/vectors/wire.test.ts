import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkName } from '../../lib/domain/names.js';
import { Reassembler } from '../../lib/link/message-link.js';
import {
  advertisementIsFrom,
  advertisementKey,
  decodeAdvertisement,
} from '../../lib/native/advertisement.js';
import { decodeCarIdentity, decodeFromCar } from '../../lib/native/codec.js';
import { MAX_MESSAGE_BYTES } from '../../lib/native/profile.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { concat, toHex } from '../../lib/platform/bytes.js';
import {
  advertisementVectors,
  chunkVectors,
  fromCarVectors,
  nameVectors,
} from '../../scripts/wire-vectors.js';
import { fromHex, suites } from './support.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));

const advertisements = read('advertisements') as ReturnType<typeof advertisementVectors>;
const names = read('names') as ReturnType<typeof nameVectors>;
const chunks = read('chunks') as ReturnType<typeof chunkVectors>;
const fromCar = read('from-car') as ReturnType<typeof fromCarVectors>;

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    if (error instanceof PhoneKeyError) return error.code;
    throw error;
  }
};

it('the files are what their generator writes', () => {
  expect(advertisements).toEqual(advertisementVectors());
  expect(names).toEqual(nameVectors());
  expect(chunks).toEqual(chunkVectors());
  expect(fromCar).toEqual(fromCarVectors());
});

describe.each(suites)('advertisements, suite $name', (suite) => {
  const key = advertisementKey(suite, fromHex(advertisements.car_public));

  it.each(advertisements.heard)('$expect: $name', ({ service_data, expect: wanted }) => {
    const data = fromHex(service_data);
    const heard = decodeAdvertisement(data) !== undefined;
    expect(heard).toBe(wanted !== 'none');
    if (heard) expect(advertisementIsFrom(suite, key, data)).toBe(wanted === 'the car');
  });
});

describe('names', () => {
  it.each(names.names)('$expect: $name', ({ utf8, expect: wanted }) => {
    const bytes = fromHex(utf8);
    // CarIdentity { name, role: owner }
    const identity = concat(Uint8Array.of(0x0a, bytes.length), bytes, Uint8Array.of(0x10, 1));
    const code = codeOf(() => decodeCarIdentity(identity));
    expect(code).toBe(wanted === 'good' ? 'none' : 'protocol.malformed');
    if (wanted === 'malformed') return;
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    expect(codeOf(() => checkName(name))).toBe(code);
  });
});

describe('chunks', () => {
  it.each(chunks.sequences)('$end: $name', ({ chunks: given, messages, end }) => {
    const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
    const got: string[] = [];
    const [last, ...before] = given.map((chunk) => fromHex(chunk)).reverse();
    for (const chunk of before.reverse()) got.push(...reassembler.push(chunk).map(toHex));
    if (end === 'closed') {
      expect(() => reassembler.push(last!)).toThrow(PhoneKeyError);
      return;
    }
    got.push(...reassembler.push(last!).map(toHex));
    expect(got).toEqual(messages);
    expect(reassembler.partial).toBe(end === 'partial');
  });
});

describe('frames to a phone', () => {
  it.each(fromCar.from_car)('$expect: $name', ({ frame, expect: wanted }) => {
    const [message] = new Reassembler(MAX_MESSAGE_BYTES).push(fromHex(frame));
    const decode = () => decodeFromCar(message!).case;
    if (wanted === 'malformed') expect(codeOf(decode)).toBe('protocol.malformed');
    else if (wanted === 'another version') expect(codeOf(decode)).toBe('protocol.version');
    else expect(decode()).toBe(wanted);
  });
});
