import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.js';
import { Interrupt } from '../../cli/io/interrupt.js';
import { sessionKeyLog } from '../../cli/capture/session-key-file.js';
import { runOn } from '../../cli/run.js';
import { SESSION_KEY_LABEL } from '../../lib/native/inspect/session-key-line.js';
import { testContext, testHost } from '../support/cli-host.js';
import { btsnoopHeader, btsnoopRecord } from '../../air/capture/btsnoop.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A stream that keeps what is written, or fails with each write. */
const stream = (code?: string) => {
  const kept: string[] = [];
  const sink = new Writable({
    autoDestroy: false, // as those of a process
    write(chunk: Buffer, _encoding, done) {
      if (code === undefined) kept.push(chunk.toString());
      done(code === undefined ? null : Object.assign(new Error(`${code}: it fails`), { code }));
    },
  });
  return { sink, text: () => kept.join('') };
};

const runWith = async (argv: readonly string[], fails: { out?: string; err?: string }) => {
  const [out, err] = [stream(fails.out), stream(fails.err)];
  const host = {
    stdin: new PassThrough(),
    stdout: out.sink,
    stderr: err.sink,
    env: { KEY_HOME: home, KEY_RADIO: 'virtual' },
    interrupt: new Interrupt(),
  };
  err.sink.write('key: a remark\n');
  const code = await runOn(argv, host);
  return { code, out: out.text(), err: err.text(), interrupted: host.interrupt.signal.aborted };
};

const capture = (records: number): string => {
  const path = join(home, 'air.btsnoop');
  const record = btsnoopRecord(Buffer.from('0504004000', 'hex'), 'received', 0);
  const file = [btsnoopHeader(), ...Array<Buffer>(records).fill(record)];
  writeFileSync(path, Buffer.concat(file));
  return path;
};

describe('a log that cannot be written', () => {
  it('does not stop the work', async () => {
    const { code, out, interrupted } = await runWith(['demo'], { err: 'EIO' });
    expect({ code, interrupted }).toEqual({ code: EXIT.ok, interrupted: false });
    expect(out).toContain('No cloud was needed');
  });
});

it('a file of session keys that has no room loses a line, and says so', () => {
  const path = join(home, 'session.keys');
  const host = testHost();
  const context = testContext(host, { home, sessionKeys: path });
  let room = 60;
  const log = sessionKeyLog(context, (file, text) => {
    const fits = text.slice(0, room);
    room -= fits.length;
    return writeSync(file, fits);
  });
  const line = (label: string): string => `${SESSION_KEY_LABEL} ${label.repeat(20)}\n`;
  for (const label of ['a', 'b']) log?.(line(label));
  room = 1000;
  for (const label of ['c', 'd']) log?.(line(label));
  const lines = readFileSync(path, 'utf8').split('\n');
  const [a, c, d] = ['a', 'c', 'd'].map((label) => line(label).trim());
  expect(host.written.err.match(/not written: there is no room/g)).toHaveLength(1);
  expect(lines).toEqual([a, line('b').slice(0, 60 - line('a').length), c, d, '']);
});

describe('a result that cannot be written', () => {
  it.each(['ENOSPC', 'EPIPE', 'EIO'])('is an error, of work that is done: %s', async (out) => {
    const { code, err, interrupted } = await runWith(['--json', 'id', '--out', join(home, 'k')], {
      out,
    });
    expect({ code, interrupted }).toEqual({ code: EXIT.internal, interrupted: false });
    expect(err).toContain(`done, but the result cannot be written: ${out}`);
    expect(JSON.parse(err.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      mayHaveSucceeded: true,
    });
    expect(readFileSync(join(home, 'k'), 'utf8')).toMatch(/^phonekey:key\//);
  });

  it('is not one more beside what has failed', async () => {
    const { code, err } = await runWith(['unlock'], { out: 'ENOSPC' });
    expect(code).toBe(EXIT['key-store']);
    expect(err).not.toContain('cannot be written');
  });

  it.each([
    ['EPIPE', EXIT.ok],
    ['ENOSPC', EXIT.internal],
  ])('ends what does nothing but tell: %s', async (out, expected) => {
    const { code, err } = await runWith(['air', 'watch', '--hci', '--read', capture(500)], { out });
    expect(code).toBe(expected);
    expect(err.includes('the results cannot be written')).toBe(expected !== EXIT.ok);
  });
});
