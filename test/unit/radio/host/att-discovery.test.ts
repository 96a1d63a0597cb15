import { describe, expect, it } from '@jest/globals';
import type { GattProfile } from '../../../../lib/link/gatt-profile.js';
import { AttClient, indicatingUuid, notifying, notifyingUuid, serverOf } from './att-client.js';

/** Answers in hex, without the spaces that the expectations have. */
const expectAnswers = (mtu: number, rows: readonly (readonly [string, string])[]): void => {
  const client = new AttClient(mtu);
  for (const [request, answer] of rows) {
    expect(`${request}: ${String(client.ask(request))}`).toBe(
      `${request}: ${answer.replaceAll(' ', '')}`,
    );
  }
};

describe('Find Information', () => {
  it('tells handles and types, as many of one size as there is room for', () => {
    expectAnswers(23, [
      ['04 0100 ffff', '05 01 0100 0028 0200 0328 0300 002a 0400 0328 0500 012a'],
      ['04 0600 ffff', '05 01 0600 0028 0700 0328 0800 052a 0900 0229 0a00 0028'],
      ['04 0b00 ffff', '05 01 0b00 0328'],
      ['04 0c00 ffff', `05 02 0c00 ${notifyingUuid('01')}`],
      ['04 0f00 0f00', '05 01 0f00 0229'],
      ['04 1500 1700', '05 01 1500 0328'],
      ['04 1700 ffff', '05 01 1700 0229'],
    ]);
    expectAnswers(256, [['04 0400 0600', '05 01 0400 0328 0500 012a 0600 0028']]);
  });

  it('is refused for no range, and where there is nothing', () => {
    expectAnswers(23, [
      ['04 0000 ffff', '01 04 0000 01'],
      ['04 0500 0400', '01 04 0500 01'],
      ['04 1800 ffff', '01 04 1800 0a'],
      ['04 ffff ffff', '01 04 ffff 0a'],
    ]);
  });
});

describe('Find By Type Value', () => {
  it('finds a service by its UUID, and where it ends', () => {
    expectAnswers(64, [
      ['06 0100 ffff 0028 0018', '07 0100 0500'],
      ['06 0100 ffff 0028 0118', '07 0600 0900'],
      [`06 0100 ffff 0028 ${notifyingUuid('00')}`, '07 0a00 1100'],
      [`06 0b00 ffff 0028 ${indicatingUuid('11')}`, '07 1200 1700'],
    ]);
  });

  it('finds any value that everybody reads, and what this client has configured', () => {
    const client = new AttClient(64);
    expect(client.ask('06 0100 ffff 012a c108')).toBe('0705000500');
    expect(client.ask('06 0100 ffff 0229 0000')).toBe('07090009000f000f0017001700');
    client.ask('12 0f00 0100');
    expect(client.ask('06 0100 ffff 0229 0000')).toBe('070900090017001700');
    expect(client.ask('06 0100 ffff 0229 0100')).toBe('070f000f00');
    // Service Changed is for nobody.
    expect(client.ask('06 0100 ffff 052a')).toBe('010601000a');
  });

  it('tells as many as there is room for', () => {
    const client = new AttClient(23, serverOf(23, Array<GattProfile>(8).fill(notifying)));
    expect(client.ask('06 0a00 ffff 0229 0000')).toBe('070f000f00170017001f001f00270027002f002f00');
  });

  it('is refused for no range, and where nothing has the value', () => {
    expectAnswers(64, [
      ['06 0000 ffff 0028 0018', '01 06 0000 01'],
      ['06 0200 0100 0028 0018', '01 06 0200 01'],
      ['06 0200 ffff 0028 0018', '01 06 0200 0a'],
      ['06 0100 ffff 0028 001800', '01 06 0100 0a'],
      ['06 0100 ffff 0028', '01 06 0100 0a'],
    ]);
  });
});

