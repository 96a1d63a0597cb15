import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CAST } from '../../cli/demo/outage/cast.js';
import { Cli } from '../support/cli.js';

jest.setTimeout(300_000);

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
});
afterAll(() => cli.close());

const leftovers = async (): Promise<string[]> =>
  (await readdir(cli.home)).filter((name) => name.startsWith('phonekey-demo'));

interface Line {
  readonly act: string;
  readonly who: string;
  readonly got: boolean;
  readonly by: string | null;
  readonly why: readonly string[];
  readonly ms: number;
}

it('tells of everybody, before, during and after, who gets in and who does not', async () => {
  const { code, stdout } = await cli.run(['demo', '--story', 'outage']);
  expect(code).toBe(0);
  const acts = stdout.split(/^(?=Before|During|After)/m);
  expect(acts).toHaveLength(3);
  for (const act of acts) {
    for (const { who, key } of CAST) expect(act).toMatch(new RegExp(`^ +${who} +${key} `, 'm'));
  }
  const outside = stdout.split('\n').filter((line) => line.includes('stays outside'));
  expect(outside).toEqual([expect.stringMatching(/^ +Dan .*the cloud answered 500/)]);
  expect(acts[1]).toContain(outside[0]);
  // Aligned, and no wider than 110.
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  expect(await leftovers()).toEqual([]);
});

it('gives a line of JSON for each of them', async () => {
  const { code, stdout } = await cli.run(['--json', 'demo', '--story', 'outage']);
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(lines.pop()).toEqual({ ok: true, tries: 18, got: 17, ms: expect.any(Number) });
  expect(lines.map(({ act, who }) => `${act} ${who}`)).toEqual(
    ['before', 'during', 'after'].flatMap((act) => CAST.map(({ who }) => `${act} ${who}`)),
  );
  const during = lines.filter(({ act }) => act === 'during');
  expect(during.filter(({ got }) => !got).map(({ who }) => who)).toEqual(['Dan']);
  expect(during.map(({ by }) => by)).not.toContain('cloud');
  const far = lines.filter(({ who, act }) => who === 'Dan' && act !== 'during');
  expect(far.map(({ by }) => by)).toEqual(['cloud', 'cloud']);
  const out = lines.filter(({ who }) => who === 'Cleo');
  expect(out.map(({ by }) => by)).toEqual(['bluetooth', 'bluetooth', 'bluetooth']);
});

it('stops on Ctrl-C with 130 and leaves nothing behind', async () => {
  const running = cli.start(['demo', '--story', 'outage']);
  await running.until(/^During/m);
  expect((await running.stop('SIGINT')).code).toBe(130);
  expect(await leftovers()).toEqual([]);
});

it('takes no capture: it has many phones', async () => {
  const args = ['demo', '--story', 'outage', '--capture', 'x.btsnoop'];
  expect(await cli.json(args)).toMatchObject({ code: 2, value: { code: 'usage.invalid' } });
});
