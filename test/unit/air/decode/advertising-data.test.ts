import { describe, expect, it } from '@jest/globals';
import {
  readAdvertisingData,
  describeAdvertisingData,
} from '../../../../air/decode/advertising-data.js';
import { hex } from './stream.js';

/** Lengths, types and values as the Supplement (Part A) lays them out. */
describe('advertising data', () => {
  it.each([
    ['flags', '02 01 06', { flags: 6 }, 'flags 0x06'],
    ['a complete name', '05 09 4369616f', { name: 'Ciao' }, 'name "Ciao"'],
    ['a shortened name', '03 08 4369', { name: 'Ci' }, 'name "Ci"'],
    ['16-bit services', '05 03 0f18 0a18', { services: ['180f', '180a'] }, /service 180f, .*180a/],
    [
      'a 128-bit service',
      '11 07 107d2b6e0c1f439a6e4b527c005a1f9d',
      { services: ['9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10'] },
      'service 9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10',
    ],
    [
      'a 128-bit service that is the long form of a short one',
      '11 07 fb349b5f80000080001000000f180000',
      { services: ['180f'] },
      'service 180f',
    ],
    [
      'service data',
      '06 16 0f18 64ff00',
      { serviceData: [{ uuid: '180f', data: '64ff00' }] },
      'service data of 180f 64ff00',
    ],
    [
      'manufacturer data',
      '05 ff 4c00 0215',
      { manufacturerData: [{ company: 0x4c, data: '0215' }] },
      'manufacturer 0x004c 0215',
    ],
    ['TX power', '02 0a f4', { txPowerDbm: -12 }, 'TX power -12 dBm'],
    ['what is not told', '03 19 4000 02 01 06', { others: [0x19], flags: 6 }, /AD type 0x19/],
    ['zeros behind the last structure', '02 01 06 0000', { flags: 6 }, 'flags 0x06'],
    ['a structure that is cut', '02 01 06 05 09 43', { flags: 6, malformed: true }, /malformed/],
    ['a structure too short for its type', '01 01', { others: [1] }, 'AD type 0x01'],
    ['nothing', '', {}, 'nothing'],
  ])('tells %s', (_what, bytes, expected, text) => {
    const data = readAdvertisingData(hex(bytes));
    expect(data).toEqual({ bytes: hex(bytes).length, ...expected });
    const described = describeAdvertisingData(data, (uuid) => uuid).join(', ');
    if (typeof text === 'string') expect(described).toBe(text);
    else expect(described).toMatch(text);
  });

  it('lets no name write on a terminal', () => {
    const name = Buffer.from('\u001b[2Ja\u202eb\n');
    const bytes = Buffer.concat([Buffer.of(name.length + 1, 0x09), name]);
    expect(readAdvertisingData(bytes).name).toBe('\ufffd[2Ja\ufffdb\ufffd');
  });

  it('cuts what is long', () => {
    const long = Buffer.concat([Buffer.of(0xff, 0x09), Buffer.alloc(254, 'x')]);
    expect(readAdvertisingData(long).name).toBe(`${'x'.repeat(64)}...`);
    const maker = Buffer.concat([Buffer.of(0xff, 0xff), Buffer.alloc(254, 0xab)]);
    const [text] = describeAdvertisingData(readAdvertisingData(maker), (uuid) => uuid);
    expect(text).toBe(`manufacturer 0xabab ${'ab'.repeat(32)}...`);
    const many = Buffer.concat(Array.from({ length: 20 }, () => hex('03 03 0f18')));
    expect(describeAdvertisingData(readAdvertisingData(many), (uuid) => uuid).at(-1)).toBe(
      'and 4 more',
    );
  });
});
