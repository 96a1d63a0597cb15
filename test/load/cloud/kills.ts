import type { Random } from '../../../lib/platform/random.js';
import type { Killable } from './service.js';

/** From one kill to the next, in milliseconds: at least, and as much again by chance. */
const BETWEEN_MS = 4_000;
/** For how long it is away at most. */
const AWAY_MS = 2_000;
/** In so many of 256 cases a second one goes with it. */
const TWO_AT_ONCE = 64;
const START_TRIES = 60;

export type Kills = Record<Killable['name'], number>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills one or two of them again and again, as `random` says, and starts them again, until it is to end. */
export const killAtRandom = async (
  parts: readonly Killable[],
  random: Random,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Kills> => {
  const kills: Kills = { service: 0, database: 0, broker: 0 };
  while (!signal.aborted) {
    const [between = 0, which = 0, two = 0, away = 0] = random(4);
    await pause(BETWEEN_MS * (1 + between / 255));
    const first = which % parts.length;
    const victims = parts.filter(
      (_, n) => n === first || (two < TWO_AT_ONCE && n === (first + 1) % parts.length),
    );
    await Promise.all(victims.map((part) => part.kill()));
    for (const { name } of victims) kills[name] += 1;
    await pause((AWAY_MS * away) / 255);
    // Who needs another one comes after it.
    for (const part of [...victims].reverse()) await startAgain(part);
    say(`killed: ${victims.map(({ name }) => name).join(' and ')}`);
  }
  return kills;
};

const startAgain = async (part: Killable): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await part.start();
      return;
    } catch (error) {
      if (tries === START_TRIES) throw error;
      await part.kill();
      await pause(500);
    }
  }
};
