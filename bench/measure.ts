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

/** A stretch of one work: long enough that what the other one left (garbage, caches) hardly counts. */
const STRETCH_US = 150_000;

/**
 * Microseconds of CPU that each of some functions takes, as medians over rounds in which all of them
 * run in turn: what disturbs one disturbs the others, so the ratios hold on a busy machine.
 */
export const cpuMicros = <Name extends string>(
  work: Readonly<Record<Name, () => void>>,
  rounds: number,
): Record<Name, number> => {
  const names = Object.keys(work) as Name[];
  const measured = names.map((name) => {
    // Unmeasured: the just-in-time compiler needs to have seen the code.
    stretch(work[name], 200);
    const count = Math.max(1, Math.ceil(STRETCH_US / stretch(work[name], 20)));
    return { name, run: work[name], count, samples: [] as number[] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const { run, count, samples } of measured) {
      stretch(run, Math.ceil(count / 10));
      samples.push(stretch(run, count));
    }
  }
  return Object.fromEntries(measured.map(({ name, samples }) => [name, median(samples)])) as Record<
    Name,
    number
  >;
};

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

/** Medians over rounds in which all work in turn: what disturbs one disturbs the others. */
export const rates = async <What extends string>(
  all: readonly Worker<What>[],
  kinds: readonly What[],
  ms: number,
): Promise<Record<What, number>[]> => {
  const samples = all.map(() => new Map(kinds.map((what) => [what, [] as number[]])));
  for (let round = -1; round < ROUNDS; round++) {
    for (const what of kinds) {
      for (const [i, worker] of all.entries()) {
        const rate = await worker.measure(what, ms);
        // The first round warms up.
        if (round >= 0) samples[i]?.get(what)?.push(rate);
      }
    }
  }
  return samples.map(
    (of) =>
      Object.fromEntries([...of].map(([what, rates]) => [what, median(rates)])) as Record<
        What,
        number
      >,
  );
};
