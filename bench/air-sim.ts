import { Crowd } from './crowd.js';
import type { Place } from './crowd.js';
import { figure, medians } from './measure.js';

const CARS = 100;
const PHONES = 500;
/** A quarter of a town: some 40 metres from one car to the next. */
const TOWN: Place = { corner: { x: 0, y: 0 }, side: 400 };

/** A car and the phones around it, out of range of all others. */
const ISLAND = { phones: 5, side: 40, apart: 1000 };
/** Each twice as many as the one before. */
const ISLANDS = [25, 50, 100, 200];
const ROUNDS = 5;
/** Until as many connect at one time as at any other. */
const SETTLE_MS = 60_000;
/** Islands times simulated time: few run for longer, to have their share of garbage collection. */
const ISLAND_MS = 6_000_000;

/** @param seconds of the town to simulate */
export const airSimFigures = async (seconds: number) => [
  ...(await townFigures(seconds)),
  figure('air.sim.growth', await growth(), 'x'),
];

/** Cars and phones walking about on one air. Memory is all that the process has, at its largest. */
const townFigures = async (seconds: number) => {
  const crowd = new Crowd('town');
  for (let i = 0; i < CARS; i++) await crowd.addCar(TOWN);
  for (let i = 0; i < PHONES; i++) crowd.addPhone(TOWN);
  let resident = 0;
  const before = performance.now();
  for (let left = seconds; left > 0; left -= 60) {
    await crowd.clock.advance(Math.min(left, 60) * 1000);
    resident = Math.max(resident, process.memoryUsage.rss());
  }
  const wall = (performance.now() - before) / 1000;
  crowd.stop();
  const { heard, connections, failures, messages } = crowd.counts;
  return [
    figure('air.sim.speedup', seconds / wall, 'x'),
    figure('air.sim.memory_mb', resident / 2 ** 20, 'MB'),
    figure('air.sim.advertisements_heard', heard, ''),
    figure('air.sim.connections', connections, ''),
    figure('air.sim.failures', failures, ''),
    figure('air.sim.messages', messages, ''),
  ];
};

/**
 * CPU for twice as many islands: the mean over all doublings (geometric, as they multiply), of medians over
 * rounds in which every size has its turn. More than 2 is what memory costs that no cache holds any more.
 */
const growth = async (): Promise<number> => {
  const sizes = ISLANDS.map((islands) => (round: number) => islandsCost(islands, round));
  const costs = await medians(ROUNDS, sizes);
  return ((costs.at(-1) ?? NaN) / (costs[0] ?? NaN)) ** (1 / (costs.length - 1));
};

/** Microseconds of CPU for `ISLAND_MS` of so many islands, from the part of it that is run. */
const islandsCost = async (islands: number, round: number): Promise<number> => {
  const crowd = new Crowd(`islands ${String(round)}`);
  for (let i = 0; i < islands; i++) {
    const place = { corner: { x: i * ISLAND.apart, y: 0 }, side: ISLAND.side };
    await crowd.addCar(place);
    for (let j = 0; j < ISLAND.phones; j++) crowd.addPhone(place);
  }
  await crowd.clock.advance(SETTLE_MS);
  const before = process.cpuUsage();
  await crowd.clock.advance(ISLAND_MS / islands);
  const { user, system } = process.cpuUsage(before);
  crowd.stop();
  return (user + system) * islands;
};
