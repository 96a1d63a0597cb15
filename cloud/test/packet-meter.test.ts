import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packetMeter } from '../broker/packet-meter.js';

/** A packet of MQTT with a body of so many bytes. */
const packet = (body: number): Uint8Array => {
  const length: number[] = [];
  let left = body;
  do {
    const more = left >= 128;
    length.push((left % 128) + (more ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return new Uint8Array([0x30, ...length, ...new Uint8Array(body)]);
};

describe('the packet meter', () => {
  it('lets packets through up to the bound, header included', () => {
    const meter = packetMeter({ mostBytes: 130 }, 0);
    expect(meter(packet(127), 0)).toBeUndefined();
    expect(packet(127)).toHaveLength(129);
    expect(meter(packet(128), 0)).toBe('too long');
  });

  it('says so before the body is there', () => {
    const meter = packetMeter({ mostBytes: 1_000 }, 0);
    expect(meter(packet(1_000_000).subarray(0, 4), 0)).toBe('too long');
  });

  it('knows a length that is none', () => {
    const meter = packetMeter({ mostBytes: 1e9 }, 0);
    expect(meter(new Uint8Array([0x30, 0xff, 0xff, 0xff, 0xff]), 0)).toBe('malformed');
  });

  it('counts packets, so many a second and so many at once', () => {
    const meter = packetMeter({ mostBytes: 100, perSecond: 10, burst: 3 }, 0);
    const three = new Uint8Array([...packet(1), ...packet(0), ...packet(2)]);
    expect(meter(three, 0)).toBeUndefined();
    expect(meter(packet(1), 100)).toBeUndefined();
    expect(meter(packet(1), 150)).toBe('too many');
    const other = packetMeter({ mostBytes: 100, perSecond: 10, burst: 3 }, 0);
    expect(other(three, 10_000)).toBeUndefined();
    expect(other(packet(1), 10_001)).toBe('too many');
  });

  it('says the same however the bytes are cut', () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 })), (sizes, cuts) => {
        const bytes = new Uint8Array(sizes.flatMap((size) => [...packet(size)]));
        const meter = packetMeter({ mostBytes: 250 }, 0);
        let excess: unknown;
        for (let at = 0, n = 0; at < bytes.length && excess === undefined; n++) {
          const size = cuts[n % Math.max(cuts.length, 1)] ?? 7;
          excess = meter(bytes.subarray(at, at + size), 0);
          at += size;
        }
        const isLong = sizes.some((size) => packet(size).length > 250);
        expect(excess).toBe(isLong ? 'too long' : undefined);
      }),
    );
  });
});
