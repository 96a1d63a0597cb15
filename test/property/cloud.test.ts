import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventParser } from '../../lib/cloud/event-stream.js';
import { decodeFrame, encodeFrame } from '../../lib/cloud/frame.js';
import type { Frame } from '../../lib/cloud/frame.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { dashedUuid } from '../../lib/link/gatt-profile.js';

const sequence = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const hex = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((each) => Buffer.from(each).toString('hex'));
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('open'),
    sequence,
    service: hex.map(dashedUuid),
    mtu: fc.integer({ min: 23, max: 515 }),
  }),
  fc.record({
    kind: fc.constant('data'),
    sequence,
    chunk: fc.uint8Array({ minLength: 1, maxLength: 512 }),
  }),
  fc.record({
    kind: fc.constant('close'),
    sequence,
    why: fc.constantFrom('over', 'busy', 'no-service', 'broken'),
  }),
);

const line = fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''));
const end = fc.constantFrom('\n', '\r\n', '\r');
const sent = fc.record({
  type: line.filter((type) => type !== ''),
  data: fc.array(line, { minLength: 1, maxLength: 3 }),
  noise: fc.constantFrom([], [': hello'], ['retry: 5', 'x']),
  end,
});

describe('what goes through a cloud', () => {
  it('is in one frame alone, and comes out of that as it went in', () => {
    const property = fc.property(frame, (each) => {
      expect(decodeFrame(encodeFrame(each))).toEqual(each);
    });
    fc.assert(property);
  });

  it('comes as events, however they are written and wherever they are cut', () => {
    const property = fc.property(
      fc.array(sent, { maxLength: 5 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 20 }),
      (events, cuts) => {
        const written = utf8(
          events
            .map(({ type, data, noise, end: over }) =>
              [...noise, `event: ${type}`, ...data.map((each) => `data: ${each}`), '', '']
                .slice(0, -1)
                .map((each) => `${each}${over}`)
                .join(''),
            )
            .join(''),
        );
        const parser = new EventParser();
        const parsed = [];
        let at = 0;
        for (const length of [...cuts, written.length]) {
          parsed.push(...parser.push(written.subarray(at, at + length)));
          at += length;
        }
        expect(parsed).toEqual(
          events.map(({ type, data }) => ({ type, data: data.join('\n'), id: '' })),
        );
      },
    );
    fc.assert(property);
  });
});
