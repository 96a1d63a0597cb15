import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { btsnoopHeader, btsnoopRecord } from '../../../air/capture/btsnoop.js';
import { capturing, VirtualAir } from '../../../air/index.js';
import { parseCapture } from '../../support/btsnoop.js';
import { settle } from './test-host.js';
import { aclPacket, commandPacket } from '../../../lib/hci/h4.js';
import { eventPacket, completed, event } from '../../support/hci-packets.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { Status } from '../../../lib/hci/constants.js';
import { CommandComplete, HardwareErrorEvent } from '../../../lib/hci/events/general.js';

const RESET = commandPacket(0x0c03, Buffer.alloc(0));
/** 2000-01-01T00:00:00Z, which other programs give as 0x00e03ab44a676000. */
const YEAR_2000 = 946_684_800_000;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('btsnoop', () => {
  it('begins with magic, version 1 and the datalink of H4', () => {
    expect(hex(btsnoopHeader())).toBe('6274736e6f6f700000000001000003ea');
  });

  it.each([
    ['a command', RESET, 'sent', 0b10],
    ['an event', eventPacket(0x0e, Buffer.of(1, 3, 0x0c, 0)), 'received', 0b11],
    ['data to the controller', aclPacket(0x40, 0, Buffer.of(1, 2)), 'sent', 0b00],
    ['data from the controller', aclPacket(0x40, 2, Buffer.of(1, 2)), 'received', 0b01],
  ] as const)('records %s with its flags', (_what, packet, direction, flags) => {
    const length = packet.length.toString(16).padStart(8, '0');
    expect(hex(btsnoopRecord(packet, direction, YEAR_2000))).toBe(
      `${length}${length}0000000${String(flags)}00000000` + `00e03ab44a676000${hex(packet)}`,
    );
  });

  it('records 1970 and fractions of a millisecond', () => {
    expect(hex(btsnoopRecord(RESET, 'sent', 0)).slice(32, 48)).toBe('00dcddb30f2f8000');
    expect(hex(btsnoopRecord(RESET, 'sent', 1.5)).slice(32, 48)).toBe('00dcddb30f2f85dc');
  });

  it('gives back any packets', () => {
    const entry = fc.record({
      packet: fc.uint8Array({ maxLength: 300 }),
      direction: fc.constantFrom('sent' as const, 'received' as const),
      time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
        const records = entries.map((e) => btsnoopRecord(e.packet, e.direction, e.time));
        const read = parseCapture(Buffer.concat([btsnoopHeader(), ...records]));
        expect(
          read.map(({ packet, flags, drops, time }) => [hex(packet), flags & 1, drops, time]),
        ).toEqual(
          entries.map(({ packet, direction, time }) => [
            hex(packet),
            direction === 'sent' ? 0 : 1,
            0,
            0x00dcddb30f2f8000n + BigInt(time) * 1000n,
          ]),
        );
      }),
    );
  });
});

describe('a transport that is captured', () => {
  /** A host on a captured controller; `captured` gives what the file says, `0 01030c00` for a command. */
  const start = () => {
    const chunks: Buffer[] = [];
    const heard: string[] = [];
    let now = 0;
    const controller = new VirtualAir({ seed: 'capture' }).controller();
    const sink = { write: (bytes: Uint8Array) => void chunks.push(Buffer.from(bytes)) };
    const transport = capturing(controller, sink, () => now++);
    transport.onPacket((packet) => heard.push(hex(packet)));
    const read = () => parseCapture(Buffer.concat(chunks));
    return {
      controller,
      transport,
      heard,
      read,
      captured: () => read().map(({ packet, flags }) => `${String(flags & 1)} ${hex(packet)}`),
    };
  };

  it('is a file from the first moment, also without a packet', () => {
    expect(start().captured()).toEqual([]);
  });

  it('records both directions in order, once for any number of listeners', async () => {
    const { transport, heard, captured, read } = start();
    transport.onPacket(() => undefined);
    transport.send(RESET);
    transport.send(commandPacket(0xfdff, Buffer.alloc(0)));
    await settle();
    const unknown = event(CommandComplete, {
      allowed: 1,
      opcode: 0xfdff,
      returned: Uint8Array.of(Status.unknownCommand),
    });
    expect(heard).toEqual([completed(Reset), unknown]);
    expect(captured()).toEqual([
      '0 01030c00',
      '0 01fffd00',
      `1 ${completed(Reset)}`,
      `1 ${unknown}`,
    ]);
    const times = read().map(({ time }) => time - 0x00dcddb30f2f8000n);
    expect(times).toEqual([0n, 1000n, 2000n, 3000n]);
  });

  it('records what the host did not listen to', async () => {
    const { controller, transport, captured } = start();
    const stop = transport.onPacket(() => undefined);
    stop();
    transport.send(RESET);
    await settle();
    expect(captured()).toHaveLength(2);
    expect(controller.closed).toBe(false);
  });

  it('passes on what the host sends as it is, junk too', async () => {
    const { transport, heard, captured } = start();
    transport.send(Buffer.from('7777', 'hex'));
    transport.send(Buffer.alloc(0));
    await settle();
    expect(heard).toEqual([
      event(HardwareErrorEvent, { code: 1 }),
      event(HardwareErrorEvent, { code: 1 }),
    ]);
    expect(captured().slice(0, 2)).toEqual(['0 7777', '0 ']);
  });

  it('closes with its controller, in both directions, and records nothing afterwards', async () => {
    const { controller, transport, captured } = start();
    let closed = 0;
    transport.onClose(() => closed++);
    expect(transport.closed).toBe(false);
    transport.close();
    expect([transport.closed, controller.closed, closed]).toEqual([true, true, 1]);
    transport.send(RESET);
    await settle();
    expect(captured()).toEqual([]);
  });
});
