import { median } from '../../../bench/measure.js';
import { LEAST_PATIENCE_MS } from '../../../lib/radio/patience.js';
import { Rng } from '../../support/rng.js';
import { Stranger } from './stranger.js';
import type { Habit } from './stranger.js';
import { LoadWorld } from './world.js';
import type { Stack } from './world.js';

export interface SiegeFigures {
  readonly unlocks: number;
  /** Of these, with the first call, which takes 15 s at most. */
  readonly atFirstCall: number;
  /** From the first call to the open door, in simulated milliseconds. */
  readonly medianMs: number;
  readonly mostMs: number;
  /** The longest link of a stranger, once the car knows what they are like. */
  readonly longestHoldMs: number;
  readonly strangersLinks: number;
}

/**
 * The longest link of a stranger: the car waits for the subscription and then for the proof, and it takes some
 * connection events until a link is seen to be down.
 */
export const LONGEST_HOLD_MS = 2 * LEAST_PATIENCE_MS + 200;

/** How long the strangers have been at it before the owner comes. */
const BEFORE_MS = 60_000;
/** The owner comes back at some moment within this time. */
const PAUSE_MS = 20_000;
/** Of each stranger, whose links are long until patience is lost. */
const FIRST_LINKS = 2;
/** Who has not got in by then is locked out. */
const MOST_CALLS = 20;

/** An owner at a car whose links strangers take again and again. */
export const runSiege = async (
  seed: string,
  stack: Stack,
  habits: readonly Habit[],
  unlocks: number,
): Promise<SiegeFigures> => {
  const world = await LoadWorld.start(`siege ${seed}`, stack);
  const rng = new Rng(`siege ${seed}`);
  const { clock } = world;
  const strangers: Stranger[] = [];
  try {
    const owner = await world.phone('enrolled');
    for (const habit of habits) strangers.push(new Stranger(await world.central(), clock, habit));
    await clock.advance(BEFORE_MS);
    const waits: number[] = [];
    let atFirstCall = 0;
    for (let i = 0; i < unlocks; i++) {
      const since = clock.now();
      for (let call = 1; ; call++) {
        if (call > MOST_CALLS) throw new Error(`locked out, seed ${seed}: ${habits.join(', ')}`);
        const { outcome } = await clock.until(world.unlock(owner));
        if (outcome !== 'opened') continue;
        if (call === 1) atFirstCall += 1;
        break;
      }
      waits.push(Math.round(clock.now() - since));
      await clock.advance(rng.unit() * PAUSE_MS);
    }
    const held = strangers.flatMap((stranger) => stranger.held.slice(FIRST_LINKS));
    return {
      unlocks,
      atFirstCall,
      medianMs: median(waits),
      mostMs: Math.max(...waits),
      longestHoldMs: Math.round(Math.max(...held)),
      strangersLinks: held.length,
    };
  } finally {
    for (const stranger of strangers) stranger.stop();
    await clock.until(Promise.all(strangers.map(({ done }) => done)));
    await world.close();
  }
};
