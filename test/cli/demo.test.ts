import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demo } from '../../cli/demo/run.js';
import { STEPS } from '../../cli/demo/steps.js';
import { openWorld } from '../../cli/demo/world.js';
import type { World } from '../../cli/demo/world.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { Cli } from '../support/cli.js';
import { testContext, testHost } from '../support/cli-host.js';

const TIMEOUT_MS = 30_000;

interface StepLine {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly seen: string;
  readonly messages: readonly { readonly kind: string; readonly bytes: number }[];
}

describe('key demo', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.create();
  });
  afterAll(() => cli.close());

  const leftovers = async (): Promise<string[]> =>
    (await readdir(cli.home)).filter((name) => name.startsWith('phonekey-demo'));

  it(
    'shows every step, what went over the air and how long it took, and ends with 0',
    async () => {
      const { code, stdout, stderr } = await cli.run(['demo']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      STEPS.forEach(({ title }, index) => {
        expect(stdout).toContain(`${String(index + 1)}. ${title}\n`);
      });
      expect(stdout.match(/\(\d+\.\d ms\)/g)).toHaveLength(STEPS.length);
      expect(stdout).toMatch(/phone <- car +Hello +\d+ B +version 1/);
      expect(stdout).toMatch(/phone -> car +Proof +\d+ B +e 32 B/);
      expect(stdout).toContain('HTTP 500');
      expect(await leftovers()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'gives a line of JSON for each step',
    async () => {
      const { code, stdout } = await cli.inside().run(['demo', '--json']);
      expect(code).toBe(0);
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(lines.pop()).toEqual({ ok: true, steps: STEPS.length, ms: expect.any(Number) });
      const steps = lines as StepLine[];
      expect(steps.map(({ step }) => step)).toEqual(STEPS.map(({ name }) => name));
      expect(steps.every(({ ok, ms }) => ok && ms > 0)).toBe(true);
      for (const name of ['unlock', 'start', 'lock']) {
        const { messages } = steps.find(({ step }) => step === name)!;
        expect(messages.map(({ kind }) => kind)).toEqual(['Hello', 'Proof', 'Sealed']);
        expect(messages.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'stops on Ctrl-C with 130 and leaves nothing behind',
    async () => {
      const running = cli.start(['demo']);
      await running.until(/^3\. /m);
      const { code, stdout } = await running.stop('SIGINT');
      expect(code).toBe(130);
      expect(stdout).not.toContain('Done in');
      expect(await leftovers()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('a demonstration in which something does not happen', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const nothing = async (): Promise<void> => Promise.resolve();
  const sabotages: [string, RegExp, (world: World) => Partial<World>][] = [
    ['unlock', /still locked/, () => ({ unlock: nothing })],
    ['start', /not authorised/, () => ({ start: nothing })],
    ['lock', /not locked/, () => ({ lock: nothing })],
    ['cloud', /answered 200/, () => ({ askCloud: () => Promise.resolve(200) })],
    ['pair', /code does not match/, ({ pair }) => ({ pair: (code) => pair(wrong(code)) })],
    [
      'unlock',
      /lost/,
      () => ({ unlock: () => Promise.reject(new PhoneKeyError('radio.link-lost', 'lost')) }),
    ],
  ];
  const wrong = (code: string): string =>
    code.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));

  it.each(sabotages)(
    'fails at %s: %s',
    async (step, reason, sabotage) => {
      const host = testHost();
      let closed = false;
      const played = demo(testContext(host, { home }), async (...args) => {
        const world = await openWorld(...args);
        const close = async (): Promise<void> => {
          await world.close();
          closed = true;
        };
        return { ...world, ...sabotage(world), close };
      });
      const error = await played.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PhoneKeyError);
      expect((error as PhoneKeyError).message).toMatch(reason);
      expect((error as PhoneKeyError).message).toContain(`step "${step}" failed`);
      expect(closed).toBe(true);
      expect(host.written.out).not.toContain('Done in');
    },
    TIMEOUT_MS,
  );
});
