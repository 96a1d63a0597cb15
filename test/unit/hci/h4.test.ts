import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  H4Decoder,
  H4Error,
  MAX_ACL_DATA,
  aclPacket,
  commandPacket,
  packetLength,
} from '../../../lib/hci/h4.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { eventPacket } from '../../support/hci-packets.js';

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

const packet = fc.oneof(
  fc.tuple(fc.nat(0xffff), bytes(255)).map(([opcode, data]) => commandPacket(opcode, data)),
  fc.tuple(fc.nat(0xff), bytes(255)).map(([code, data]) => eventPacket(code, data)),
  fc.tuple(fc.nat(0xfff), fc.nat(3), bytes(MAX_ACL_DATA)).map(([h, pb, d]) => aclPacket(h, pb, d)),
);

/** Cuts `whole` at these places (taken modulo the length). */
const cut = (whole: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [...places.map((place) => place % (whole.length + 1)), 0, whole.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
};

describe('H4 framing', () => {
  it('gives back the packets of a stream, however it is chunked', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 6 }), fc.array(fc.nat()), (packets, places) => {
        const decoder = new H4Decoder();
        const chunks = cut(Buffer.concat(packets), places);
        const decoded = chunks.flatMap((chunk) => [...decoder.push(chunk)]);
        expect(decoded.map((p) => toHex(p))).toEqual(packets.map((p) => toHex(p)));
      }),
    );
  });

  it('gives what is whole before it refuses an unknown type', () => {
    const decoder = new H4Decoder();
    const stream = decoder.push(Buffer.from('01030c0077', 'hex'));
    expect(toHex(stream.next().value!)).toBe('01030c00');
    expect(() => stream.next()).toThrow(H4Error);
  });

  it.each(['00', '06', 'ff', '0240000104', '0500000104'])('refuses %s by its header', (hex) => {
    expect(() => packetLength(Buffer.from(hex, 'hex'))).toThrow(H4Error);
  });

  it('waits for a header that is not whole', () => {
    for (const hex of ['', '01', '0103', '01030c', '02400000', '0413', '030000']) {
      expect(packetLength(Buffer.from(hex, 'hex'))).toBeUndefined();
    }
  });

  it('never fails otherwise on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.array(bytes(64)), (chunks) => {
        const decoder = new H4Decoder();
        try {
          for (const chunk of chunks) {
            for (const p of decoder.push(Buffer.from(chunk)))
              expect(packetLength(p)).toBe(p.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(H4Error);
        }
      }),
    );
  });
});
