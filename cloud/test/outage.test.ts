import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { conditionAfter, FLAP_MS, Outage, WELL } from '../service/outage.js';
import type { Condition } from '../service/outage.js';
import { OUTAGE_MODES } from '../types.js';

const MINUTE_MS = 60_000;

const rig = () => {
  const clock = new SimClock();
  const told: string[] = [];
  const conditions: Condition[] = [];
  const outage = new Outage(clock, {
    changed: (condition) => conditions.push(condition),
    failing: (mode, ms) => told.push(`${mode} for ${String(ms)}`),
    recovered: () => told.push('recovered'),
  });
  return { clock, told, conditions, outage };
};

describe('an outage', () => {
  it.each([
    ['500', { answers: 'with-500' }],
    ['timeout', { answers: 'never' }],
    ['refuse', { listens: false }],
    ['slow', { answers: 'late' }],
    ['dns', { resolvable: false }],
  ] as const)('of mode %s lasts as long as it was told, and ends by itself', async (mode, how) => {
    const { clock, told, outage } = rig();
    outage.begin(mode, 20 * MINUTE_MS);
    expect(outage).toMatchObject({ mode, condition: { ...WELL, ...how } });
    await clock.advance(20 * MINUTE_MS - 1);
    expect(outage).toMatchObject({ mode, condition: { ...WELL, ...how } });
    await clock.advance(1);
    expect(outage).toMatchObject({ mode: undefined, condition: WELL });
    expect(told).toEqual([`${mode} for 1200000`, 'recovered']);
    expect(clock.pending).toBe(0);
  });

  it('of mode flap is down and up in turn', async () => {
    const { clock, conditions, told, outage } = rig();
    outage.begin('flap', 3.5 * FLAP_MS);
    await clock.advance(MINUTE_MS);
    expect(conditions.map(({ answers }) => answers)).toEqual([
      'with-500',
      'normally',
      'with-500',
      'normally',
      'normally',
    ]);
    expect(told).toEqual(['flap for 14000', 'recovered']);
  });

  it('takes the place of one that goes on, with its own time', async () => {
    const { clock, told, outage } = rig();
    outage.begin('dns', MINUTE_MS);
    await clock.advance(MINUTE_MS / 2);
    outage.begin('500', MINUTE_MS);
    expect(outage.condition).toEqual({ ...WELL, answers: 'with-500' });
    await clock.advance(MINUTE_MS - 1);
    expect(outage.mode).toBe('500');
    await clock.advance(1);
    expect(outage.mode).toBeUndefined();
    expect(told).toEqual(['dns for 60000', '500 for 60000', 'recovered']);
  });

  it('ends when it is told to, and once', async () => {
    const { clock, told, outage } = rig();
    outage.end();
    outage.begin('dns', 2 * MINUTE_MS);
    outage.begin('refuse', MINUTE_MS);
    outage.end();
    outage.end();
    expect(outage.condition).toEqual(WELL);
    expect(clock.pending).toBe(0);
    await clock.advance(2 * MINUTE_MS);
    expect(told).toEqual(['dns for 120000', 'refuse for 60000', 'recovered']);
  });

  it('is never well in a mode that stays, and in each there is something wrong at the beginning', () => {
    for (const mode of OUTAGE_MODES) {
      expect(conditionAfter(mode, 0).condition).not.toEqual(WELL);
      if (mode !== 'flap') expect(conditionAfter(mode, MINUTE_MS)).toEqual(conditionAfter(mode, 0));
    }
  });
});
