import { beforeEach, describe, expect, it } from '@jest/globals';
import { Listeners } from '../../../../air/medium/listeners.js';
import { standing } from '../../../../air/medium/motion.js';
import type { Station } from '../../../../air/medium/station.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';

const HERE = { x: 0, y: 0 };

let clock: SimClock;
let listeners: Listeners;
let station: Station;

/** The milliseconds, of the next `count`, in which the station listens, as `from-to`. */
const open = async (count: number): Promise<string[]> => {
  const spans: { from: number; to: number }[] = [];
  for (let i = 0; i < count; i++) {
    const last = spans.at(-1);
    if (listeners.near(HERE).includes(station)) {
      if (last?.to === i) last.to = i + 1;
      else spans.push({ from: i, to: i + 1 });
    }
    await clock.advance(1);
  }
  return spans.map(({ from, to }) => `${String(from)}-${String(to)}`);
};

beforeEach(() => {
  clock = new SimClock();
  listeners = new Listeners(clock.quiet);
  listeners.cover(10);
  station = { motion: standing(HERE, 0) } as Station;
});

describe('Listeners', () => {
  it('are found while their window is open', async () => {
    listeners.set(station, [{ intervalMs: 50, windowMs: 10 }]);
    expect(await open(120)).toEqual(['0-10', '50-60', '100-110']);
    expect(listeners.size).toBe(1);
  });

  it('are found while any of several windows is open', async () => {
    listeners.set(station, [
      { intervalMs: 50, windowMs: 10 },
      { intervalMs: 30, windowMs: 5 },
    ]);
    expect(await open(100)).toEqual(['0-10', '30-35', '50-65', '90-95']);
  });

  it('need no timer to listen always, nor when they have stopped', () => {
    listeners.set(station, [{ intervalMs: 10, windowMs: 10 }]);
    expect(listeners.near(HERE)).toEqual([station]);
    expect(clock.pending).toBe(0);
    listeners.set(station, [{ intervalMs: 50, windowMs: 10 }]);
    expect(clock.pending).toBe(1);
    listeners.set(station, []);
    expect(listeners.near(HERE)).toEqual([]);
    expect(listeners.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('may have a window that is always open beside another one', async () => {
    listeners.set(station, [
      { intervalMs: 10, windowMs: 10 },
      { intervalMs: 50, windowMs: 10 },
    ]);
    expect(await open(60)).toEqual(['0-60']);
    listeners.set(station, []);
    expect(listeners.near(HERE)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('begin anew with new windows, in whatever state the old ones were', async () => {
    listeners.set(station, [{ intervalMs: 50, windowMs: 10 }]);
    await clock.advance(5);
    listeners.set(station, [{ intervalMs: 50, windowMs: 20 }]);
    expect(await open(60)).toEqual(['0-20', '50-60']);
    listeners.set(station, [{ intervalMs: 40, windowMs: 10 }]);
    expect(await open(60)).toEqual(['0-10', '40-50']);
  });
});
