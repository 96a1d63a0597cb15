import { describe, expect, it } from '@jest/globals';
import { parseJsonObject } from '../../../lib/platform/json.js';

const parse = (text: string) => parseJsonObject(Buffer.from(text, 'latin1'));

describe('a JSON object', () => {
  it('is all of the bytes, and nothing but an object', () => {
    expect(parse(' {"a":[1,null]} ')).toEqual({ a: [1, null] });
    expect(parse('{}')).toEqual({});
    for (const wrong of ['', '{', '{}{}', 'null', '[]', '"{}"', '1', '{a:1}', '{"a":"\xff"}']) {
      expect(parse(wrong)).toBeUndefined();
    }
  });
});
