import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { btsnoopHeader, Datalink } from '../../air/capture/btsnoop.js';
import { BtsnoopReader } from '../../air/capture/btsnoop-reader.js';
import { CaptureTimes } from '../../cli/air/capture-file.js';
import { AirView, HciView } from '../../cli/air/viewer.js';

const FLAGS = {
  [Datalink.hci]: fc.nat({ max: 3 }),
  [Datalink.h4]: fc.nat({ max: 3 }),
  // The controller's number, and an opcode of the monitor.
  [Datalink.monitor]: fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 20 }))
    .map(([index, opcode]) => index * 0x10000 + opcode),
};

/** What looks like a packet is more often read to its end. */
const data = fc
  .tuple(
    fc.constantFrom('', '013520', '02402007000300040012', '02401004', '043e1301', '04050400', '03'),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'hex'), rest]));

const record = (flags: fc.Arbitrary<number>): fc.Arbitrary<Buffer> =>
  fc
    .record({
      data,
      flags,
      missing: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 20 })),
      time: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    })
    .map(({ data, flags, missing, time }) => {
      const head = Buffer.alloc(24);
      head.writeUInt32BE(Math.max(0, data.length + missing), 0);
      head.writeUInt32BE(data.length, 4);
      head.writeUInt32BE(flags, 8);
      head.writeBigInt64BE(time, 16);
      return Buffer.concat([head, data]);
    });

const NOBODY = { cars: () => [], session: () => undefined };

describe.each(Object.values(Datalink))('any capture, datalink %i', (datalink) => {
  it('gives a line for each record, and ends well', () => {
    const records = fc.array(record(FLAGS[datalink]), { maxLength: 12 });
    fc.assert(
      fc.property(records, (all) => {
        const [hci, air, reader] = [new HciView(), new AirView(NOBODY), new BtsnoopReader()];
        const times = new CaptureTimes(() => undefined);
        const events = [...reader.push(Buffer.concat([btsnoopHeader(datalink), ...all]))];
        reader.end();
        let lines = 0;
        for (const event of events) {
          const shown = hci.push(event);
          lines += shown.length;
          for (const { time, what } of [...shown, ...air.push(event)]) {
            expect(times.read(time).text).toMatch(/^([+-]\d\d+|\d\d):\d\d:\d\d\.\d{3}$/);
            expect(what).not.toBe('');
          }
        }
        expect(lines).toBe(all.length);
        air.end();
      }),
      { numRuns: 40 },
    );
  });
});
