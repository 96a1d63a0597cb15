import { PACES } from '../../../air/hub/settings.js';
import type { Pace } from '../../../air/index.js';
import { LONGEST_HOLD_MS, runSiege } from './siege.js';
import type { Siege, SiegeCalls } from './siege.js';
import type { Report, RoundOptions } from './reports.js';
import type { Stack } from './world.js';

/** With how many strangers, at which cars and paces. */
export interface SiegeChoice {
  readonly strangers: readonly number[];
  readonly stacks: readonly Stack[];
  readonly paces: readonly Pace[];
}

export const ALL_SIEGES: SiegeChoice = { strangers: [1, 2, 4, 8], stacks: ['bleno', 'hci'], paces: PACES };

/** In one round of one siege. */
const CALLS = 10;

interface Cell extends Siege {
  readonly name: string;
  readonly strangers: number;
  readonly done: SiegeCalls[];
}

/** Rounds of all of them in turn, so that a run that ends early has some of each. */
export const siegeReport = async (
  { seed, rounds, signal, say }: RoundOptions,
  { strangers, stacks, paces }: SiegeChoice = ALL_SIEGES,
): Promise<Report> => {
  const cells = stacks.flatMap((stack) =>
    paces.flatMap((pace) =>
      strangers.flatMap((count) =>
        [false, true].map((changes): Cell => {
          const enemy = changes ? 'at once, under new addresses' : 'at once';
          const enemies = Array.from({ length: count }, () => enemy as Siege['enemies'][number]);
          const name = `${nameOf(stack)}, ${pace}, ${String(count)} ${changes ? 'under new addresses' : 'under one address each'}`;
          return { name, stack, pace, strangers: count, enemies, done: [] };
        }),
      ),
    ),
  );
  let complete = true;
  for (let round = 0; round < rounds; round++) {
    for (const cell of cells) {
      if (signal.aborted) complete = false;
      else cell.done.push(await runSiege(`${seed} ${String(round)}`, cell, CALLS));
    }
    say(`round ${String(round + 1)} of ${String(rounds)}`);
  }
  const figures = cells.map(figuresOf);
  const held = figures.every(({ longestHoldMs }) => longestHoldMs < LONGEST_HOLD_MS);
  return { figures: { seed, sieges: figures }, held: complete && held };
};

const nameOf = (stack: Stack): string =>
  typeof stack === 'string' ? stack : `direct links: ${String(stack.direct)}`;

const figuresOf = ({ name, done }: Cell) => {
  const turns = done.flatMap((each) => each.turns);
  const opened = turns
    .filter(({ outcome }) => outcome === 'opened')
    .map(({ ms }) => Math.round(ms))
    .sort((a, b) => a - b);
  const at = (share: number) =>
    opened[Math.min(opened.length - 1, Math.floor(share * opened.length))] ?? null;
  return {
    name,
    calls: turns.length,
    opened: opened.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    longestHoldMs: Math.round(Math.max(0, ...done.flatMap(({ held }) => held))),
  };
};
