import { PhoneKeyError } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';
import { failedBy } from './attempt.js';
import type { Tried } from './attempt.js';
import { begin, step } from './ways.js';
import type { Choice, ChoiceEffect, ChoiceInput, Way } from './ways.js';

/** What a way tells while it is under way. */
export interface WayEvents {
  readonly heard: () => void;
  readonly answered: () => void;
}

/** What came of the ways that had begun. */
export interface Race<T> {
  /** By which the call ends; none: it failed over all of them. */
  readonly by?: Way;
  readonly tried: ReadonlyMap<Way, Tried<T>>;
}

/**
 * Carries out what ways.ts says; resolves when all that had begun is at its end, the ones called off too. Does not reject.
 * @param order the ways, the first of which begins
 * @param run asks over one of them, until the signal calls it off
 */
export const race = <T>(
  clock: Clock,
  order: readonly Way[],
  run: (way: Way, events: WayEvents, signal: AbortSignal) => Promise<Tried<T>>,
): Promise<Race<T>> =>
  new Promise((resolve) => {
    let state: Choice;
    let cancel: Cancel = () => undefined;
    const tried = new Map<Way, Tried<T>>();
    const runs = new Map<Way, { readonly off: AbortController; readonly end: Promise<void> }>();
    const heard = new Set<Way>();

    const start = (way: Way): void => {
      const off = new AbortController();
      const tell = (type: 'heard' | 'answered') => (): void => {
        if (!off.signal.aborted) dispatch({ type, way });
      };
      const tellHeard = tell('heard');
      const events = {
        heard: () => {
          heard.add(way);
          tellHeard();
        },
        answered: tell('answered'),
      };
      const end = run(way, events, off.signal)
        .catch(failedBy)
        .then((how) => {
          tried.set(way, off.signal.aborted ? calledOff(way, heard.has(way)) : how);
          dispatch({ type: 'ended', way, settles: settles(how) });
        });
      runs.set(way, { off, end });
    };
    const effect = (each: ChoiceEffect): void => {
      switch (each.type) {
        case 'start':
          start(each.way);
          break;
        case 'stop':
          runs.get(each.way)?.off.abort();
          break;
        case 'wait':
          cancel();
          cancel = clock.after(each.ms, () => dispatch({ type: 'time' }));
          break;
        case 'over': {
          cancel();
          const { by } = each;
          const ends = [...runs.values()].map(({ end }) => end);
          void Promise.all(ends).then(() => resolve({ tried, ...(by && { by }) }));
        }
      }
    };
    const follow = (next: ReturnType<typeof step>): void => {
      ({ state } = next);
      next.effects.forEach(effect);
    };
    const dispatch = (input: ChoiceInput): void => follow(step(state, input));
    follow(begin(order));
  });

/** Done, or what no other way would do better. */
const settles = (how: Tried<unknown>): boolean => {
  if (!('failure' in how)) return true;
  const { failure } = how;
  // What is thrown by a function of the caller's own, is his.
  return !(failure instanceof PhoneKeyError) || failure.kind === 'interrupted';
};

/** Why a way was not used that had begun. */
const calledOff = (way: Way, heard: boolean): Tried<never> => {
  const code = way === 'ble' ? 'car.not-found' : 'cloud.timeout';
  const isFar = way === 'ble' && !heard;
  const message = isFar ? 'the car was not heard' : 'it had not answered yet';
  return { calledOff: true, ...failedBy(new PhoneKeyError(code, message)) };
};
