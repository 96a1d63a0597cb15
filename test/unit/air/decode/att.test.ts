import { beforeEach, describe, expect, it } from '@jest/globals';
import { AttDecoder } from '../../../../air/decode/att-decoder.js';
import type { End } from '../../../../air/decode/att-decoder.js';
import { fieldsText } from '../../../../air/decode/fields.js';
import { GattDatabase } from '../../../../air/decode/gatt-database.js';
import { hex } from './stream.js';

/** A service of a peripheral with one characteristic, at handles 0x000a to 0x000d (Vol 3 Part G 3). */
const UUID = '9d1f5a02-7c52-4b6e-9a43-1f0c6e2b7d10';
const WIRE_UUID = '107d2b6e0c1f439a6e4b527c025a1f9d';

let decoder: AttDecoder;
beforeEach(() => {
  const databases = { central: new GattDatabase(), peripheral: new GattDatabase() };
  decoder = new AttDecoder(databases, new Map([[UUID, 'doorbell']]));
});

const told = (from: End, pdu: string): string => {
  const event = decoder.decode(from, hex(pdu));
  if (event === undefined) return 'malformed';
  const text = fieldsText(event.fields);
  return text === '' ? event.name : `${event.name}: ${text}`;
};

const discover = (): string[] => [
  told('central', '08 0a00 0d00 0328'),
  told('peripheral', `09 15 0b00 10 0c00 ${WIRE_UUID}`),
  told('central', '04 0d00 0d00'),
  told('peripheral', '05 01 0d00 0229'),
];

