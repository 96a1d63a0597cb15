import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { refusalError } from '../../lib/domain/refusals.js';
import { refusals as words } from '../../lib/native/numbers.js';
import { RefusalReasonSchema } from '../support/schema/phonekey_pb.js';
import { parseCount, parseDuration, parseTime } from '../../cli/config/parse.js';
import { formatTime } from '../../cli/config/time.js';
import { askLine } from '../../cli/io/ask.js';
import { qrLines } from '../../cli/io/qr.js';
import { readUri, readUris } from '../../cli/io/uri-source.js';
import { buildProgram } from '../../cli/program.js';
import { errorCatalogue } from '../../lib/errors.js';
import { testHost } from '../support/cli-host.js';

const now = (): number => Math.floor(Date.now() / 1000);

describe('a time', () => {
  it.each([
    ['+30m', 1800],
    ['+2h', 7200],
    ['+3d', 259_200],
    ['+1w', 604_800],
  ])('may be %s from now', (text, seconds) => {
    const before = now();
    const parsed = parseTime(text);
    expect(parsed - seconds).toBeGreaterThanOrEqual(before);
    expect(parsed - seconds).toBeLessThanOrEqual(now());
  });

  it('may be ISO 8601, of this place unless it names a zone', () => {
    expect(parseTime('2026-05-01T18:00Z')).toBe(Date.UTC(2026, 4, 1, 18) / 1000);
    expect(parseTime('2026-05-01T18:00:05+02:00')).toBe(Date.UTC(2026, 4, 1, 16, 0, 5) / 1000);
    expect(parseTime('2026-05-01T18:00')).toBe(new Date(2026, 4, 1, 18).getTime() / 1000);
    expect(parseTime('2026-05-01')).toBe(new Date(2026, 4, 1).getTime() / 1000);
    expect(parseTime(formatTime(1_800_000_000))).toBe(1_800_000_000);
  });

  it.each([
    '',
    'tomorrow',
    '2h',
    '-2h',
    '+2',
    '+2y',
    '2026-13-01',
    '2026-05-01T25:00',
    '1800000000',
    '+1e3h',
    '+ 2h',
    ' +2h',
    '+0x2h',
    '2026-5-1',
    '2026-05-01T18',
    '2026-05-01T18:00 ',
    '20260501T1800Z',
    '1969-12-31',
    '2106-02-08',
  ])('is not %j', (text) => {
    expect(() => parseTime(text)).toThrow(InvalidArgumentError);
  });

  it.each([
    '2027-02-30',
    '2027-02-29T12:00Z',
    '2027-00-10',
    '2027-04-31T00:00',
    '2027-01-00',
    '2027-01-01T24:00',
    '2027-01-01T24:00Z',
    '2027-01-01T23:60+01:00',
    '2027-01-01T23:59:60Z',
    '2027-01-01T00:00+15:00',
    '2027-01-01T00:00+05:99',
  ])('is on a calendar and a clock: not %s', (text) => {
    expect(() => parseTime(text)).toThrow('There is no such day, or no such time on it.');
  });

  it('is not in the hour that is left out when summer time begins, and the first of two', () => {
    const program = `
      import { parseTime } from ${JSON.stringify(pathToFileURL('dist/cli/config/parse.js').href)};
      const read = (text) => {
        try { return new Date(parseTime(text) * 1000).toISOString(); } catch (error) { return error.code; }
      };
      console.log(JSON.stringify(process.argv.slice(1).map(read)));`;
    const times = ['2027-03-28T02:30', '2027-03-28T03:00', '2027-10-31T02:30', '2027-07-01'];
    // A process takes its time zone when it starts.
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', program, ...times],
      { env: { ...process.env, TZ: 'Europe/Berlin' }, encoding: 'utf8' },
    );
    expect(JSON.parse(stdout)).toEqual([
      'commander.invalidArgument',
      '2027-03-28T01:00:00.000Z',
      '2027-10-31T00:30:00.000Z',
      '2027-06-30T22:00:00.000Z',
    ]);
  });

  it('has a 29 February in leap years, and zones on both sides of UTC', () => {
    expect(parseTime('2028-02-29T00:00Z')).toBe(Date.UTC(2028, 1, 29) / 1000);
    expect(parseTime('2027-01-01T00:00-03:30')).toBe(Date.UTC(2027, 0, 1, 3, 30) / 1000);
    expect(parseTime('2026-12-31T23:30+14:00')).toBe(Date.UTC(2026, 11, 31, 9, 30) / 1000);
  });

  it('passes in steps, with a plus or without', () => {
    expect(['90m', '6h', '+6h', '30d'].map(parseDuration)).toEqual([
      5400, 21_600, 21_600, 2_592_000,
    ]);
    for (const text of ['', '6', '0h', '-6h', '++6h', '6w', '1e3h', ' 6h', '6 h', '3661d']) {
      expect(() => parseDuration(text)).toThrow('A time is needed');
    }
  });

  it('goes with counts that are whole and small', () => {
    expect(parseCount(3)('3')).toBe(3);
    for (const text of ['4', '-1', '1.5', '', 'x', '1e1']) {
      expect(() => parseCount(3)(text)).toThrow('0 to 3');
    }
    expect(parseCount(255, 1)('255')).toBe(255);
    for (const text of ['0', '00', '-0', '+1', ' 1', '0x1', '256']) {
      expect(() => parseCount(255, 1)(text)).toThrow('1 to 255');
    }
  });
});

