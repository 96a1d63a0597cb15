import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, PhoneKeyError } from '../../lib/errors.js';
import type { ErrorCode } from '../../lib/errors.js';
import {
  parseName,
  parseDirectory,
  parseEndpoint,
  parseFile,
  parseLinks,
  parsePosition,
  parseSeconds,
  parseSlot,
  parseCapture,
} from '../../cli/config/parse.js';
import { EXIT_CODES, exitCodeOf } from '../../cli/exit-codes.js';
import { Output, wantsColour } from '../../cli/io/output.js';
import { reportError } from '../../cli/io/report.js';
import { table } from '../../cli/io/table.js';

const recorder = (json = false) => {
  const written = { out: '', err: '' };
  const output = new Output(
    { write: (text) => (written.out += text) },
    { write: (text) => (written.err += text) },
    {},
    json,
  );
  return { written, output };
};

describe('exit codes', () => {
  it('are those that are documented', () => {
    const documented = new Set(EXIT_CODES.map(([code]) => code));
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      expect(documented).toContain(exitCodeOf(new PhoneKeyError(code, 'x')));
    }
    expect(EXIT_CODES.map(([code]) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 130]);
  });

  it.each([
    ['usage.invalid', 2],
    ['car.refused', 3],
    ['car.not-recognised', 3],
    ['pairing.wrong-code', 3],
    ['car.not-found', 4],
    ['radio.unavailable', 4],
    ['car.outcome-unknown', 5],
    ['keys.permissions', 6],
    ['protocol.authentication', 7],
    ['interrupted', 130],
    ['internal', 1],
  ] as const)('%s: %d', (code, exit) => {
    expect(exitCodeOf(new PhoneKeyError(code, 'x'))).toBe(exit);
  });

  it('take an error nobody thought of for an internal one', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
  });
});

describe('reportError', () => {
  it('gives message and hint', () => {
    const { written, output } = recorder();
    const error = new PhoneKeyError('car.refused', 'a door is open', { hint: 'Close it.' });
    expect(reportError(error, output, false)).toBe(3);
    expect(written).toEqual({ out: '', err: 'error: a door is open\nhint: Close it.\n' });
  });

  it('adds the object with --json, as the last line', () => {
    const { written, output } = recorder(true);
    reportError(new PhoneKeyError('car.outcome-unknown', 'no answer'), output, false);
    const lines = written.err.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
    });
    expect(lines).toHaveLength(3);
  });

  it('does not take what the file system refuses for a bug', () => {
    const { written, output } = recorder();
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    expect(reportError(full, output, false)).toBe(1);
    expect(written.err).toMatch(/^error: the disk has no room left for .*\nhint: Make room on it/);
  });

  it('shows where an unexpected error came from only when asked', () => {
    const quiet = recorder();
    reportError(new TypeError('boom'), quiet.output, false);
    expect(quiet.written.err).not.toContain('io.test');
    const verbose = recorder();
    expect(reportError(new TypeError('boom'), verbose.output, true)).toBe(1);
    expect(verbose.written.err).toContain('io.test');
  });
});

describe('wantsColour', () => {
  const tty = { isTTY: true };
  it.each([
    ['a terminal', tty, {}, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', tty, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', tty, { NO_COLOR: '' }, true],
    ['a dumb terminal', tty, { TERM: 'dumb' }, false],
    ['FORCE_COLOR on a pipe', {}, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR and NO_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', tty, { FORCE_COLOR: '0' }, false],
  ])('%s', (_what, stream, env, wanted) => {
    expect(wantsColour(stream, env)).toBe(wanted);
  });
});

describe('table', () => {
  it('aligns columns and leaves no space at the end', () => {
    expect(
      table([
        ['A', 'BB'],
        ['AAA', 'B'],
        ['', ''],
      ]),
    ).toEqual(['A    BB', 'AAA  B', '']);
  });
});

describe('arguments', () => {
  it('reads seconds', () => {
    expect(['1', '0.5', '.5', '15.'].map(parseSeconds)).toEqual([1, 0.5, 0.5, 15]);
    for (const text of [
      '',
      '0',
      '-1',
      '1e3',
      'NaN',
      'Infinity',
      '0x10',
      '1 ',
      ' 5',
      '5s',
      '-0',
      '86401',
    ]) {
      expect(() => parseSeconds(text)).toThrow(/seconds/);
    }
  });

  it('reads places', () => {
    expect(parsePosition('1,-2.5')).toEqual({ x: 1, y: -2.5 });
    expect(parsePosition(' 0 , -0 ')).toEqual({ x: 0, y: 0 });
    for (const text of [
      '',
      '1',
      '1,',
      ',1',
      '1,2,3',
      'a,b',
      '1e9,0',
      '0x1,0',
      '10001,0',
      '- 1,0',
    ]) {
      expect(() => parsePosition(text)).toThrow(/metres/);
    }
  });

  it('reads where HCI is served, on this machine where only a port is given', () => {
    const host = '127.0.0.1';
    for (const text of ['6402', 'localhost:6402', '127.0.0.1:6402']) {
      expect(parseEndpoint(text)).toEqual({ host, port: 6402 });
    }
    expect(parseEndpoint('0')).toEqual({ host, port: 0 });
    expect(parseEndpoint('[::1]:6402')).toEqual({ host: '::1', port: 6402 });
    expect(parseEndpoint('0.0.0.0:1')).toEqual({ host: '0.0.0.0', port: 1 });
    expect(parseEndpoint('unix:a b:6402')).toEqual({ path: 'a b:6402' });
    const wrong = ['', ':6402', 'localhost', '65536', '::1:6402', '[127.0.0.1]:1', 'a:1', 'unix:'];
    for (const text of [...wrong, '1.2.3.4', 'localhost:', ' 6402', '[localhost]:1', '-1']) {
      expect(() => parseEndpoint(text)).toThrow(/a port/i);
    }
  });

  it('reads numbers of links', () => {
    expect(['1', '255'].map(parseLinks)).toEqual([1, 255]);
    for (const text of ['', '0', '256', '1.5', 'x', '-1']) {
      expect(() => parseLinks(text)).toThrow(/1 to 255/);
    }
  });

  it('reads directories and the names of cars', () => {
    expect(parseDirectory('a b')).toBe('a b');
    expect(() => parseDirectory('')).toThrow(/directory/);
    for (const name of ['x', '\u00e9'.repeat(16), '../x']) expect(parseName(name)).toBe(name);
    for (const name of ['', ' ', 'x'.repeat(33), '\u00e9'.repeat(17), 'a\nb', '\u202e']) {
      expect(() => parseName(name)).toThrow(/name/);
    }
  });

  it('reads files, and takes - for stdin alone', () => {
    expect([parseFile('a b'), parseFile('./-'), parseCapture('-')]).toEqual(['a b', './-', '-']);
    expect(() => parseFile('-')).toThrow('./-');
    for (const parse of [parseFile, parseCapture]) expect(() => parse('')).toThrow('A file');
  });

  it('reads slots', () => {
    expect(parseSlot('18')).toBe(18);
    for (const text of ['', '-1', '1.5', '1000', 'x'])
      expect(() => parseSlot(text)).toThrow(/slot/);
  });
});