describe('ATT', () => {
  it.each<[End, string, string]>([
    ['central', '02 0001', 'Exchange MTU Request: mtu 256'],
    ['peripheral', '03 1700', 'Exchange MTU Response: mtu 23'],
    [
      'peripheral',
      '01 0a 0c00 02',
      'Error Response: request Read Request, handle 0x000c, reason read not permitted',
    ],
    [
      'central',
      '10 0100 ffff 0028',
      'Read By Group Type Request: start 0x0001, end 0xffff, Primary Service',
    ],
    [
      'central',
      '06 0100 ffff 0028 0f18',
      'Find By Type Value Request: start 0x0001, end 0xffff, Primary Service',
    ],
    ['peripheral', '07 0a00 0d00', 'Find By Type Value Response: 0x000a-0x000d'],
    ['central', '0e 0c00 0d00 0e00', 'Read Multiple Request: handle 0x000c, others 2'],
    ['central', '52 0c00 112233', 'Write Command: handle 0x000c, 3 B'],
    ['central', '12 0c00', 'Write Request: handle 0x000c, 0 B'],
    ['central', '16 0c00 0000 1122', 'Prepare Write Request: handle 0x000c, 2 B'],
    ['central', '18 01', 'Execute Write Request'],
    ['peripheral', '13', 'Write Response'],
    ['peripheral', '1d 0c00 11', 'Indication: handle 0x000c, 1 B'],
    ['central', '1e', 'Confirmation'],
    [
      'peripheral',
      '23 0c00 0200 1122 0d00 0100 33',
      'Multiple Notifications: handle 0x000c, others 1, 3 B',
    ],
    ['central', '7f 0102', 'ATT opcode 0x7f: 3 B'],
    ['central', '02 00', 'malformed'],
    ['central', '08 0100 ffff 00', 'malformed'],
    ['peripheral', '09 01 0b00', 'malformed'],
    ['peripheral', '11 03 0b000c00', 'malformed'],
    ['peripheral', '23 0c00 0900 11', 'malformed'],
    ['central', '', 'malformed'],
  ])('from the %s: %s', (from, pdu, expected) => {
    expect(told(from, pdu)).toBe(expected);
  });

  it('learns from discovery what handles are', () => {
    expect(told('central', '1b 0c00 11')).toBe('Notification: handle 0x000c, 1 B');
    expect(discover()).toEqual([
      'Read By Type Request: start 0x000a, end 0x000d, Characteristic',
      'Read By Type Response: 0x000b doorbell',
      'Find Information Request: start 0x000d, end 0x000d',
      'Find Information Response: 0x000d Client Characteristic Configuration',
    ]);
    expect(told('central', '12 0d00 0100')).toBe(
      'Write Request: Client Characteristic Configuration of doorbell, handle 0x000d, 2 B',
    );
    expect(told('peripheral', '13')).toBe(
      'Write Response: Client Characteristic Configuration of doorbell, handle 0x000d',
    );
    expect(told('peripheral', '1b 0c00 1122')).toBe('Notification: doorbell, handle 0x000c, 2 B');
  });

  it('knows the configuration between a value that is notified and the next declaration', () => {
    told('central', '08 0a00 1200 0328');
    told(
      'peripheral',
      `09 15 0b00 10 0c00 ${WIRE_UUID} 0e00 02 0f00 ${WIRE_UUID} 1100 02 1200 ${WIRE_UUID}`,
    );
    expect(told('central', '12 0d00 0100')).toBe(
      'Write Request: Client Characteristic Configuration of doorbell, handle 0x000d, 2 B',
    );
    told('peripheral', '13');
    // What only is read has none.
    expect(told('central', '12 1000 0100')).toBe('Write Request: handle 0x0010, 2 B');
  });

  it('learns services, and values from the request before', () => {
    told('central', '10 0100 ffff 0028');
    expect(told('peripheral', '11 06 0a00 0d00 0f18')).toBe(
      'Read By Group Type Response: 0x000a-0x000d Battery',
    );
    discover();
    told('central', '0a 0c00');
    expect(told('peripheral', '0b 64')).toBe('Read Response: doorbell, handle 0x000c, 1 B');
    // Nobody asked for this one.
    expect(told('peripheral', '0b 6464')).toBe('Read Response: 2 B');
  });

  it('takes an answer to another question for no discovery', () => {
    told('central', '0a 0b00');
    told('peripheral', `09 15 0b00 10 0c00 ${WIRE_UUID}`);
    expect(told('peripheral', '1b 0c00 11')).toBe('Notification: handle 0x000c, 1 B');
  });

  it('keeps the two servers of a link apart', () => {
    discover();
    // The peripheral, as a client of the central.
    expect(told('peripheral', '12 0c00 11')).toBe('Write Request: handle 0x000c, 1 B');
  });

  it('gives the values, and tells only their lengths', () => {
    discover();
    const values = (from: 'central' | 'peripheral', pdu: string) =>
      decoder.decode(from, hex(pdu))?.values;
    const event = decoder.decode('peripheral', hex('1b 0c00 c0ffee'));
    const told = { handle: 0x0c, uuid: UUID, toServer: false, read: false, value: hex('c0ffee') };
    expect(event?.values).toEqual([told]);
    expect(JSON.stringify(event?.fields)).not.toMatch(/c0ffee/i);
    for (const pdu of ['52 0c00 aa', '12 0c00 aa', '16 0c00 0000 aa']) {
      expect(values('central', pdu)).toEqual([{ ...told, toServer: true, value: hex('aa') }]);
    }
    expect(values('peripheral', '17 0c00 0000 aa')).toEqual([]);
    expect(values('peripheral', '1b 0100 aa')).toMatchObject([{ handle: 1, uuid: null }]);
  });

  it('gives what was read, of what was asked for', () => {
    const values = (pdu: string) => decoder.decode('peripheral', hex(pdu))?.values;
    told('central', '0a 0c00');
    expect(values('0b 6869')).toEqual([
      { handle: 0x0c, uuid: null, toServer: false, read: true, value: hex('6869') },
    ]);
    expect(values('0b 6869')).toEqual([]); // nobody asked
    told('central', '0c 0c00 0200');
    expect(values('0d 6a')).toMatchObject([{ handle: 0x0c, read: true, value: hex('6a') }]);
    told('central', '0e 0c00 0d00');
    expect(values('0f 6a6b')).toMatchObject([{ handle: 0x0c, read: true, value: hex('6a6b') }]);
    told('central', '08 0100 ffff 002a');
    expect(values('09 04 0300 6869')).toMatchObject([
      { handle: 3, read: true, value: hex('6869') },
    ]);
    told('central', '08 0100 ffff 0328'); // a discovery
    expect(values(`09 15 0b00 10 0c00 ${WIRE_UUID}`)).toEqual([]);
    told('central', '0a 0c00');
    expect(values('01 0a 0c00 02')).toEqual([]);
  });
});
