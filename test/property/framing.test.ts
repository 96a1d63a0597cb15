import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PhoneKeyError } from '../../lib/errors.js';
import { concat } from '../../lib/platform/bytes.js';
import { frame, Reassembler } from '../../lib/link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../lib/native/profile.js';

const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 6 });

/** The bytes in chunks whose sizes repeat `sizes`. */
const cut = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let offset = 0, i = 0; offset < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return chunks;
};

describe('framing', () => {
  it('gives back any messages at any MTU', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 23, max: 517 }), (sent, mtu) => {
        const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
        const chunks = sent.flatMap((message) => frame(message, mtu));
        expect(chunks.every(({ length }) => length >= 1 && length <= mtu - 3)).toBe(true);
        expect(chunks.flatMap((chunk) => reassembler.push(chunk))).toEqual(sent);
        expect(reassembler.partial).toBe(false);
      }),
    );
  });

  it('gives back any messages however they are cut again', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 512 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(messages, sizes, (sent, chunkSizes) => {
        const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
        const whole = concat(...sent.flatMap((message) => frame(message, 256)));
        const received = cut(whole, chunkSizes).flatMap((chunk) => reassembler.push(chunk));
        expect(received).toEqual(sent);
      }),
    );
  });

  it('takes junk with bounded memory and no error but its own', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 512 }),
      // Plausible lengths, or else nearly all junk ends at its first two bytes.
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.uint8Array({ minLength: 1, maxLength: 509 }))
        .map(([high, rest]) => concat(Uint8Array.of(high), rest)),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
        const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
        let held = 0;
        try {
          for (const bytes of chunks) {
            held += bytes.length;
            for (const { length } of reassembler.push(bytes)) {
              expect(length).toBeGreaterThan(0);
              expect(length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
              held -= length + 2;
            }
            expect(held).toBeLessThan(MAX_MESSAGE_BYTES + 2);
            expect(reassembler.partial).toBe(held > 0);
          }
        } catch (error) {
          if (!(error instanceof PhoneKeyError)) throw error;
          expect(['protocol.too-large', 'protocol.malformed']).toContain(error.code);
        }
      }),
    );
  });
});
