import { LoadWorld } from './world.js';
import type { Stack, Turn } from './world.js';

/** How a car holds as many keys as phones stand around it (lib/credentials/key-slot.ts: 19). */
const PAIRED = 19;

export interface CrowdFigures {
  readonly opened: number;
  /** What the one whose key was removed was told. */
  readonly removed: Turn;
  /** Until the last one was served, in simulated milliseconds. */
  readonly lastMs: number;
  readonly failures: readonly string[];
}

/** 19 phones with a key and one whose key was removed, all of which want to unlock at the same time. */
export const runCrowd = async (seed: string, stack: Stack): Promise<CrowdFigures> => {
  const world = await LoadWorld.start(`crowd ${seed}`, stack);
  try {
    const removed = await world.phone('removed');
    const phones = [];
    for (let i = 0; i < PAIRED; i++) phones.push(await world.phone('enrolled'));
    const all = [removed, ...phones].map((phone) => world.unlock(phone));
    const [stranger, ...turns] = await world.clock.until(Promise.all(all));
    if (stranger === undefined) throw new Error('nobody was there');
    const opened = turns.filter(({ outcome }) => outcome === 'opened');
    return {
      opened: opened.length,
      removed: stranger,
      lastMs: Math.round(Math.max(...turns.map(({ ms }) => ms))),
      failures: turns.flatMap(({ outcome }) => (outcome === 'opened' ? [] : [outcome])),
    };
  } finally {
    await world.close();
  }
};
