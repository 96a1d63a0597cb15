import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { captureAir, monitorCapture, VirtualAir } from '../../../air/index.js';
import type { AirEvent } from '../../../air/index.js';
import { parseCapture } from '../../support/btsnoop.js';
import { settle } from './test-host.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { completed } from '../../support/hci-packets.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { toHex } from '../../../lib/platform/bytes.js';

/** Records as `index opcode data`. */
const captured = (chunks: readonly Uint8Array[]): string[] =>
  parseCapture(Buffer.concat(chunks), 2001).map(
    ({ packet, flags }) =>
      `${String(flags >>> 16)} ${String(flags & 0xffff)} ${packet.toString('hex')}`,
  );

const capture = (events: readonly AirEvent[]): string[] => {
  const chunks: Uint8Array[] = [];
  const record = monitorCapture({ write: (bytes) => chunks.push(bytes) });
  for (const event of events) record(event);
  return captured(chunks);
};

const device = (index: number, label: string) => ({ index, label, address: '0f:e1:d2:c3:b4:a5' });

const record = (direction: 'sent' | 'received', packet: string, index = 3): AirEvent => ({
  type: 'record',
  record: { index, direction, packet: Buffer.from(packet, 'hex'), time: 0 },
});

describe('a capture of a whole air', () => {
  it('is a file of the Linux monitor from the first moment', () => {
    const chunks: Uint8Array[] = [];
    monitorCapture({ write: (bytes) => chunks.push(bytes) });
    expect(Buffer.concat(chunks).toString('hex')).toBe('6274736e6f6f700000000001000007d1');
  });

  it('has new, open, closed and deleted controllers', () => {
    expect(
      capture([
        { type: 'came', device: device(3, 'car'), time: 0 },
        { type: 'left', device: device(3, 'car'), time: 1 },
      ]),
    ).toEqual(['3 0 0000a5b4c3d2e10f6361720000000000', '3 8 ', '3 9 ', '3 1 ']);
  });

  it('has names of at most 7 bytes, and a zero', () => {
    for (const [label, name] of [
      ['', '6863693300000000'],
      ['seven bytes', '736576656e206200'],
      ['voiture é', '766f697475726500'],
      ['trébuchet', '7472c3a962756300'],
      ['ééééé', 'c3a9c3a9c3a90000'],
    ] as const) {
      const [line] = capture([{ type: 'came', device: device(3, label), time: 0 }]);
      expect(line?.slice(-16)).toBe(name);
    }
  });

  it.each([
    ['a command', 'sent', '01030c00', '2 030c00'],
    ['an event', 'received', completed(Reset), '3 0e0401030c00'],
    ['data to the controller', 'sent', '024000010099', '4 4000010099'],
    ['data from the controller', 'received', '024020010099', '5 4020010099'],
    ['synchronous data to it', 'sent', '0340000199', '6 40000199'],
    ['synchronous data from it', 'received', '0340000199', '7 40000199'],
    ['isochronous data to it', 'sent', '054000010099', '18 4000010099'],
    ['isochronous data from it', 'received', '054000010099', '19 4000010099'],
  ] as const)('has %s without its type byte', (_what, direction, packet, line) => {
    expect(capture([record(direction, packet)])).toEqual([`3 ${line}`]);
  });

  it('is a whole file whatever the packets, the names and the numbers are', () => {
    const events = fc.oneof(
      fc.record({
        type: fc.constantFrom('came' as const, 'left' as const),
        device: fc.record({
          index: fc.nat(200_000),
          label: fc.string({ unit: 'grapheme', maxLength: 12 }),
          address: fc.constant('00:11:22:33:44:55'),
        }),
        time: fc.nat(),
      }),
      fc.record({
        type: fc.constant('record' as const),
        record: fc.record({
          index: fc.nat(200_000),
          direction: fc.constantFrom('sent' as const, 'received' as const),
          packet: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
          time: fc.nat(),
        }),
      }),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 8 }), (list) => {
        for (const line of capture(list)) {
          // 0xffff would be no controller at all.
          expect(line).toMatch(/^\d+ (0|1|2|3|4|5|6|7|8|9|18|19) /);
          expect(line).not.toMatch(/^65535 /);
        }
      }),
    );
  });

  it('is taken of an air in this process until it is stopped', async () => {
    const air = new VirtualAir({ seed: 'monitor' });
    const chunks: Uint8Array[] = [];
    const stop = captureAir(air, { write: (bytes) => chunks.push(bytes) });
    const one = air.controller({ label: 'one' });
    one.send(commandPacket(0x0c03));
    await settle();
    stop();
    one.send(commandPacket(0x0c03));
    await settle();
    const bytes = toHex(one.identity.public.bytes);
    expect(captured(chunks)).toEqual([
      `0 0 0000${bytes}6f6e650000000000`,
      '0 8 ',
      '0 2 030c00',
      '0 3 0e0401030c00',
    ]);
  });
});