describe('Read By Type', () => {
  const declarations = [
    `0b00 0c 0c00 ${notifyingUuid('01')}`,
    `0d00 10 0e00 ${notifyingUuid('02')}`,
    `1000 02 1100 ${notifyingUuid('03')}`,
  ];

  it('tells characteristics, as many of one size as there is room for', () => {
    expectAnswers(23, [
      ['08 0100 ffff 0328', '09 07 0200 02 0300 002a 0400 02 0500 012a 0700 20 0800 052a'],
      ['08 0700 ffff 0328', '09 07 0700 20 0800 052a'],
      ['08 0a00 ffff 0328', `09 15 ${declarations[0] ?? ''}`],
    ]);
    expectAnswers(64, [['08 0a00 ffff 0328', `09 15 ${declarations.slice(0, 2).join('')}`]]);
    expectAnswers(65, [['08 0a00 1100 0328', `09 15 ${declarations.join('')}`]]);
  });

  it('takes the long form of a short UUID', () => {
    expectAnswers(23, [
      ['08 0700 ffff fb349b5f 8000 0080 0010 0000 03280000', '09 07 0700 20 0800 052a'],
    ]);
  });

  it('reads values, of which a long one is cut', () => {
    const value = Array.from({ length: 60 }, (_, at) => at.toString(16).padStart(2, '0')).join('');
    expectAnswers(23, [
      ['08 0100 ffff 002a', '09 0a 0300 70686f6e656b6579'],
      ['08 0100 ffff 0229', '09 04 0900 0000 0f00 0000 1700 0000'],
      [`08 0100 ffff ${notifyingUuid('03')}`, `09 15 1100 ${value.slice(0, 38)}`],
    ]);
    expectAnswers(64, [[`08 0100 ffff ${notifyingUuid('03')}`, `09 3e 1100 ${value}`]]);
  });

  it('reads at most 253 bytes of a value', () => {
    const info = { uuid: '2a2b', value: new Uint8Array(400).fill(7) };
    const client = new AttClient(517, serverOf(517, [{ ...notifying, info }]));
    expect(client.ask('08 0100 ffff 2b2a')).toBe(`09ff1100${'07'.repeat(253)}`);
  });

  it('is refused for no range, for what is not there, and for what nobody reads', () => {
    expectAnswers(64, [
      ['08 0000 ffff 0328', '01 08 0000 01'],
      ['08 0600 0500 0328', '01 08 0600 01'],
      ['08 0100 ffff 0128', '01 08 0100 0a'],
      ['08 1800 ffff 0328', '01 08 1800 0a'],
      [`08 0100 ffff ${notifyingUuid('01')}`, '01 08 0c00 02'],
      ['08 0100 ffff 052a', '01 08 0800 02'],
      ['08 0100 ffff 032800', '01 08 0000 04'],
    ]);
  });
});

describe('Read By Group Type', () => {
  it('tells services, of one size of UUID at a time', () => {
    expectAnswers(23, [
      ['10 0100 ffff 0028', '11 06 0100 0500 0018 0600 0900 0118'],
      ['10 0a00 ffff 0028', `11 14 0a00 1100 ${notifyingUuid('00')}`],
      ['10 1200 ffff 0028', `11 14 1200 1700 ${indicatingUuid('11')}`],
      [
        '10 1200 ffff fb349b5f 8000 0080 0010 0000 00280000',
        `11 14 1200 1700 ${indicatingUuid('11')}`,
      ],
    ]);
    expectAnswers(64, [
      [
        '10 0a00 ffff 0028',
        `11 14 0a00 1100 ${notifyingUuid('00')} 1200 1700 ${indicatingUuid('11')}`,
      ],
    ]);
  });

  it('is refused for no range, for what is not there, and for what groups nothing', () => {
    expectAnswers(64, [
      ['10 0000 ffff 0028', '01 10 0000 01'],
      ['10 0000 ffff 0328', '01 10 0000 01'],
      ['10 1300 ffff 0028', '01 10 1300 0a'],
      ['10 0100 ffff 0128', '01 10 0100 0a'],
      ['10 0100 ffff 0328', '01 10 0100 10'],
      ['10 0100 ffff 00280028', '01 10 0000 04'],
    ]);
  });
});
