import type { Clock } from '../../lib/platform/clock.js';
import type { VirtualController } from '../controller/controller.js';
import { keepLatest } from '../keep-latest.js';
import { positionAt, standing, walking } from '../medium/motion.js';
import type { Motion } from '../medium/motion.js';
import type { Position } from '../medium/path-loss.js';

/** Labels of each kind that are kept; beyond, the oldest is forgotten. */
const MAX_LABELS = 256;

/**
 * Where people have put what has a label. A phone is on the air only while its command runs: here it
 * keeps its place, and goes on walking, until it comes again.
 */
export class Places {
  readonly #clock: Clock;
  readonly #remembered = new Map<string, Motion>();
  /** Where those that have left were last, moved or not. */
  readonly #lastSeen = new Map<string, Position>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps where the label is, or where it walks to, as its controller's station has it. */
  remember(label: string, motion: Motion): void {
    keepLatest(this.#remembered, label, motion, MAX_LABELS);
  }

  /** Takes note that a controller is about to leave. */
  left({ label, position }: VirtualController): void {
    if (label !== '') keepLatest(this.#lastSeen, label, position, MAX_LABELS);
  }

  /**
   * Puts who is not there somewhere, or sets it walking from where it is remembered to be or was last.
   * Undefined when nothing is known of that.
   */
  move(label: string, to: Position, speed?: number): Motion | undefined {
    const now = this.#clock.now();
    const from = this.position(label);
    const motion = speed === undefined ? standing(to, now) : from && walking(from, to, speed, now);
    if (motion !== undefined) this.remember(label, motion);
    return motion;
  }

  /** Where who is not there is remembered to be now, or was last. */
  position(label: string): Position | undefined {
    const motion = this.#remembered.get(label);
    return motion === undefined ? this.#lastSeen.get(label) : positionAt(motion, this.#clock.now());
  }

  /** Puts a controller where its label is remembered to be, and lets it walk on; false when it is not. */
  recall(controller: VirtualController): boolean {
    const motion = this.#remembered.get(controller.label);
    if (motion === undefined) return false;
    const now = this.#clock.now();
    const { x, y } = positionAt(motion, now);
    controller.moveTo(x, y);
    if (now < motion.until) controller.walkTo(motion.to, motion.speed);
    return true;
  }

  /** The labels that are remembered, with or without a controller. */
  get remembered(): ReadonlyMap<string, Motion> {
    return this.#remembered;
  }
}
