import { describe, expect, it } from '@jest/globals';
import { Att, ATT_PDUS } from '../../../../lib/hci/att/pdus.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { offeredMtu } from '../../../../lib/radio/host/att-state.js';
import { AttClient, serverOf } from './att-client.js';

describe('Exchange MTU', () => {
  it.each([
    [100, '02 1700', '03 6400', 23],
    [100, '02 6400', '03 6400', 100],
    [100, '02 ffff', '03 6400', 100],
    [517, '02 6300', '03 0502', 99],
    [517, '02 ffff', '03 0502', 517],
    [23, '02 ffff', '03 1700', 23],
    // Less than there must be.
    [100, '02 0000', '03 6400', 23],
  ])('with %i offered: %s is answered %s', (offered, request, answer, mtu) => {
    const client = new AttClient(23, serverOf(offered));
    expect(client.ask(request)).toBe(answer.replaceAll(' ', ''));
    expect(client.state.mtu).toBe(mtu);
  });

  it('is done once', () => {
    const client = new AttClient(23, serverOf(100));
    client.ask('02 4000');
    expect(client.ask('02 6400')).toBe('0102000006');
    expect(client.state.mtu).toBe(0x40);
    expect(new AttClient().ask('02 64')).toBe('0102000004');
  });

  it('offers 23 to 517 bytes, as bleno does when nothing is said', () => {
    expect([offeredMtu(), offeredMtu(23), offeredMtu(517)]).toEqual([256, 23, 517]);
    for (const mtu of [22, 518, 100.5, NaN]) {
      expect(() => offeredMtu(mtu)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    }
  });
});

describe('a server of ATT', () => {
  it('knows nothing of other requests, and says so', () => {
    for (const opcode of [0x00, 0x14, 0x1a, 0x22, 0x24, 0x3f, 0x80, 0x92, 0xbf]) {
      const hex = toHex(Uint8Array.of(opcode));
      expect(new AttClient().ask(`${hex}0100`)).toBe(`01${hex}000006`);
    }
  });

  it('ignores other commands, and signed writes', () => {
    const client = new AttClient();
    client.ask('12 0f00 0100');
    for (const opcode of [0x40, 0x53, 0x7f, 0xc0, 0xff]) {
      expect(client.ask(toHex(Uint8Array.of(opcode, 12, 0, 1)))).toBeUndefined();
    }
    expect(client.ask(`d2 0c00 01 ${'00'.repeat(12)}`)).toBeUndefined();
    expect(client.told).toEqual(['subscribed']);
  });

  it('ignores answers, whatever a client means by them, and nothing at all', () => {
    const answers = [...ATT_PDUS.keys()].filter((opcode) => opcode % 2 === 1);
    expect(answers).toHaveLength(16);
    const client = new AttClient();
    for (const opcode of answers) {
      expect(client.ask(toHex(Uint8Array.of(opcode, 1, 2, 0, 1)))).toBeUndefined();
    }
    expect(client.ask('')).toBeUndefined();
    expect(client.told).toEqual([]);
  });

  it('tells of a confirmation, but not of more than that', () => {
    const client = new AttClient();
    expect([client.ask('1e'), client.ask('1e00')]).toEqual([undefined, undefined]);
    expect(client.told).toEqual(['confirmed']);
  });

  it('refuses requests that have too few bytes or too many', () => {
    const fixed = [
      ...[Att.mtuRequest, Att.findInformationRequest, Att.readRequest, Att.readBlobRequest],
      Att.executeWriteRequest,
    ];
    for (const { opcode, parameters } of fixed) {
      for (const length of [parameters.least - 1, parameters.least + 1]) {
        const request = toHex(Uint8Array.of(opcode, ...new Uint8Array(length).fill(1)));
        expect(new AttClient().ask(request)).toBe(`${toHex(Uint8Array.of(1, opcode))}000004`);
      }
    }
  });

  it('refuses requests that are longer than the MTU, and ignores such commands', () => {
    const client = new AttClient();
    client.ask('12 0f00 0100');
    expect(client.ask(`12 0c00 ${'aa'.repeat(21)}`)).toBe('0112000004');
    expect(client.ask(`52 0c00 ${'aa'.repeat(21)}`)).toBeUndefined();
    expect(client.ask(`12 0c00 ${'aa'.repeat(20)}`)).toBe('13');
    expect(client.told).toEqual(['subscribed', `chunk ${'aa'.repeat(20)}`]);
  });
});
