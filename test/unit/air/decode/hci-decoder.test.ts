import { describe, expect, it } from '@jest/globals';
import type { Direction } from '../../../../air/capture/btsnoop.js';
import { describeHci, HciDecoder } from '../../../../air/decode/hci-decoder.js';
import { att, connectionComplete, disconnectionComplete, hex } from './stream.js';
import { aclPacket } from '../../../../lib/hci/h4.js';

const view = () => {
  const decoder = new HciDecoder();
  const packet = (direction: Direction, bytes: Uint8Array, index = 0) =>
    decoder.push({
      type: 'record',
      record: { time: 0, index, direction, packet: Buffer.from(bytes) },
    })!;
  return {
    decoder,
    packet,
    sent: (bytes: Uint8Array) => describeHci(packet('sent', bytes)),
    received: (bytes: Uint8Array) => describeHci(packet('received', bytes)),
  };
};

/** Packets typed from the layouts of the Core Specification, Vol 4 Part E 7, with its names and codes. */
describe('HCI', () => {
  it.each([
    ['01 030c 00', 'Reset'],
    ['01 0604 03 4000 13', 'Disconnect: handle 0x0040, reason remote user terminated'],
    [
      '01 0620 0f a000 2001 02 01 00 000000000000 07 00',
      'LE Set Advertising Parameters: interval min 100 ms, interval max 180 ms, advertising type 2, address type random',
    ],
    [
      '01 0820 20 03 020106 00000000000000000000000000000000000000000000000000000000',
      'LE Set Advertising Data: flags 0x06',
    ],
    ['01 0c20 02 01 00', 'LE Set Scan Enable: enabled, not filter duplicates'],
    [
      '01 0b20 07 01 1000 0800 00 00',
      'LE Set Scan Parameters: active, interval 10 ms, window 5 ms',
    ],
    [
      '01 0d20 19 6000 3000 00 00 020000000000 00 0600 1200 0000 2a00 0400 0600',
      'LE Create Connection: address type public, address 00:00:00:00:00:02',
    ],
    [
      '01 1320 0e 4000 0600 0c00 0000 2a00 0000 0000',
      'LE Connection Update: handle 0x0040, interval min 7.5 ms, interval max 15 ms, latency 0, timeout 420 ms',
    ],
    ['01 3720 08 01 03 00 04 0302 0f18', 'LE Set Extended Advertising Data: set 1, service 180f'],
    ['01 3920 02 00 00', 'LE Set Extended Advertising Enable: not enabled'],
    [
      '01 4320 1a 00 00 01 0300000000c0 01 6000 3000 0600 1200 0000 2a00 0400 0600',
      'LE Extended Create Connection: address type random, address c0:00:00:00:00:03',
    ],
    ['01 01fc 08 64000000 38ffffff', 'Vendor Set Position: x 1 m, y -2 m'],
    ['01 fffd 02 aabb', 'Command 0xfdff'],
    ['01 0604 01 40', 'Disconnect: malformed'],
    ['01 0604 09 40', 'malformed packet: 5 B'],
    ['07 00', 'packet of type 0x07: 1 B'],
  ])('sent: %s', (bytes, expected) => {
    expect(view().sent(hex(bytes))).toBe(expected);
  });

  it.each([
    ['04 0e 04 01 030c 00', 'Command Complete: command Reset, status success'],
    [
      '04 0e 0a 01 0910 00 060000000000',
      'Command Complete: command Read BD_ADDR, status success, address 00:00:00:00:00:06',
    ],
    ['04 0e 03 01 0000', 'Command Complete: command Command 0x0000'],
    [
      '04 0f 04 0c 01 0d20',
      'Command Status: command LE Create Connection, status command disallowed',
    ],
    [
      '04 05 04 00 4000 08',
      'Disconnection Complete: status success, handle 0x0040, reason connection timeout',
    ],
    ['04 13 05 01 4000 0200', 'Number Of Completed Packets: handle 0x0040: 2'],
    ['04 10 01 02', 'Hardware Error: code 0x02'],
    [
      '04 3e 0f 02 01 00 00 020000000000 03 020106 c5',
      'LE Advertising Report: address 00:00:00:00:00:02, rssi -59 dBm, connectable, flags 0x06',
    ],
    ['04 3e 0d 05 4000 0102030405060708 0900', 'LE Long Term Key Request: handle 0x0040'],
    [
      '04 3e 0b 06 4000 0600 0c00 0000 2a00',
      'LE Remote Parameter Request: handle 0x0040, interval min 7.5 ms, interval max 15 ms, latency 0, timeout 420 ms',
    ],
    ['04 3e 06 12 00 02 4000 00', 'LE Advertising Set Terminated: status success, set 2'],
    ['04 3e 02 cd 00', 'LE Event 0xcd'],
    ['04 ab 01 00', 'Event 0xab'],
    ['04 3e 00', 'Event 0x3e: malformed'],
  ])('received: %s', (bytes, expected) => {
    expect(view().received(hex(bytes))).toBe(expected);
  });

  it('shows each fragment, and the PDU with the last one', () => {
    const { sent, packet } = view();
    expect(sent(aclPacket(0x40, 0, hex('0300 0400 0a')))).toBe('ACL: handle 0x0040, 5 B');
    expect(sent(aclPacket(0x40, 1, hex('0c00')))).toBe(
      'ACL: handle 0x0040, 2 B; Read Request: handle 0x000c',
    );
    expect(sent(aclPacket(0x40, 1, hex('0c00')))).toBe(
      'ACL: handle 0x0040, 2 B; malformed L2CAP PDU',
    );
    expect(packet('sent', att(0x40, '02'))).toMatchObject({
      pdu: { name: 'malformed ATT PDU' },
    });
  });

  it('shows every packet of every controller, by name', () => {
    const { decoder, packet } = view();
    const device = { index: 3, address: '00:00:00:00:00:02', label: 'car' };
    expect(decoder.push({ type: 'came', device, time: 0 })).toBeUndefined();
    expect(packet('sent', hex('01 030c 00'), 3)).toEqual({
      time: 0,
      type: 'hci',
      index: 3,
      device: { name: 'car', address: '00:00:00:00:00:02' },
      direction: 'sent',
      packet: 'command',
      code: 0x0c03,
      name: 'Reset',
      fields: {},
    });
    decoder.push({ type: 'left', device, time: 0 });
    expect(packet('sent', hex('01 030c 00'), 3).device.name).toBe('controller 3');
  });

  it('knows attributes for as long as their link', () => {
    const { sent, received } = view();
    received(connectionComplete(0x40, 'central', '00:00:00:00:00:02'));
    sent(att(0x40, '08 0100 ffff 0328'));
    received(att(0x40, '09 07 0200 10 0300 002a'));
    expect(sent(att(0x40, '0a 0300'))).toMatch(/; Read Request: Device Name, handle 0x0003$/);
    received(disconnectionComplete(0x40, 0x13));
    expect(sent(att(0x40, '0a 0300'))).toMatch(/; Read Request: handle 0x0003$/);
  });

  it('never shows a key', () => {
    const key = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
    const { packet } = view();
    const shown = [
      packet('sent', hex(`01 1920 1c 4000 0102030405060708 0900 ${key}`)), // LE Enable Encryption
      packet('sent', hex(`01 1a20 12 4000 ${key}`)), // LE Long Term Key Request Reply
      packet('sent', hex(`01 1720 20 ${key} ${key}`)), // LE Encrypt
      packet('received', hex(`04 0e 14 01 1720 00 ${key}`)),
      packet('received', hex('04 0e 0c 01 1820 00 a1b2c3d4e5f60718')), // LE Rand
      packet('sent', hex(`01 2720 27 00 020000000000 ${key} ${key}`)), // to the resolving list
      // Keys that legacy pairing distributes, and a written value.
      packet('sent', aclPacket(0x40, 0, hex(`1100 0600 06 ${key}`))),
      packet('sent', att(0x40, `12 0c00 ${key}`)),
    ];
    const texts = shown.flatMap((each) => [JSON.stringify(each), describeHci(each)]);
    for (const text of texts) expect(text).not.toMatch(/a1b2c3|8f90|8f:90|907e/i);
    expect(texts[1]).toBe('LE Enable Encryption: handle 0x0040');
    expect(texts[3]).toBe('LE Long Term Key Reply: handle 0x0040');
  });
});
