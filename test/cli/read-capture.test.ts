import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { btsnoopHeader, btsnoopRecord } from '../../air/capture/btsnoop.js';
import { run } from '../../cli/run.js';
import { aclPacket } from '../../lib/hci/h4.js';
import { testHost } from '../support/cli-host.js';
import { att } from '../unit/air/decode/stream.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Of records at these times of the format, in microseconds since the year 0; `cut` bytes are not there. */
const capture = (times: readonly bigint[], cut = 0): Buffer =>
  Buffer.concat([
    btsnoopHeader(),
    ...times.map((time) => {
      const record = btsnoopRecord(att(0x40, '12 0c00 01'), 'sent', 0);
      record.writeBigInt64BE(time, 16);
      record.writeUInt32BE(record.readUInt32BE(4) - cut, 4);
      return record.subarray(0, record.length - cut);
    }),
  ]);

const read = async (file: Buffer, args: readonly string[] = [], tty = false) => {
  const host = testHost({ env: { KEY_HOME: home }, tty });
  if (!tty) host.stdin.end(file);
  const code = await run([...args, 'air', 'watch', '--read', '-'], host);
  const lines = host.written.out.split('\n').slice(0, -1);
  return { code, lines, err: host.written.err };
};

/** 1970, in the microseconds of the format. */
const EPOCH = 0x00dcddb30f2f8000n;
const S = 1_000_000n;

const whenOf = (lines: readonly string[]) => lines.map((line) => line.split(' ', 1)[0]);

describe('times that are no dates', () => {
  it.each([
    ['since the device was switched on', 5n * S],
    ['from before the year 0', 0n],
    ['since 1970, without the offset of the format', 1_700_000_000n * S],
    ['of the year 12000', EPOCH + 316_516_000_000n * S],
    ['before all years', -(10n ** 17n)],
  ])('are told since the first record: %s', async (_what, first) => {
    const { code, lines, err } = await read(
      capture([0n, 1_002_000n, -S, 3661n * S].map((after) => first + after)),
    );
    expect(code).toBe(0);
    expect(whenOf(lines)).toEqual([
      '+00:00:00.000',
      '+00:00:01.002',
      '-00:00:01.000',
      '+01:01:01.000',
    ]);
    expect(err).toMatch(/^this capture has no dates[^\n]* first record\n$/);
  });

  it('are null for machines', async () => {
    const { lines } = await read(capture([5n * S, 6n * S]), ['--json']);
    const [, second] = lines.map((line) => JSON.parse(line) as object);
    expect(second).toMatchObject({ time: null, sinceFirstMs: 1000, type: 'att' });
  });

  it('stand beside those that are', async () => {
    const { lines } = await read(capture([EPOCH, 5n * S, EPOCH + S, 7n * S]));
    expect(whenOf(lines)).toEqual([
      '00:00:00.000',
      '+00:00:00.000',
      '00:00:01.000',
      '+00:00:02.000',
    ]);
  });
});

it('tells what a capture has cut, and how much', async () => {
  const { code, lines, err } = await read(capture([EPOCH], 2), ['--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { type: 'att', name: 'Write Request', cut: 2, fields: { bytes: 4 } },
  ]);
});

it('tells at the end what did not come to one', async () => {
  const begun = btsnoopRecord(aclPacket(0x40, 0, Buffer.from('0900040012', 'hex')), 'sent', 0);
  const { lines } = await read(Buffer.concat([btsnoopHeader(), begun]));
  expect(lines).toEqual([expect.stringMatching(/unfinished L2CAP PDU: 5 B$/)]);
});

it('reads the file called -, where it is meant', async () => {
  writeFileSync(join(home, '-'), capture([EPOCH]));
  const host = testHost({ env: { KEY_HOME: home } });
  expect(await run(['air', 'watch', '--read', join(home, '-')], host)).toBe(0);
  expect(host.written.out).toContain('Write Request');
});

it('waits for no capture from a terminal, and for none after Ctrl-C', async () => {
  expect(await read(Buffer.alloc(0), [], true)).toMatchObject({ code: 2, lines: [] });
  const host = testHost({ env: { KEY_HOME: home } });
  host.stdin.write(capture([EPOCH]));
  const ended = run(['air', 'watch', '--read', '-'], host);
  host.interrupt.abort();
  expect(await ended).toBe(130);
});
