import type { Pace } from '../../../air/index.js';
import type { HostileCentral, Manner } from '../../../lab/hostile-central.js';
import { LEAST_PATIENCE_MS } from '../../../lib/radio/patience.js';
import { Rng } from '../../support/rng.js';
import { isHabit, Stranger } from './stranger.js';
import type { Habit } from './stranger.js';
import { LoadWorld } from './world.js';
import type { Stack, Turn } from './world.js';

/** Who knows no more than a phone's host does, or has a controller do all that it can. */
export type Enemy = Habit | Manner;

export interface Siege {
  readonly stack: Stack;
  readonly pace: Pace;
  readonly enemies: readonly Enemy[];
}

/** The longest link of a stranger: it takes some connection events until one is seen to be down. */
export const LONGEST_HOLD_MS = LEAST_PATIENCE_MS + 200;

/** How long the strangers have been at it before the owner comes: the car knows what they are like. */
const BEFORE_MS = 15_000;
/** The owner comes back at some moment within this time. */
const PAUSE_MS = 3_000;
/** Of each stranger, whose links are long until patience is lost. */
const FIRST_LINKS = 4;
export interface SiegeCalls {
  readonly turns: readonly Turn[];
  /** How long the strangers' links lasted once the car knew them, in milliseconds. */
  readonly held: readonly number[];
}

/** How calls of 15 s end at a car whose links strangers take again and again. */
export const runSiege = async (
  seed: string,
  { stack, pace, enemies }: Siege,
  calls: number,
): Promise<SiegeCalls> => {
  const world = await LoadWorld.start(`siege ${seed}`, stack, pace);
  const rng = new Rng(`siege ${seed}`);
  const { clock } = world;
  const strangers: (Stranger | HostileCentral)[] = [];
  try {
    const owner = await world.phone('enrolled');
    for (const enemy of enemies) {
      strangers.push(
        isHabit(enemy)
          ? new Stranger(await world.central(), clock, enemy)
          : world.hostileCentral(enemy),
      );
    }
    await clock.advance(BEFORE_MS);
    const turns: Turn[] = [];
    for (let call = 0; call < calls; call++) {
      await clock.advance(rng.unit() * PAUSE_MS);
      turns.push(await clock.until(world.unlock(owner)));
    }
    return { turns, held: strangers.flatMap((stranger) => stranger.held.slice(FIRST_LINKS)) };
  } finally {
    for (const stranger of strangers) stranger.stop();
    await clock.until(Promise.all(strangers.map(({ done }) => done)));
    await world.close();
  }
};
