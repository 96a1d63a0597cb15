import { distance } from './path-loss.js';
import type { Position } from './path-loss.js';

/** How fast somebody walks, or drives: metres in a second. */
export const SPEED_RANGE = { min: 0.001, max: 1000 } as const;

/** A walk in a straight line at constant speed; standing still is one that has ended. */
export interface Motion {
  readonly from: Position;
  readonly to: Position;
  /** Metres in a second. */
  readonly speed: number;
  /** When it began, in milliseconds on the medium's clock. */
  readonly since: number;
  /** When it ends. */
  readonly until: number;
}

export const standing = (at: Position, now: number): Motion => ({
  from: at,
  to: at,
  speed: 0,
  since: now,
  until: now,
});

/** @param speed metres in a second, above 0 */
export const walking = (from: Position, to: Position, speed: number, now: number): Motion => ({
  from,
  to,
  speed,
  since: now,
  until: now + (distance(from, to) / speed) * 1000,
});

export const positionAt = ({ from, to, since, until }: Motion, now: number): Position => {
  if (now >= until) return to;
  const share = (now - since) / (until - since);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
};
