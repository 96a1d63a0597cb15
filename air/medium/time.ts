import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { SimClock, turnsOf } from '../../lib/platform/sim-clock.js';
import { stay } from '../../lib/platform/stay.js';

/** Time as the medium has it: a clock, and turns. */
export interface AirTime extends Clock {
  /** Runs `deliver` in a turn of its own, in the order of the calls. */
  readonly defer: (deliver: () => void) => void;
  /** Something is on the air, for which a process stays as with an adapter, until what is returned is called. */
  readonly hold: () => Cancel;
}

/** On a simulated clock nothing happens by itself. */
const LEAVE: Cancel = () => undefined;

/**
 * The medium's time on a clock. On a simulated one its timers give nobody a turn, as they are many and
 * most of them are its own affair; whoever goes on to run code of others defers that.
 */
export const airTime = (clock: Clock): AirTime => {
  const timers = clock instanceof SimClock ? clock.quiet : clock;
  return {
    now: timers.now.bind(timers),
    after: timers.after.bind(timers),
    defer: turnsOf(clock),
    hold: clock instanceof SimClock ? () => LEAVE : stay,
  };
};
