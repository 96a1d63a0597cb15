import { describe, expect, it } from '@jest/globals';
import { concat, toHex } from '../../../lib/platform/bytes.js';
import { frame, Reassembler } from '../../../lib/link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { errorWith } from '../../support/errors.js';

const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

describe('frame', () => {
  it.each([
    // mtu, message, chunk sizes
    [23, 1, [3]],
    [23, 18, [20]],
    [23, 19, [20, 1]],
    [185, 180, [182]],
    [185, 181, [182, 1]],
    [256, 251, [253]],
    [256, 252, [253, 1]],
  ])('at MTU %i cuts a message of %i bytes into %j', (mtu, length, sizes) => {
    const chunks = frame(message(length), mtu);
    expect(chunks.map((chunk) => chunk.length)).toEqual(sizes);
    expect(concat(...chunks)).toEqual(concat(Uint8Array.of(0, length), message(length)));
  });

  it('writes the length big-endian', () => {
    expect(toHex(concat(...frame(message(0x0102), 23)).subarray(0, 3))).toBe('010200');
  });

  it('takes 1 to MAX_MESSAGE_BYTES bytes', () => {
    expect(concat(...frame(message(MAX_MESSAGE_BYTES), 185, MAX_MESSAGE_BYTES))).toHaveLength(
      MAX_MESSAGE_BYTES + 2,
    );
    const tooLong = () => frame(message(MAX_MESSAGE_BYTES + 1), 185, MAX_MESSAGE_BYTES);
    expect(tooLong).toThrow(errorWith('protocol.too-large'));
    expect(() => frame(new Uint8Array(0), 185)).toThrow(errorWith('protocol.malformed'));
  });
});

describe('Reassembler', () => {
  it('gives several messages of one chunk in order, and keeps the rest', () => {
    const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
    const whole = concat(...[1, 2, 3].flatMap((length) => frame(message(length), 256)));
    expect(reassembler.push(whole.subarray(0, whole.length - 1))).toEqual([message(1), message(2)]);
    expect(reassembler.partial).toBe(true);
    expect(reassembler.push(whole.subarray(whole.length - 1))).toEqual([message(3)]);
    expect(reassembler.partial).toBe(false);
  });

  it('waits for the second byte of the length', () => {
    const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
    expect(reassembler.push(Uint8Array.of(0))).toEqual([]);
    expect(reassembler.partial).toBe(true);
    expect(reassembler.push(Uint8Array.of(1, 7))).toEqual([Uint8Array.of(7)]);
  });

  it('takes a message of MAX_MESSAGE_BYTES bytes and refuses the claim of one more', () => {
    const chunks = frame(message(MAX_MESSAGE_BYTES), 185);
    const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
    expect(chunks.flatMap((chunk) => reassembler.push(chunk))).toEqual([
      message(MAX_MESSAGE_BYTES),
    ]);
    const claim = MAX_MESSAGE_BYTES + 1;
    expect(() =>
      new Reassembler(MAX_MESSAGE_BYTES).push(Uint8Array.of(claim >> 8, claim & 0xff)),
    ).toThrow(errorWith('protocol.too-large'));
  });

  it('refuses a length of 0', () => {
    expect(() => new Reassembler(MAX_MESSAGE_BYTES).push(Uint8Array.of(0, 0))).toThrow(
      errorWith('protocol.malformed'),
    );
  });

  it('gives messages that do not change with the chunk they came in', () => {
    const chunk = Uint8Array.of(0, 1, 42);
    const [received] = new Reassembler(MAX_MESSAGE_BYTES).push(chunk);
    chunk.fill(0);
    expect(received).toEqual(Uint8Array.of(42));
  });
});
