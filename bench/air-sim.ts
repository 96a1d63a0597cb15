import { Crowd, type Place } from './crowd.js';
import { figure, median } from './measure.js';
import type { Figure } from './measure.js';

const CARS = 100;
const PHONES = 500;
/** A quarter of a town: some 40 metres from one car to the next. */
const TOWN: Place = { corner: { x: 0, y: 0 }, side: 400 };
const HOUR_S = 3600;

/** A car and the phones around it, out of range of all others. */
const ISLAND = { phones: 5, side: 40, apart: 1000 };
const ISLANDS = [20, 40, 80, 160];
const ROUNDS = 5;
/** Simulated time of one measurement. */
const ISLAND_MS = 120_000;

export const airSimFigures = async (seconds = HOUR_S): Promise<Figure[]> => [
  ...(await townFigures(seconds)),
  figure('air.sim.growth', await growth(), 'x'),
];

/** Cars and phones on one air for a simulated hour. Memory is the process's at its largest. */
const townFigures = async (seconds: number): Promise<Figure[]> => {
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
 * CPU for twice as many islands, the worst of the doublings: medians over rounds in which every size has
 * its turn.
 */
const growth = async (): Promise<number> => {
  const samples = ISLANDS.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, islands] of ISLANDS.entries()) {
      const micros = await islandsMicros(islands, round);
      if (round >= 0) samples[i]?.push(micros); // the first round is for the compiler
    }
  }
  const costs = samples.map(median);
  return Math.max(...costs.slice(1).map((cost, i) => cost / (costs[i] ?? NaN)));
};

const islandsMicros = async (islands: number, round: number): Promise<number> => {
  const crowd = new Crowd(`islands ${String(round)}`);
  for (let i = 0; i < islands; i++) {
    const place = { corner: { x: i * ISLAND.apart, y: 0 }, side: ISLAND.side };
    await crowd.addCar(place);
    for (let j = 0; j < ISLAND.phones; j++) crowd.addPhone(place);
  }
  const before = process.cpuUsage();
  await crowd.clock.advance(ISLAND_MS);
  const { user, system } = process.cpuUsage(before);
  crowd.stop();
  return user + system;
};
