import { describe, expect, it } from '@jest/globals';
import { checkName } from '../../../lib/domain/names.js';
import { errorWith } from '../../support/errors.js';

describe('checkName', () => {
  it.each(['A', 'a'.repeat(32), 'é'.repeat(16), '車の鍵', "Zoë's phone 2", '🚗'])(
    'takes %j',
    (name) => {
      expect(checkName(name)).toBe(name);
    },
  );

  it.each([
    ['empty', ''],
    ['33 bytes', 'a'.repeat(33)],
    ['33 bytes in 17 characters', `${'é'.repeat(16)}a`],
    ['line feed', 'a\nb'],
    ['NUL', 'a\0'],
    ['escape', '\u001b[31mred'],
    ['DEL', 'a\u007f'],
    ['C1 control', 'a\u0085'],
    ['right-to-left override', 'a\u202eb'],
    ['isolate', '\u2066a'],
    ['right-to-left mark', 'a\u200f'],
    ['zero-width space', 'a\u200bb'],
    ['byte order mark', '\ufeffa'],
    ['line separator', 'a\u2028b'],
    ['paragraph separator', 'a\u2029b'],
    ['lone surrogate', 'a\ud800'],
  ])('refuses %s', (_, name) => {
    expect(() => checkName(name)).toThrow(errorWith('protocol.malformed'));
  });
});
