import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../../../lib/platform/bytes.js';
import { answerTo } from '../../../../lib/radio/host/fixed-channels.js';
import { bytes } from '../../../support/hci-packets.js';

const answer = (channel: number, hex: string): string | undefined => {
  const frame = answerTo({ channel, payload: bytes(hex.replaceAll(' ', '')) });
  return frame && toHex(frame);
};

const rejected = (rest: string): string => {
  const command = rest.replaceAll(' ', '');
  return `${toHex(Uint8Array.of(command.length / 2))}000500${command}`;
};

describe('signalling', () => {
  it.each([
    // Connection Parameter Update Request, which only a central is asked.
    ['12 07 0800 0600 0c00 0000 2a00', '01 07 0200 0000'],
    // LE Credit Based Connection Request, a code that there is not, and one without data.
    ['14 01 0a00 8000 4000 1700 1700 0100', '01 01 0200 0000'],
    ['7f ff 0000', '01 ff 0200 0000'],
    ['16 02 0400 4000 0100', '01 02 0200 0000'],
    // Disconnection Request: no such channel.
    ['06 03 0400 4000 4100', '01 03 0600 0200 4000 4100'],
    ['06 03 0200 4000', '01 03 0200 0000'],
    // More than 23 bytes.
    [`08 04 1400 ${'00'.repeat(20)}`, '01 04 0400 0100 1700'],
    [`08 04 1300 ${'00'.repeat(19)}`, '01 04 0200 0000'],
  ])('%s is rejected', (command, answered) => {
    expect(answer(5, command)).toBe(rejected(answered));
  });

  it.each([
    // Of an update that nobody has asked for, and other answers.
    '13 01 0200 0000',
    '01 01 0200 0000',
    '15 01 0a00 0000 0000 0000 0000 0000',
    '18 01 0000',
    // No identifier, not as long as it says, no whole header, nothing.
    '12 00 0800 0600 0c00 0000 2a00',
    '12 01 0900 0600 0c00 0000 2a00',
    '12 01 0700 0600 0c00 0000 2a00',
    '12 01 00',
    '12',
    '',
  ])('%j is ignored', (command) => {
    expect(answer(5, command)).toBeUndefined();
  });
});

describe('the Security Manager', () => {
  it('does not pair', () => {
    expect(answer(6, '01 030005100707')).toBe('020006000505');
    expect(answer(6, '01')).toBe('020006000505');
  });

  it.each(['', '02 030005100707', '03', '05 05', '0b 01', '0c', 'ff'])('ignores %j', (pdu) => {
    expect(answer(6, pdu)).toBeUndefined();
  });
});

it("other channels are nobody's", () => {
  for (const channel of [0, 1, 4, 7, 0x40, 0xffff]) {
    expect(answer(channel, '01 01 0000')).toBeUndefined();
  }
});
