import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../cli/run.js';
import { Cli } from '../support/cli.js';
import { testHost } from '../support/cli-host.js';

jest.setTimeout(120_000);

const [ONE, TWO, THREE] = ['11', '22', '33'].map((digits) => digits.repeat(8)) as [
  string,
  string,
  string,
];

/** An owner's phone that was restored from a backup: the car has lists that it does not know. */
let owner: Cli;
let backup: string;

const keyFile = async (): Promise<string> => {
  const keys = join(owner.home, 'keys');
  return join(
    keys,
    (await readdir(keys)).find((name) => name.endsWith('.json'))!,
  );
};

const restore = async (): Promise<void> => writeFile(await keyFile(), backup, { mode: 0o600 });

beforeAll(async () => {
  owner = await Cli.create({ inside: true });
  await owner.start(['car', 'start']).until(/is ready/);
  await owner.run(['car', 'tap', 'console', '--pair']);
  const { value } = await owner.json(['car', 'screen']);
  const input = `${(value as { code: string }).code}\n`;
  expect(await owner.run(['pair', '--code', '-'], { input })).toMatchObject({ code: 0 });
  backup = await readFile(await keyFile(), 'utf8');
  expect((await owner.run(['suspend', ONE])).code).toBe(0);
  expect((await owner.run(['suspend', TWO])).code).toBe(0);
});
afterAll(() => owner.close());

/** At a terminal, with this answer. */
const answering = async (text: string, ...args: string[]) => {
  const host = testHost({ tty: true });
  host.stderr.isTTY = true;
  host.stdin.end(text);
  const on = ['--home', owner.home, '--radio', 'virtual'];
  return { code: await run([...on, ...args], host), ...host.written };
};

describe('a phone restored from a backup', () => {
  it('asks at a terminal; where the answer is no, its list is kept, and told with each command', async () => {
    await restore();
    const { code, out, err } = await answering('n\n', 'suspend', THREE);
    expect({ code, out }).toEqual({
      code: 3,
      out: expect.stringMatching(/^suspended 3{16}; car does not have the list yet\n/),
    });
    expect(err).toContain(
      `car has a revocation list of this owner that this phone does not know:\n`,
    );
    expect(err).toContain(`  ${ONE} is suspended\n  ${TWO} is suspended\n`);
    expect(err).toContain('Sign one list that joins both? [Y/n] ');
    expect(err).toContain(
      'car did not take it: the car has a newer revocation list of this owner; this phone keeps it\n',
    );
    const refused = /^car did not take this phone's revocation list: .*key refresh --car 'car'$/m;
    expect((await owner.run(['shared'])).stderr).toMatch(refused);
    expect((await owner.json(['shared'])).value).toEqual({
      shared: [],
      refused: [{ car: 'car', reason: 'revocation-list-old' }],
    });
    expect((await owner.json(['cars'])).value).toMatchObject({
      cars: [{ outbox: 1, refused: 'revocation-list-old', clockOffset: expect.closeTo(0, -1) }],
    });
    expect((await owner.run(['cars'])).stdout).toContain('paired, revocation list refused');
    expect((await answering('', 'lock')).err).toMatch(refused);
  });

  it('makes one list of both where the answer is yes', async () => {
    const { code, out } = await answering('\n', 'refresh');
    expect({ code, out }).toEqual({
      code: 0,
      out: 'the leases of car begin again; car has the list\n',
    });
    expect((await owner.json(['cars'])).value).toMatchObject({
      cars: [{ outbox: 0, refused: null }],
    });
    const { revocationList } = JSON.parse(await readFile(await keyFile(), 'utf8')) as {
      revocationList: { number: number; entries: string[] };
    };
    expect(revocationList.number).toBe(3);
    expect(revocationList.entries.map((entry) => entry.slice(0, 2)).sort()).toEqual([
      ...['11', '22', '33'],
    ]);
  });

  it('does it unasked where nobody is to ask', async () => {
    await restore();
    const { code, value } = await owner.json(['suspend', THREE]);
    expect({ code, value }).toMatchObject({
      code: 0,
      value: { delivered: true, refused: null, voided: 0 },
    });
  });
});

describe("a car whose clock is not this phone's", () => {
  it('is shown as such, and nothing of it is shared', async () => {
    await owner.run(['car', 'clock', 'advance', '3h']);
    expect((await owner.run(['status'])).code).toBe(0);
    expect((await owner.run(['cars'])).stdout).toMatch(/its clock is 180 min ahead/);
    const shared = await owner.run(['share', '--to', 'ab'.repeat(32)]);
    expect(shared).toMatchObject({ code: 2, stdout: '' });
    expect(shared.stderr).toMatch(/^error: the clock of car is 3 h ahead of that of this phone$/m);
  });
});
