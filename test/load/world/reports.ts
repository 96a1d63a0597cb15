import { runCrowd } from './crowd.js';
import type { CrowdFigures } from './crowd.js';
import type { Stack } from './world.js';

export interface Report {
  /** As one JSON object. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** All rounds were done, and nothing failed. */
  readonly held: boolean;
}

export interface RoundOptions {
  readonly seed: string;
  readonly rounds: number;
  /** Ends the run early, between two rounds. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const STACKS: Readonly<Record<string, Stack>> = {
  bleno: 'bleno',
  oneLink: { direct: 1 },
  fourLinks: { direct: 4 },
};

/** What every round of every stack gave. Each round has a seed of its own. */
const rounds = async <Figures>(
  { seed, rounds: wanted, signal, say }: RoundOptions,
  run: (seed: string, stack: Stack, round: number) => Promise<Figures>,
): Promise<{ byStack: Map<string, Figures[]>; complete: boolean }> => {
  const byStack = new Map<string, Figures[]>();
  for (const [name, stack] of Object.entries(STACKS)) {
    const done: Figures[] = [];
    byStack.set(name, done);
    for (let round = 0; round < wanted && !signal.aborted; round++) {
      done.push(await run(`${seed} ${round}`, stack, round));
    }
    say(`${name}: ${done.length} rounds`);
  }
  return { byStack, complete: !signal.aborted };
};

const summed = <Figures>(
  byStack: Map<string, Figures[]>,
  sum: (figures: readonly Figures[]) => object,
): Record<string, object> =>
  Object.fromEntries([...byStack].map(([name, figures]) => [name, sum(figures)]));

const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);

export const crowdReport = async (options: RoundOptions): Promise<Report> => {
  const { byStack, complete } = await rounds<CrowdFigures>(options, runCrowd);
  const all = [...byStack.values()].flat();
  const figures = summed(byStack, (each) => ({
    rounds: each.length,
    phonesServed: each.reduce((sum, { opened }) => sum + opened, 0),
    phonesNotServed: each.reduce((sum, { failures }) => sum + failures.length, 0),
    removedNotRefused: each.filter(({ removed }) => removed.outcome !== 'car.not-recognised')
      .length,
    lastServedMostMs: most(each.map(({ lastMs }) => lastMs)),
  }));
  const held = all.every(
    ({ failures, removed }) => failures.length === 0 && removed.outcome === 'car.not-recognised',
  );
  return { figures: { seed: options.seed, ...figures }, held: complete && held };
};
