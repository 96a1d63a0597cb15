import type { Manner } from '../../../lab/hostile-central.js';
import { PACES } from '../../../air/hub/settings.js';
import { runSiege, LONGEST_HOLD_MS } from './siege.js';
import type { Siege, SiegeCalls } from './siege.js';
import type { Report, RoundOptions } from './reports.js';

export const STACKS = ['bleno', 'hci'] as const;

/** With how many strangers, at which cars and paces. */
export interface SiegeChoice {
  readonly strangers: readonly number[];
  readonly stacks: readonly (typeof STACKS)[number][];
  readonly paces: readonly Siege['pace'][];
}

export const ALL_SIEGES: SiegeChoice = { strangers: [1, 2, 4, 8], stacks: STACKS, paces: PACES };

const MANNERS: readonly Manner[] = ['one address', 'new addresses', 'radio off'];
/** In one round of one siege. */
const CALLS = 10;

interface Cell {
  readonly siege: Siege;
  /** What it is, for the report. */
  readonly what: Readonly<Record<string, string | number>>;
  readonly done: SiegeCalls[];
}

/** Rounds of all sieges in turn, so that a run that ends early has some of each. */
export const siegeReport = async (
  { seed, rounds, signal, say }: RoundOptions,
  choice: SiegeChoice = ALL_SIEGES,
): Promise<Report> => {
  const cells = cellsOf(choice);
  for (let run = 0; run < rounds * cells.length && !signal.aborted; run++) {
    const round = Math.floor(run / cells.length);
    const cell = cells[run % cells.length];
    if (cell === cells[0]) say(`round ${String(round + 1)} of ${String(rounds)}`);
    cell?.done.push(await runSiege(`${seed} ${String(round)}`, cell.siege, CALLS));
  }
  const rows = cells.map(({ what, done }) => ({ ...what, ...figuresOf(done) }));
  const held = rows.every(({ longestHoldMs }) => longestHoldMs < LONGEST_HOLD_MS);
  return { figures: { seed, rows }, held: held && !signal.aborted };
};

const cellsOf = ({ stacks, paces, strangers }: SiegeChoice): readonly Cell[] =>
  stacks.flatMap((stack) =>
    paces.flatMap((pace) =>
      strangers.flatMap((count) =>
        MANNERS.map((manner): Cell => {
          const enemies = Array.from({ length: count }, () => manner);
          const what = { stack, pace, strangers: count, manner };
          return { siege: { stack, pace, enemies }, what, done: [] };
        }),
      ),
    ),
  );

/** The times are of the calls that opened the car; null where there was none. */
const figuresOf = (done: readonly SiegeCalls[]) => {
  const turns = done.flatMap((each) => each.turns);
  const opened = turns
    .filter(({ outcome }) => outcome === 'opened')
    .map(({ ms }) => Math.round(ms))
    .sort((a, b) => a - b);
  const at = (share: number): number | null =>
    opened[Math.min(opened.length - 1, Math.floor(share * opened.length))] ?? null;
  return {
    calls: turns.length,
    opened: opened.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    longestHoldMs: Math.round(Math.max(0, ...done.flatMap(({ held }) => held))),
  };
};
