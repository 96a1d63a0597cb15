/** One measured number. `bench/main.ts` prints them as a table or as JSON. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export const figure = (name: string, value: number, unit: string): Figure => ({
  name,
  value: Number(value.toPrecision(4)),
  unit,
});

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('the median of nothing');
  return middle;
};

/**
 * Medians over rounds in which all of some measurements take their turn: what disturbs one disturbs the
 * others, so the ratios hold on a busy machine. One more round, before the first, warms up.
 */
export const medians = async (
  rounds: number,
  measures: readonly ((round: number) => number | Promise<number>)[],
): Promise<number[]> => {
  const samples = measures.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, measure] of measures.entries()) {
      const sample = await measure(round);
      if (round >= 0) samples[i]?.push(sample);
    }
  }
  return samples.map(median);
};

/** A stretch of one work: long enough that what the other one left (garbage, caches) hardly counts. */
const STRETCH_US = 150_000;

/** Microseconds of CPU that each of some functions takes. */
export const cpuMicros = async <Name extends string>(
  work: Readonly<Record<Name, () => void>>,
  rounds: number,
): Promise<Record<Name, number>> => {
  const runs: readonly (() => void)[] = Object.values(work);
  const counts = runs.map((run) => {
    // Unmeasured: the just-in-time compiler needs to have seen the code.
    stretch(run, 200);
    return Math.max(1, Math.ceil(STRETCH_US / stretch(run, 20)));
  });
  const measures = runs.map((run, i) => () => {
    const count = counts[i] ?? 1;
    stretch(run, Math.ceil(count / 10));
    return stretch(run, count);
  });
  return named(Object.keys(work) as Name[], await medians(rounds, measures));
};

/** The values by their names. */
const named = <Name extends string>(names: readonly Name[], values: readonly number[]) =>
  Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, number>;

/** CPU of one call, in microseconds, over `count` calls. */
const stretch = (run: () => void, count: number): number => {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};

/**
 * What `run` does in a second, when it does it again and again for `ms` milliseconds: one thing each time,
 * where it does not say how many.
 */
export const perSecond = async (ms: number, run: () => Promise<number | void>): Promise<number> => {
  const start = performance.now();
  let [done, now] = [0, start];
  while (now - start < ms) {
    done += (await run()) ?? 1;
    now = performance.now();
  }
  return (1000 * done) / (now - start);
};

/** Waits until so much has come. */
export class Countdown {
  #left = 0;
  #arrived: () => void = () => undefined;

  wait(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => (this.#arrived = resolve));
  }

  count(more: number): void {
    this.#left -= more;
    if (this.#left === 0) this.#arrived();
  }
}

/** What is measured by doing it again and again for about `ms` milliseconds: so many in a second. */
export interface Worker<What extends string> {
  measure(what: What, ms: number): Promise<number>;
}

const ROUNDS = 7;

/** What each of them does in a second. */
export const rates = async <What extends string>(
  all: readonly Worker<What>[],
  kinds: readonly What[],
  ms: number,
): Promise<Record<What, number>[]> => {
  const measures = kinds.flatMap((what) => all.map((worker) => () => worker.measure(what, ms)));
  const values = await medians(ROUNDS, measures);
  // Of each kind, one behind the other, what all of them do.
  return all.map((_, i) =>
    named(
      kinds,
      values.filter((_, at) => at % all.length === i),
    ),
  );
};
