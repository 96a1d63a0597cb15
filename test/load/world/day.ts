import type { Sighting } from '../../../lab/hostile-listener.js';
import { Rng } from '../../support/rng.js';
import { LoadWorld } from './world.js';
import type { Stack } from './world.js';
import { STACKS } from './siege-report.js';
import type { Report, RoundOptions } from './reports.js';

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** How long somebody who listens all day can say that this is the same car as before. */
export interface DayFigures {
  readonly sightings: number;
  readonly addresses: number;
  readonly contents: number;
  /** The longest time under one address. */
  readonly byAddressMin: number;
  /** The longest time with the same bytes. */
  readonly byBytesMin: number;
  /** The longest time that is joined by either: the same bytes under two addresses, or the other way round. */
  readonly togetherMin: number;
}

/** A car advertises for a day (`hours`), at the pace of a real air; its owner unlocks it once an hour. */
export const runDay = async (seed: string, stack: Stack, hours = HOURS): Promise<DayFigures> => {
  const world = await LoadWorld.start(`day ${seed}`, stack);
  const rng = new Rng(`day ${seed}`);
  const { clock } = world;
  try {
    const owner = await world.phone('enrolled');
    const { sightings } = world.listener();
    for (let hour = 0; hour < hours; hour++) {
      const before = rng.unit() * HOUR_MS * 0.9;
      await clock.advance(before);
      const { outcome } = await clock.until(world.unlock(owner));
      if (outcome !== 'opened') throw new Error(`${outcome}, seed ${seed}`);
      await clock.advance((hour + 1) * HOUR_MS - clock.now());
    }
    return dayFigures(sightings);
  } finally {
    await world.close();
  }
};

export const dayFigures = (sightings: readonly Sighting[]): DayFigures => {
  const byAddress = spans(sightings, ({ address }) => [address]);
  const byBytes = spans(sightings, ({ bytes }) => [bytes]);
  const together = spans(sightings, ({ address, bytes }) => [address, bytes]);
  return {
    sightings: sightings.length,
    addresses: byAddress.length,
    contents: byBytes.length,
    byAddressMin: longest(byAddress),
    byBytesMin: longest(byBytes),
    togetherMin: longest(together),
  };
};

interface Span {
  first: number;
  last: number;
}

const longest = (all: readonly Span[]): number =>
  Math.round(Math.max(0, ...all.map(({ first, last }) => last - first)) / 60_000);

/** Of what has a name in common, directly or by others: from when to when it was heard. */
const spans = (
  sightings: readonly Sighting[],
  namesOf: (sighting: Sighting) => readonly string[],
): readonly Span[] => {
  const found = new Map<string, Span>();
  for (const sighting of sightings) {
    const { at } = sighting;
    const names = namesOf(sighting);
    const known = new Set(names.flatMap((name) => found.get(name) ?? []));
    const span = { first: at, last: at };
    for (const { first } of known) span.first = Math.min(span.first, first);
    for (const [name, other] of found) if (known.has(other)) found.set(name, span);
    for (const name of names) found.set(name, span);
  }
  return [...new Set(found.values())];
};

/** A day of each stack in each round. */
export const dayReport = async ({ seed, rounds, signal, say }: RoundOptions): Promise<Report> => {
  const rows = [];
  for (let run = 0; run < rounds * STACKS.length && !signal.aborted; run++) {
    const stack = STACKS[run % STACKS.length] ?? STACKS[0];
    const round = Math.floor(run / STACKS.length);
    rows.push({ stack, ...(await runDay(`${seed} ${String(round)}`, stack)) });
    say(`${stack}, round ${String(round + 1)} of ${String(rounds)}`);
  }
  return { figures: { seed, rows }, held: !signal.aborted };
};