describe('a URI', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const given = (text: string) => {
    const host = testHost();
    host.stdin.end(text);
    return host;
  };

  it('comes as itself, from stdin, or from a file, with or without empty lines', async () => {
    expect(await readUri(testHost(), 'phonekey:key/AA')).toBe('phonekey:key/AA');
    expect(await readUri(given('\n  phonekey:key/AA \r\n\n'), '-')).toBe('phonekey:key/AA');
    const file = join(home, 'two');
    await writeFile(file, 'phonekey:a\n\nphonekey:b\n');
    expect(await readUris(testHost(), file)).toEqual(['phonekey:a', 'phonekey:b']);
  });

  it.each([
    ['nothing', ''],
    ['two where one is needed', 'phonekey:a\nphonekey:b\n'],
  ])('is missed where there is %s', async (_what, text) => {
    await expect(readUri(given(text), '-')).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('is not a file without an end, nor a directory, nor what is not there', async () => {
    const long = join(home, 'long');
    await writeFile(long, 'x'.repeat(70_000));
    for (const path of [long, home, join(home, 'none')]) {
      await expect(readUris(testHost(), path)).rejects.toMatchObject({ code: 'usage.invalid' });
    }
  });

  it('is given up with Ctrl-C', async () => {
    const host = testHost();
    const reading = readUris(host, '-');
    host.interrupt.abort();
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a QR code', () => {
  const uri = `phonekey:grant/${'A'.repeat(196)}`;
  const sink = (more: object = {}) => ({ write: () => undefined, ...more });

  it('is square, with a light border, in half blocks', () => {
    const lines = qrLines(uri, sink(), {})!;
    const width = lines[0]!.length;
    expect(lines).toHaveLength(Math.ceil(width / 2));
    expect(lines.every((line) => /^[ █▀▄]+$/.test(line) && line.length === width)).toBe(true);
    expect(lines[0]).toMatch(/^█+$/);
    expect(lines.every((line, n) => n === lines.length - 1 || line.startsWith('██'))).toBe(true);
  });

  it('is white on black whatever the terminal is, unless colours are off', () => {
    const tty = sink({ isTTY: true, columns: 80 });
    expect(qrLines(uri, tty, {})![0]).toContain('\u001b[97;40m');
    expect(qrLines(uri, tty, { NO_COLOR: '1' })![0]).not.toContain('\u001b');
  });

  it('is not drawn where it has no room, or would hold too much', () => {
    expect(qrLines(uri, sink({ columns: 40 }), {})).toBeUndefined();
    expect(qrLines('x'.repeat(2953), sink(), {})).toBeDefined();
    expect(qrLines('x'.repeat(2954), sink(), {})).toBeUndefined();
  });
});

describe('a hidden question', () => {
  it('shows the question, and not the answer', async () => {
    const host = testHost({ tty: true });
    const answer = askLine(host, 'PIN: ', { hidden: true });
    host.stdin.write('4711\n');
    expect(await answer).toBe('4711');
    expect(host.written.err).toContain('PIN: ');
    expect(host.written.err).not.toMatch(/[1-9]{2}/);
  });
});

describe('hints', () => {
  const commands = (): ReadonlySet<string> => {
    const program = buildProgram(testHost(), () => Promise.resolve());
    return new Set(
      program.commands.flatMap((one) =>
        one.commands.length === 0
          ? [one.name()]
          : one.commands.map((two) => `${one.name()} ${two.name()}`),
      ),
    );
  };

  const refusals = RefusalReasonSchema.values.map(
    ({ number }) => refusalError(words.word(number) ?? 'unknown').hint,
  );

  it.each([...refusals, ...Object.values(errorCatalogue).map(({ hint }) => hint)])(
    'name commands that exist: %s',
    (hint) => {
      const known = [...commands()];
      for (const [, words] of hint.matchAll(/[:`] ?key ([a-z]+(?: [a-z]+)?)/g)) {
        const exists = known.some((name) => words === name || words!.startsWith(`${name} `));
        expect(exists ? 'it exists' : words).toBe('it exists');
      }
    },
  );
});
