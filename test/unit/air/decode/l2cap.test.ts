import { describe, expect, it } from '@jest/globals';
import { fieldsText } from '../../../../air/decode/fields.js';
import { describePdu } from '../../../../air/decode/l2cap.js';
import { L2capReassembler } from '../../../../lib/hci/l2cap.js';
import { hex } from './stream.js';

const FIRST = 0b10;
const NEXT = 0b01;

describe('L2CAP', () => {
  it('is put together from fragments of any size, also within its header', () => {
    for (const cuts of [[7], [1, 6], [4, 3], [5, 1, 1], [1, 1, 1, 1, 1, 1, 1]]) {
      const reassembler = new L2capReassembler();
      const bytes = hex('0300 0400 0a1122');
      let at = 0;
      const results = cuts.map((length, index) => {
        const fragment = bytes.subarray(at, (at += length));
        return reassembler.push(index === 0 ? FIRST : NEXT, fragment);
      });
      expect(results.pop()).toEqual({ channel: 4, payload: hex('0a1122') });
      expect(results.every((result) => result === undefined)).toBe(true);
    }
  });

  it('tells what fits nowhere, and goes on with the next', () => {
    const reassembler = new L2capReassembler();
    expect(reassembler.push(NEXT, hex('00'))).toBe('malformed');
    expect(reassembler.push(FIRST, hex('0200 0400 aa'))).toBeUndefined();
    expect(reassembler.push(FIRST, hex('0300 0400 aa'))).toBe('malformed'); // the one before
    expect(reassembler.push(NEXT, hex('bb cc dd'))).toBe('malformed'); // a byte too many
    expect(reassembler.push(FIRST, hex('0100 0400 aa'))).toEqual({
      channel: 4,
      payload: hex('aa'),
    });
  });

  it.each([
    [6, '01 030005100701', 'SMP Pairing Request: 7 B'],
    // The LTK in clear, as legacy pairing distributes it.
    [6, '06 00112233445566778899aabbccddeeff', 'SMP Encryption Information: 17 B'],
    [6, 'ff', 'SMP code 0xff: 1 B'],
    [
      5,
      '12 01 0800 1800 2800 0000 2a00',
      'L2CAP Connection Parameter Update Request: interval min 30 ms, interval max 50 ms, latency 0, timeout 420 ms',
    ],
    [5, '13 01 0200 0100', 'L2CAP Connection Parameter Update Response: result rejected'],
    [5, '12 01', 'L2CAP Connection Parameter Update Request: 2 B'],
    [0x40, '00ff', 'L2CAP channel 0x0040: 2 B'],
    [4, '', 'L2CAP channel 0x0004: 0 B'],
  ])('tells channel %i, PDU %s', (channel, payload, expected) => {
    const { name, fields } = describePdu({ channel, payload: hex(payload) });
    expect(`${name}: ${fieldsText(fields)}`).toBe(expected);
  });
});
