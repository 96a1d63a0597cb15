import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineDecoder, LineTooLong } from '../../../local/rpc/lines.js';

describe('lines of a stream', () => {
  it('are the same however the stream is cut', () => {
    const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 })), (lines, cuts) => {
        const stream = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const decoder = new LineDecoder(60);
        const found: string[] = [];
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const end = at + (cuts[cut % (cuts.length || 1)] ?? stream.length);
          for (const part of decoder.push(stream.subarray(at, end))) found.push(part.toString());
          at = end;
        }
        expect(found).toEqual(lines);
      }),
    );
  });

  it('may have as many bytes as the limit, with an end in sight or not', () => {
    expect([...new LineDecoder(3).push(Buffer.from('abc\nd'))].map(String)).toEqual(['abc']);
    for (const stream of ['abcd', 'abcd\n', 'abc\nabcd']) {
      expect(() => [...new LineDecoder(3).push(Buffer.from(stream))]).toThrow(LineTooLong);
    }
    const decoder = new LineDecoder(3);
    expect([...decoder.push(Buffer.from('abc'))]).toEqual([]);
    expect(() => [...decoder.push(Buffer.from('d'))]).toThrow(LineTooLong);
  });

  it('come before the one that is too long', () => {
    const found: string[] = [];
    expect(() => {
      for (const part of new LineDecoder(3).push(Buffer.from('a\nb\nlong\nc\n'))) {
        found.push(part.toString());
      }
    }).toThrow(LineTooLong);
    expect(found).toEqual(['a', 'b']);
  });
});
