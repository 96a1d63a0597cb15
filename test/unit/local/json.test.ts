import { describe, expect, it } from '@jest/globals';
import * as json from '../../../local/json.js';

const reader = json.object<{
  readonly key: Uint8Array;
  readonly count?: number | undefined;
  readonly names: readonly string[];
  readonly end: number | null;
}>({
  key: json.hexBytes(2, 4),
  count: json.optional(json.whole(9, 1)),
  names: json.list(json.name(8), 2, 1),
  end: json.nullable(json.number(0, 1)),
});

const valid = { key: 'c0ffee', names: ['a'], end: null };

describe('readJson', () => {
  it('gives what is there, and leaves out what is not', () => {
    const read = json.readJson(JSON.stringify({ ...valid, count: 3 }), 'it', reader);
    expect(read).toEqual({ ...valid, key: Uint8Array.of(0xc0, 0xff, 0xee), count: 3 });
    expect(json.readJson(JSON.stringify(valid), 'it', reader)).not.toHaveProperty('count');
  });

  it.each<[string, object, string]>([
    ['a field too many', { c0ffee: 1 }, 'it has an unknown field'],
    ['one that every object has', { constructor: 1 }, 'it has an unknown field'],
    ['too few bytes', { key: 'c0' }, 'key is not 2 to 4 bytes in hex'],
    ['no hex', { key: 'c0ffex' }, 'key is not 2 to 4 bytes in hex'],
    ['null for what may be missing', { count: null }, 'count is not a whole number from 1 to 9'],
    ['half a number', { count: 1.5 }, 'count is not a whole number from 1 to 9'],
    ['a list that is too long', { names: ['a', 'b', 'c'] }, 'names is not a list of 1 to 2'],
    ['a list that is empty', { names: [] }, 'names is not a list of 1 to 2'],
    ['a name that moves the cursor', { names: ['\u001b[2J'] }, 'names is not a name of'],
    ['nothing for null', { end: undefined }, 'end is not a number from 0 to 1'],
    ['too much', { end: 2 }, 'end is not a number from 0 to 1'],
  ])('names the field and quotes no value, of %s', (_, change, message) => {
    const text = JSON.stringify({ ...valid, ...change });
    const read = (): unknown => json.readJson(text, 'it', reader);
    expect(read).toThrow(json.JsonError);
    expect(read).toThrow(message);
    expect(read).not.toThrow('c0');
  });

  it.each(['{"key":"c0ffee', 'null', '[]', '"c0ffee"', '1e999'])('takes no %s', (text) => {
    expect(() => json.readJson(text, 'it', reader)).toThrow(/^(not JSON|it is not an object)$/);
  });
});
