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
 * Microseconds of CPU that each of some functions takes, as medians over rounds in which all of them
 * run in turn: what disturbs one disturbs the others, so the ratios hold on a busy machine.
 */
export const cpuMicros = <Name extends string>(
  work: Readonly<Record<Name, () => void>>,
  rounds: number,
  perRound: number,
): Record<Name, number> => {
  const names = Object.keys(work) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  // Three rounds unmeasured: the just-in-time compiler needs to have seen the code.
  for (const name of names) for (let i = 0; i < 3 * perRound; i++) work[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const before = process.cpuUsage();
      for (let i = 0; i < perRound; i++) work[name]();
      const { user, system } = process.cpuUsage(before);
      samples.get(name)?.push((user + system) / perRound);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<
    Name,
    number
  >;
};
