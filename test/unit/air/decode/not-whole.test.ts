import { describe, expect, it } from '@jest/globals';
import { AirDecoder } from '../../../../air/decode/air-decoder.js';
import { describeEvent } from '../../../../air/decode/describe.js';
import { describeHci, HciDecoder } from '../../../../air/decode/hci-decoder.js';
import type { Direction } from '../../../../air/capture/btsnoop.js';
import { aclPacket } from '../../../../lib/hci/h4.js';
import { att, connectionComplete, disconnectionComplete, hex } from './stream.js';

const PEER = '00:00:00:00:00:02';

/** What a capture of one controller has, in which a link to PEER has handle 0x40. */
const view = () => {
  const air = new AirDecoder();
  const hci = new HciDecoder();
  const push = (direction: Direction, packet: Uint8Array, cut = 0) => {
    const whole = Buffer.from(packet);
    const record = { time: 0, index: 0, direction, packet: whole.subarray(0, whole.length - cut) };
    const event = { type: 'record', record: { ...record, ...(cut > 0 && { cut }) } } as const;
    const shown = hci.push(event);
    return { told: air.push(event), hci: shown === undefined ? '' : describeHci(shown) };
  };
  const lines = (...parameters: Parameters<typeof push>): string[] =>
    push(...parameters).told.map(({ event }) => describeEvent(event).what);
  push('received', connectionComplete(0x40, 'central', PEER));
  return {
    push,
    lines,
    hci: (...parameters: Parameters<typeof push>) => push(...parameters).hci,
    end: () => air.end().map(({ event }) => describeEvent(event).what),
  };
};

describe('a packet that the capture has cut', () => {
  const WRITE = att(0x40, '12 0c00 0102030405');

  it.each([
    [1, 'Write Request: handle 0x000c, 5 B; the capture has cut off 1 B'],
    [5, 'Write Request: handle 0x000c, 5 B; the capture has cut off 5 B'],
    [6, 'Write Request: 8 B; the capture has cut off 6 B'],
    [8, 'ATT PDU: 8 B; the capture has cut off 8 B'],
    [9, 'unfinished L2CAP PDU: 3 B; the capture has cut off 9 B'],
    [12, 'unfinished L2CAP PDU: 0 B; the capture has cut off 12 B'],
    [13, 'ACL: 3 B; the capture has cut off 13 B'],
    [17, 'HCI packet: 0 B; the capture has cut off 17 B'],
  ])('is told as far as it is there: data, %i B less', (cut, expected) => {
    expect(view().lines('sent', WRITE, cut)).toEqual([expected]);
  });

  it.each([
    [
      'sent',
      '01 0620 0f a000 2001 02 01 00 000000000000 07 00',
      12,
      'LE Set Advertising Parameters: interval min 100 ms',
    ],
    [
      'sent',
      '01 0620 0f a000 2001 02 01 00 000000000000 07 00',
      15,
      'LE Set Advertising Parameters',
    ],
    ['sent', '01 01fc 08 64000000 38ffffff', 10, 'HCI command: 1 B'],
    ['sent', '01 fffd 04 01020304', 4, 'Command 0xfdff'],
    ['received', '04 05 04 00 4000 13', 1, 'Disconnection Complete: status success, handle 0x0040'],
    ['received', '04 05 04 00 4000 13', 5, 'Disconnection Complete'],
    [
      'received',
      '04 3e 0d 05 4000 0102030405060708 0900',
      9,
      'LE Long Term Key Request: handle 0x0040',
    ],
    ['received', '04 3e 02 cd 00', 2, 'Event 0x3e'],
    ['received', '04 ff 03 010203', 2, 'Event 0xff'],
    ['received', '03 4000 04 01020304', 4, 'SCO: 3 B'],
    ['received', '05 4020 0400 01020304', 2, 'ISO: 6 B'],
    ['received', 'ff 010203', 1, 'packet of type 0xff: 2 B'],
  ] as const)(
    'is told as far as it is there: %s %s, %i B less',
    (direction, packet, cut, expected) => {
      const { push } = view();
      const { told, hci } = push(direction, hex(packet), cut);
      const line = `${expected}; the capture has cut off ${String(cut)} B`;
      expect(told.map(({ event }) => describeEvent(event).what)).toEqual([line]);
      expect(hci).toBe(
        expected.includes(':') ? line : `${expected}: the capture has cut off ${String(cut)} B`,
      );
    },
  );

  it('gives no value, and teaches nothing', () => {
    const { push, lines } = view();
    lines('sent', att(0x40, '08 0100 ffff 0328'));
    lines('received', att(0x40, '09 07 0200 10 0300 002a'), 1);
    expect(lines('sent', att(0x40, '0a 0300'))).toEqual(['Read Request: handle 0x0003']);
    lines('sent', att(0x40, '08 0100 ffff 0328'));
    lines('received', att(0x40, '09 07 0200 10 0300 002a'));
    expect(lines('sent', att(0x40, '0a 0300'))).toEqual([
      'Read Request: Device Name, handle 0x0003',
    ]);
    expect(push('sent', att(0x40, '12 0300 0102')).told[0]?.values).toHaveLength(1);
    expect(push('sent', att(0x40, '12 0300 0102'), 1).told[0]?.values).toEqual([]);
  });

  it('is followed to the end of its PDU, of which the rest is not told as something else', () => {
    const { lines, hci } = view();
    expect(lines('sent', aclPacket(0x40, 0, hex('0900 0400 12 0c00 01')), 1)).toEqual([]);
    expect(lines('sent', aclPacket(0x40, 1, hex('02 03')))).toEqual([]);
    expect(lines('sent', aclPacket(0x40, 1, hex('04 05 06')))).toEqual([
      'Write Request: handle 0x000c, 6 B; the capture has cut off 6 B',
    ]);
    expect(lines('sent', aclPacket(0x40, 0, hex('0900 0400')), 1)).toEqual([
      'unfinished L2CAP PDU: 3 B; the capture has cut off 1 B',
    ]);
    expect(lines('sent', aclPacket(0x40, 1, hex('12 0c00')))).toEqual([]);
    expect(hci('sent', att(0x40, '0a 0c00'), 2)).toBe(
      'ACL: handle 0x0040, 7 B; Read Request: 3 B; the capture has cut off 2 B',
    );
  });

  it('is malformed where it does not fit what is there', () => {
    const { lines } = view();
    expect(lines('sent', aclPacket(0x40, 1, hex('01 02 03')), 1)).toEqual(['malformed L2CAP PDU']);
    expect(lines('sent', aclPacket(0x40, 0, hex('0100 0400 0a 0c00 00')), 1)).toEqual([
      'malformed L2CAP PDU',
    ]);
  });
});

