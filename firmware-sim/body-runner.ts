import type { Cancel, Clock } from '../lib/platform/clock.js';
import { driveSecondsLeft, initialBody, nextDeadline, stepBody } from './body.js';
import type { BodyEffect, BodyInput, BodyRefusal, BodyState } from './body.js';
import type { Actor } from './events.js';

/** Runs the body on a clock: keeps its state, and one timer for whatever is due next. */
export class BodyRunner {
  readonly #clock: Clock;
  readonly #onEffect: (effect: BodyEffect, by: Actor) => void;
  #state: BodyState = initialBody;
  #timer: Cancel | undefined;

  constructor(clock: Clock, onEffect: (effect: BodyEffect, by: Actor) => void) {
    this.#clock = clock;
    this.#onEffect = onEffect;
  }

  /** Applies one input; effects are reported before it returns. Gives the refusal, if any. */
  apply(input: BodyInput, by: Actor = 'car'): BodyRefusal | undefined {
    const { state, effects, refusal } = stepBody(this.#state, input, this.#clock.now());
    this.#state = state;
    this.#rearm();
    for (const effect of effects) this.#onEffect(effect, by);
    return refusal;
  }

  /** The state now: whatever was due has happened. */
  state(): BodyState {
    this.apply({ type: 'tick' });
    return this.#state;
  }

  driveSecondsLeft(): number {
    return driveSecondsLeft(this.state(), this.#clock.now());
  }

  /** Cancels the timer. Nothing happens by itself any more. */
  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  #rearm(): void {
    this.stop();
    const at = nextDeadline(this.#state);
    if (at === undefined) return;
    // A timer may fire a fraction early; then the tick changes nothing and sets it again.
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.apply({ type: 'tick' });
    });
  }
}
