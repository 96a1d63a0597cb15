import { describe, expect, it, jest } from '@jest/globals';
import { toHex } from '../../../../../lib/platform/bytes.js';
import { fileMedium, flashMedium } from './medium.js';
import { cutEverywhere, NEW_CAR } from './cut-everywhere.js';
import type { Effort } from './cut-everywhere.js';
import { decayEverywhere, weakEverywhere } from './damage.js';
import type { Figures } from './figures.js';
import type { FlashStore } from './medium.js';
import { recordRun } from './record-run.js';
import { RUNS } from './runs.js';
import { actsFirst, WRONG } from './wrong-stores.js';

jest.setTimeout(120_000);

const effort: Effort = { first: 37, again: 47, second: 211, boots: 2 };

/** A store that is wrong on purpose, the run that brings it out, and what must be said of it. */
const cuts: [keyof typeof WRONG, keyof typeof RUNS, RegExp][] = [
  ['acts before it commits', 'wrong codes', /^a number went back$/],
  ['erases the old copies first', 'pairing', /^does not come up$/],
  ['trusts what it reads once', 'removing keys', /^a (number went back|confirmed key is lost)$/],
  ['does not erase what looks blank', 'removing keys', /^word \d+ programmed twice$/],
];

const run = (name: keyof typeof RUNS) => RUNS[name] ?? [];
const found = ({ failures }: Figures): string[] => Object.keys(failures);

describe('the harness finds out a store that', () => {
  it.each(cuts)('%s', async (wrong, name, trouble) => {
    const figures = await cutEverywhere(flashMedium(WRONG[wrong]), run(name), effort);
    expect(found(figures)).toContainEqual(expect.stringMatching(trouble));
  });

  it.each<[keyof typeof WRONG, string]>([
    ['takes the oldest copy', 'a number went back'],
    ['keeps one copy', 'does not come up'],
  ])('%s', async (wrong, trouble) => {
    const medium = flashMedium(WRONG[wrong]);
    const figures = await decayEverywhere(medium, run('pairing'), { points: 997, words: 61 });
    expect(found(figures)).toContain(trouble);
  });

  it('does not read back', async () => {
    const medium = flashMedium(WRONG['does not read back']);
    const figures = await weakEverywhere(medium, run('pairing'), { points: 211, words: 31 });
    expect(found(figures)).toContain('a confirmed key is lost');
  });

  it('acts before it commits, to files', async () => {
    const files = fileMedium((length) => [length >> 1]);
    const wrong: typeof files = {
      blank: files.blank,
      powerUp: (image, onStep) => {
        const powered = files.powerUp(image, onStep);
        return { ...powered, memory: actsFirst(powered.memory) };
      },
    };
    expect(found(await cutEverywhere(wrong, run('wrong codes'), effort))).toContain(
      'a number went back',
    );
  });

  it.each(['sync', 'syncDirectory'] as const)(
    'has a disk that does nothing on %s',
    async (ignores) => {
      const files = fileMedium((length) => [length >> 1], { ignores });
      expect(found(await cutEverywhere(files, run('pairing'), effort))).not.toEqual([]);
    },
  );
});

describe('a removed key', () => {
  /** Whether the flash holds a key, after it was removed, in any copy however old. */
  const leavesTrace = async (store?: FlashStore): Promise<boolean> => {
    const powered = flashMedium(store);
    let traces = 0;
    const { memory, flash } = powered.powerUp(powered.blank);
    const pieces = RUNS['removing keys'] ?? [];
    let removed = new Set<string>();
    let known = new Set<string>();
    await recordRun(
      () => ({ memory, left: () => [], misuse: () => flash.misuse }),
      [
        ...pieces.map((piece) => async (rig: Parameters<typeof piece>[0]) => {
          await piece(rig);
          const now = new Set(rig.car.keys().map(({ publicKey }) => toHex(publicKey)));
          removed = new Set([...removed, ...known].filter((key) => !now.has(key)));
          known = now;
          const cells = Buffer.from(flash.image().cells).toString('latin1');
          for (const key of removed) if (cells.includes(key)) traces += 1;
        }),
      ],
      NEW_CAR,
    );
    expect(removed.size).toBeGreaterThan(0);
    return traces > 0;
  };

  it('is nowhere in the flash once people have been told', async () => {
    expect(await leavesTrace()).toBe(false);
  });

  it('would be found by this if it were kept', async () => {
    expect(await leavesTrace(WRONG['keeps what was removed'])).toBe(true);
  });
});
