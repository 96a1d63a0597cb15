import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Grid } from '../../../../air/medium/grid.js';
import { positionAt, standing, walking } from '../../../../air/medium/motion.js';
import type { Motion } from '../../../../air/medium/motion.js';
import { distance } from '../../../../air/medium/path-loss.js';
import type { Position } from '../../../../air/medium/path-loss.js';
import type { Station } from '../../../../air/medium/station.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';

const stationAt = (motion: Motion): Station => ({ motion }) as Station;
const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
const position: fc.Arbitrary<Position> = fc.record({ x: coordinate, y: coordinate });

describe('Grid', () => {
  it('finds everybody in range at any time, standing or walking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(position, position, fc.double({ min: 0.1, max: 40, noNaN: true })), {
          maxLength: 20,
        }),
        position,
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 5 }),
        fc.double({ min: 1, max: 100, noNaN: true }),
        async (walks, from, steps, range) => {
          const clock = new SimClock();
          const grid = new Grid(clock.quiet);
          grid.cover(5);
          const stations = walks.map(([a, b, speed]) => stationAt(walking(a, b, speed, 0)));
          for (const station of stations) grid.add(station);
          grid.cover(range);
          for (const step of [0, ...steps]) {
            await clock.advance(step);
            const found = new Set(grid.near(from));
            for (const station of stations) {
              const metres = distance(positionAt(station.motion, clock.now()), from);
              if (metres <= range) expect(found.has(station)).toBe(true);
            }
          }
          for (const station of stations) grid.delete(station);
          expect([...grid.near(from)]).toEqual([]);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not look at those who are far away', () => {
    const grid = new Grid(new SimClock());
    grid.cover(10);
    for (let x = 0; x < 1000; x++) grid.add(stationAt(standing({ x, y: 0 }, 0)));
    expect([...grid.near({ x: 500, y: 0 })].length).toBeLessThanOrEqual(33);
  });

  it('is one cell where the range has no end, and beyond the last cell', () => {
    const grid = new Grid(new SimClock());
    const far = stationAt(standing({ x: -1e30, y: 1e30 }, 0));
    grid.add(far);
    expect([...grid.near({ x: -1e31, y: 1e29 })]).toEqual([far]);
    grid.cover(Infinity);
    expect([...grid.near({ x: 5, y: -5 })]).toEqual([far]);
  });

  it('follows a station that is put elsewhere', () => {
    const grid = new Grid(new SimClock());
    grid.cover(10);
    const station = stationAt(standing({ x: 0, y: 0 }, 0));
    grid.add(station);
    station.motion = standing({ x: 500, y: 0 }, 0);
    grid.moved(station);
    expect([...grid.near({ x: 0, y: 0 })]).toEqual([]);
    expect([...grid.near({ x: 505, y: 0 })]).toEqual([station]);
  });
});
