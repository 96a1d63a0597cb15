import { describe, expect, it } from '@jest/globals';
import { fieldsText } from '../../../../air/decode/fields.js';
import { describePdu } from '../../../../air/decode/l2cap.js';
import { hex } from './stream.js';

describe('L2CAP', () => {
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