describe('a PDU of which the rest does not come', () => {
  const BEGINS = aclPacket(0x40, 0, hex('0900 0400 12'));

  it('is told when another begins', () => {
    const { lines, hci } = view();
    expect(lines('sent', BEGINS)).toEqual([]);
    expect(lines('sent', att(0x40, '0a 0c00'))).toEqual([
      'unfinished L2CAP PDU: 5 B',
      'Read Request: handle 0x000c',
    ]);
    lines('sent', BEGINS);
    expect(hci('sent', att(0x40, '0a 0c00'))).toBe(
      'ACL: handle 0x0040, 7 B; after 5 B of an unfinished PDU; Read Request: handle 0x000c',
    );
  });

  it('is told when its link ends, when its handle is used anew, and when the capture does', () => {
    const { lines, end } = view();
    lines('sent', BEGINS);
    expect(lines('received', disconnectionComplete(0x40, 0x13))).toEqual([
      'unfinished L2CAP PDU: 5 B',
      'disconnected: remote user terminated',
    ]);
    lines('received', connectionComplete(0x40, 'central', PEER));
    lines('received', BEGINS);
    expect(lines('received', connectionComplete(0x40, 'central', PEER))[0]).toBe(
      'unfinished L2CAP PDU: 5 B',
    );
    lines('received', aclPacket(0x40, 0, hex('0900 0400 12 0c00')), 2);
    expect(end()).toEqual(['unfinished L2CAP PDU: 7 B']);
    expect(end()).toEqual([]);
  });
});

describe('a packet that the capture has in the wrong direction', () => {
  it('is told, and counts as what it is', () => {
    const { lines } = view();
    expect(lines('sent', disconnectionComplete(0x40, 0x13))).toEqual([
      'Disconnection Complete: status success, handle 0x0040, reason remote user terminated; by the capture the host has sent it',
      'disconnected: remote user terminated',
    ]);
    expect(lines('received', hex('01 030c 00'))).toEqual([
      'Reset; by the capture the controller has sent it',
    ]);
  });
});

it('a packet that is not of LE is told by its type', () => {
  const { lines } = view();
  expect(lines('received', hex('03 4000 02 0102'))).toEqual(['SCO: 5 B']);
  expect(lines('sent', hex('05 4000 0200 0102'))).toEqual(['ISO: 6 B']);
  expect(lines('sent', hex('07'))).toEqual(['packet of type 0x07: 0 B']);
});
