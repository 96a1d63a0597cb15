import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { btsnoopHeader, btsnoopRecord } from '../../../air/capture/btsnoop.js';
import { BtsnoopReader } from '../../../air/capture/btsnoop-reader.js';
import type { CaptureEvent } from '../../../air/capture/record.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { completed } from '../../support/hci-packets.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';

const MONITOR_HEADER = '6274736e6f6f700000000001000007d1';
/** 1970, in the microseconds of the format. */
const EPOCH = '00dcddb30f2f8000';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A record of the monitor, as btmon writes it. */
const monitor = (index: number, opcode: number, data: string): Buffer => {
  const length = hex(data).length.toString(16).padStart(8, '0');
  const flags = (index * 0x10000 + opcode).toString(16).padStart(8, '0');
  return hex(`${length}${length}${flags}00000000${EPOCH}${data}`);
};

/** All at once, or in chunks of a size. */
const read = (file: Buffer, size = file.length): CaptureEvent[] => {
  const reader = new BtsnoopReader();
  const sightings: CaptureEvent[] = [];
  for (let at = 0; at < file.length; at += size) {
    sightings.push(...reader.push(file.subarray(at, at + size)));
  }
  reader.end();
  return sightings;
};

describe('a capture of one controller', () => {
  const packets = [
    { direction: 'sent', packet: hex('01030c00'), time: 1.5 },
    { direction: 'received', packet: hex(completed(Reset)), time: 1_700_000_000_000 },
  ] as const;
  const file = Buffer.concat([
    btsnoopHeader(),
    ...packets.map(({ packet, direction, time }) => btsnoopRecord(packet, direction, time)),
  ]);

  it('gives back what was written, in chunks of any size', () => {
    const expected = packets.map((packet) => ({ type: 'record', record: { index: 0, ...packet } }));
    for (const size of [1, 7, 24, file.length]) expect(read(file, size)).toEqual(expected);
  });

  it('may hold nothing', () => {
    expect(read(btsnoopHeader())).toEqual([]);
  });

  it('may have any time, and say that it did not keep all of a packet', () => {
    const record = btsnoopRecord(hex('01030c00'), 'sent', 0);
    const head = (length: string, time: string) =>
      Buffer.concat([hex(length), record.subarray(4, 16), hex(time), hex('01030c00')]);
    const times = ['8000000000000000', '0000000000000000', '7fffffffffffffff'];
    const told = read(Buffer.concat([btsnoopHeader(), ...times.map((t) => head('00000103', t))]));
    expect(told).toHaveLength(3);
    for (const each of told) expect(each).toMatchObject({ type: 'record', record: { cut: 255 } });
    const [shorter] = read(Buffer.concat([btsnoopHeader(), head('00000001', EPOCH)]));
    expect(shorter).toMatchObject({ record: { time: 0 } });
    expect(shorter).not.toHaveProperty('record.cut');
  });

  it('may leave the type of packets to their flags', () => {
    const file = hex(
      `6274736e6f6f700000000001000003e9 ${[
        ['00000002', '030c00'],
        ['00000003', '130100'],
        ['00000001', '4020000000'],
        ['00000000', '4000000000'],
      ]
        .map(([flags = '', data = '']) => {
          const length = (data.length / 2).toString(16).padStart(8, '0');
          return `${length}${length}${flags}00000000${EPOCH}${data}`;
        })
        .join('')}`,
    );
    const told = read(file).map(
      (each) =>
        each.type === 'record' && [each.record.direction, each.record.packet.toString('hex')],
    );
    expect(told).toEqual([
      ['sent', '01030c00'],
      ['received', '04130100'],
      ['received', '024020000000'],
      ['sent', '024000000000'],
    ]);
  });

  it('tells what is whole before it complains about what is not', () => {
    const reader = new BtsnoopReader();
    expect([...reader.push(file.subarray(0, -1))]).toHaveLength(1);
    expect(() => {
      reader.end();
    }).toThrow('ends in the middle of a record');
  });
});

describe('a capture of the monitor', () => {
  const file = Buffer.concat([
    hex(MONITOR_HEADER),
    monitor(0xffff, 12, '4c696e757800'), // a note of the system
    monitor(0, 0, '00 00 060000000000 70686f6e65000000'),
    monitor(0, 8, ''),
    monitor(0, 2, '030c00'),
    monitor(0, 3, '0e0401030c00'),
    monitor(7, 4, '40000400 0000 0400'),
    monitor(0, 5, '40200400 0000 0400'),
    monitor(0, 10, '060000000000 ffff'),
    monitor(0, 9, ''),
    monitor(0, 1, ''),
    monitor(0, 0, '00 00 070000000000 6361720000000000'),
    monitor(0, 2, '030c00'),
  ]);

  it('introduces controllers, and gives every packet the type that H4 has for it', () => {
    const told = read(file).map((each) =>
      each.type === 'note'
        ? `${each.name}: ${String(each.bytes)} B`
        : each.type === 'found'
          ? each.type
          : each.type === 'record'
            ? `${String(each.record.index)} ${each.record.direction} ${each.record.packet.toString('hex')}`
            : `${each.type} ${String(each.device.index)} ${each.device.address} ${each.device.label}`,
    );
    expect(told).toEqual([
      'System Note: 6 B',
      'New Index: 16 B',
      'came 0 00:00:00:00:00:06 phone',
      'Open Index: 0 B',
      '0 sent 01030c00',
      '0 received 040e0401030c00',
      '1 sent 024000040000000400',
      '0 received 024020040000000400',
      'Index Information: 8 B',
      'Close Index: 0 B',
      'Delete Index: 0 B',
      'left 0 00:00:00:00:00:06 phone',
      'New Index: 16 B',
      'came 2 00:00:00:00:00:07 car', // the same number, another controller
      '2 sent 01030c00',
    ]);
  });

  it('takes a number that comes anew for one that has gone', () => {
    const again = monitor(0, 0, '00 00 090000000000 0000000000000000');
    const types = read(Buffer.concat([file, again])).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['left', 'came']);
  });
});

describe('a file that is none', () => {
  it.each([
    ['empty', ''],
    ['too short', '6274736e6f6f70'],
    ['something else', '7f454c4602010100000000000000000002003e00'],
    ['a pcap file', `d4c3b2a102000400${'00'.repeat(16)}`],
    ['another version', '6274736e6f6f700000000002000003ea'],
    ['another datalink', '6274736e6f6f700000000001000003eb'],
    ['a record without end', `${btsnoopHeader().toString('hex')}ffffffffffffffff${'0'.repeat(32)}`],
  ])('is refused: %s', (_what, bytes) => {
    const error = (() => {
      try {
        return read(hex(bytes));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(PhoneKeyError);
    expect(error).toMatchObject({ code: 'usage.invalid' });
  });

  it('throws nothing but that, whatever the bytes', () => {
    const headers = fc.constantFrom(btsnoopHeader(), hex(MONITOR_HEADER), Buffer.alloc(0));
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 200 }), (header, bytes) => {
        try {
          read(Buffer.concat([header, bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(PhoneKeyError);
        }
      }),
    );
  });
});
