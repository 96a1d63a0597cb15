import { describe, expect, it } from '@jest/globals';
import {
  formatSessionKeys,
  parseSessionKeys,
  SESSION_KEY_LINE,
} from '../../../../lib/native/inspect/index.js';

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

const KEYS = {
  challenge: filled(32, 1),
  transcript: filled(64, 2),
  identityKey: filled(32, 3),
  commandKey: filled(32, 4),
  toCarKey: filled(32, 5),
  fromCarKey: filled(32, 6),
};

describe('a line of a key log', () => {
  it('has a label and six fields, and is read again', () => {
    const line = formatSessionKeys(KEYS);
    const hex = ['01', '02', '03', '04', '05', '06'].map((byte, index) =>
      byte.repeat(index === 1 ? 64 : 32),
    );
    expect(line).toBe(`PHONEKEY_SESSION_1 ${hex.join(' ')}\n`);
    expect(line).toHaveLength(SESSION_KEY_LINE);
    expect(parseSessionKeys(line.trimEnd())).toEqual(KEYS);
  });

  it.each([
    ['nothing', () => ''],
    ['a comment', () => '# keys'],
    ['another label', (line: string) => line.replace('_1 ', '_2 ')],
    ['a field less', (line: string) => line.slice(0, line.lastIndexOf(' '))],
    ['a field more', (line: string) => `${line} 00`],
    ['a field too short', (line: string) => line.slice(0, -2)],
    ['a field too long', (line: string) => `${line}00`],
    ['no hex', (line: string) => `${line.slice(0, -2)}zz`],
    ['two spaces', (line: string) => line.replace(' ', '  ')],
  ])('is not one with %s', (_what, spoil) => {
    expect(parseSessionKeys(spoil(formatSessionKeys(KEYS).trimEnd()))).toBeUndefined();
  });
});
