import { describe, expect, it } from '@jest/globals';
import { EventParser } from '../../../lib/cloud/event-stream.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { errorWith } from '../../support/errors.js';

const parse = (...chunks: readonly (string | Uint8Array)[]) => {
  const parser = new EventParser();
  return chunks.flatMap((chunk) => parser.push(typeof chunk === 'string' ? utf8(chunk) : chunk));
};

describe('a stream of server-sent events', () => {
  it.each([
    ['a message', 'data: x\n\n', [{ type: 'message', data: 'x', id: '' }]],
    ['an event', 'event: frame\ndata: x\n\n', [{ type: 'frame', data: 'x', id: '' }]],
    ['one without a space', 'event:frame\ndata:x\n\n', [{ type: 'frame', data: 'x', id: '' }]],
    ['one space less alone', 'data:  x\n\n', [{ type: 'message', data: ' x', id: '' }]],
    ['lines', 'data: a\ndata\ndata: b\n\n', [{ type: 'message', data: 'a\n\nb', id: '' }]],
    ['a colon', 'data: a:b\n\n', [{ type: 'message', data: 'a:b', id: '' }]],
    ['CRLF', 'event: e\r\ndata: x\r\n\r\n', [{ type: 'e', data: 'x', id: '' }]],
    ['CR', 'event: e\rdata: x\r\r', [{ type: 'e', data: 'x', id: '' }]],
    ['a byte order mark', '\ufeffdata: x\n\n', [{ type: 'message', data: 'x', id: '' }]],
    ['no comment', ': hello\n\n: data\n\n', []],
    ['nothing without data', 'event: e\n\ndata: x\n\n', [{ type: 'message', data: 'x', id: '' }]],
    ['nothing that is not ended', 'data: x\n', []],
    ['no other field', 'retry: 5\ndatax: 1\ndata: x\n\n', [{ type: 'message', data: 'x', id: '' }]],
    [
      'the last id',
      'id: 7\ndata: x\n\ndata: y\n\nid: a\0b\ndata: z\n\n',
      [
        { type: 'message', data: 'x', id: '7' },
        { type: 'message', data: 'y', id: '7' },
        { type: 'message', data: 'z', id: '7' },
      ],
    ],
  ])('gives %s', (_, text, events) => {
    expect(parse(text)).toEqual(events);
    expect(parse(...text.split('').map((each) => each))).toEqual(events);
  });

  it('may be cut between CR and LF, and within a character', () => {
    const [a, b] = [utf8('data: \u00fc\r'), utf8('\n\r\n')];
    const events = [{ type: 'message', data: '\u00fc', id: '' }];
    expect(parse(a, b)).toEqual(events);
    expect(parse(a.subarray(0, 7), a.subarray(7), new Uint8Array(), b)).toEqual(events);
  });

  it('is refused where it is no UTF-8', () => {
    expect(() => parse(Uint8Array.of(0xff))).toThrow(errorWith('cloud.malformed'));
  });

  it.each([
    ['a line', ['data: ' + 'x'.repeat(16_384)]],
    ['a line in parts', Array.from({ length: 17 }, () => 'x'.repeat(1_000))],
    ['many lines', Array.from({ length: 2_000 }, () => 'data: 12345\n')],
  ])('is refused where %s is longer than any of ours', (_, chunks) => {
    expect(() => parse(...chunks)).toThrow(errorWith('cloud.malformed'));
  });

  it('may be as long as it likes in all', () => {
    expect(
      parse(...Array.from({ length: 100 }, () => `data: ${'x'.repeat(1_000)}\n\n`)),
    ).toHaveLength(100);
  });
});
