import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askLine, readLine } from '../../cli/io/ask.js';
import { askWhereLower, readPairingCode } from '../../cli/phone/pair.js';
import { run } from '../../cli/run.js';
import { testHost } from '../support/cli-host.js';

describe('the pairing code', () => {
  it('is what a person types, asked for on stderr', async () => {
    const host = testHost({ tty: true });
    const code = readPairingCode(host, {});
    host.stdin.write('1234 5678\n');
    expect(await code).toBe('12345678');
    expect(host.written).toEqual({ out: '', err: 'Code on the screen of the car: ' });
  });

  it('is the first line of stdin with -', async () => {
    const host = testHost();
    host.stdin.end('11112222\nmore\n');
    expect(await readPairingCode(host, { code: '-' })).toBe('11112222');
    const unfinished = testHost();
    unfinished.stdin.end('33334444');
    expect(await readPairingCode(unfinished, { code: '-' })).toBe('33334444');
  });

  it('is what the environment says', async () => {
    const env = { KEY_PAIRING_CODE: '55556666' };
    expect(await readPairingCode(testHost({ tty: true, env }), {})).toBe('55556666');
    const host = testHost({ env });
    host.stdin.end('77778888\n');
    expect(await readPairingCode(host, { code: '-' })).toBe('77778888');
  });

  it('is in a URI, on stdin or typed, and never an argument', async () => {
    const host = testHost();
    host.stdin.end('phonekey:pair/12345678\n');
    expect(await readPairingCode(host, { uri: '-' })).toBe('12345678');
    const person = testHost({ tty: true });
    const typed = readPairingCode(person, {});
    person.stdin.write('phonekey:pair/87654321\n');
    expect(await typed).toBe('87654321');
    for (const source of [{ uri: 'phonekey:pair/12345678' }, { code: '-', uri: '-' }]) {
      await expect(readPairingCode(testHost(), source)).rejects.toMatchObject({
        code: 'usage.invalid',
      });
    }
  });

  it('has 8 digits, which is known before any radio is opened', async () => {
    for (const code of ['', '1234', '123456789', 'abcdefgh']) {
      const host = testHost({ env: { KEY_PAIRING_CODE: code } });
      await expect(readPairingCode(host, {})).rejects.toMatchObject({
        code: 'usage.invalid',
      });
    }
  });

  it('is missed where nobody gives one', async () => {
    const empty = testHost();
    empty.stdin.end();
    await expect(readPairingCode(empty, { code: '-' })).rejects.toMatchObject({
      code: 'usage.invalid',
    });
    await expect(readPairingCode(testHost(), {})).rejects.toMatchObject({
      code: 'usage.invalid',
    });
  });
});

describe('a window that gives less than the phone has', () => {
  const offer = { car: 'Blue', role: 'valet', before: 'owner' } as const;

  it('is taken where a person says so, and asked for before anything else is told', async () => {
    const host = testHost({ tty: true });
    const told: string[] = [];
    const answer = askWhereLower(host, () => told.push(host.written.err))(offer);
    host.stdin.write('y\n');
    expect(await answer).toBe(true);
    expect(told).toEqual(['']);
    const question = 'This phone is owner of Blue, and the window makes it valet. Go on? [y/N] ';
    expect(host.written.err).toBe(question);
  });

  it.each(['n', '', 'valet'])('is not taken where the answer is "%s"', async (text) => {
    const host = testHost({ tty: true });
    const answer = askWhereLower(host, () => undefined)(offer);
    host.stdin.write(`${text}\n`);
    await expect(answer).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('is not taken where nobody is to ask', async () => {
    const host = testHost();
    await expect(askWhereLower(host, () => undefined)(offer)).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: 'To do it without being asked: key pair --accept-role.',
    });
    expect(host.written.err).toBe('');
  });

  it('is another matter than one that gives as much or more, of which nobody is asked', async () => {
    const ask = askWhereLower(testHost(), () => {
      throw new Error('asked');
    });
    for (const [before, role] of [
      [undefined, 'valet'],
      ['owner', 'owner'],
      ['valet', 'guest'],
      ['guest', 'owner'],
    ] as const) {
      expect(await ask({ car: 'Blue', role, ...(before && { before }) })).toBe(true);
    }
  });
});

describe('a question', () => {
  it('ends with Ctrl-C', async () => {
    const host = testHost({ tty: true });
    const answer = askLine(host, '? ');
    host.interrupt.abort();
    await expect(answer).rejects.toMatchObject({ code: 'interrupted' });
    expect(host.written.err).toBe('? \n');
    await expect(readLine(host)).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('ends with Ctrl-D', async () => {
    const host = testHost({ tty: true });
    const answer = askLine(host, '? ');
    host.stdin.end();
    await expect(answer).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

describe('key car reset', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const reset = async (answer: string, ...options: string[]) => {
    const host = testHost({ tty: true });
    host.stdin.end(`${answer}\n`);
    const code = await run(['--home', home, 'car', 'reset', ...options], host);
    return { code, err: host.written.err };
  };

  it('asks first, and takes anything but yes for no', async () => {
    for (const answer of ['n', '', 'no', 'yesterday']) {
      const { code, err } = await reset(answer);
      expect(code).toBe(2);
      expect(err).toMatch(/^Forget every key of car\? \[y\/N\] .*nothing was done/);
    }
    const { err } = await reset('n', '--json');
    expect(JSON.parse(err.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'usage.invalid',
    });
  });

  it('goes on after yes; there is no car here', async () => {
    for (const answer of ['y', 'Yes']) expect(await reset(answer)).toMatchObject({ code: 4 });
    const { code, err } = await reset('n', '--yes');
    expect({ code, asked: err.includes('?') }).toEqual({ code: 4, asked: false });
  });
});
