import type { CarStatus, KeyEntry, Outcome, Result } from '../../domain/outcomes.js';
import { refusalError } from '../../domain/refusals.js';
import { PhoneKeyError } from '../../errors.js';

/** What a car's Result means to the person who asked. */

/**
 * For commands that act: an answer that is neither yes nor no leaves open whether the car did it.
 * @throws PhoneKeyError `car.not-permitted`, `car.refused`, `protocol.malformed`
 */
export const expectDone = ({ outcome }: Result): void => {
  if (outcome.type !== 'done') throw unexpected(outcome, true);
};

/** @throws as `expectDone` */
export const expectStatus = ({ outcome, clockLost }: Result): CarStatus => {
  if (outcome.type !== 'status') throw unexpected(outcome);
  return { ...outcome.status, clockLost };
};

/** @throws as `expectDone` */
export const expectKeys = ({ outcome }: Result): KeyEntry[] => {
  if (outcome.type !== 'keys') throw unexpected(outcome);
  return [...outcome.keys];
};

const unexpected = (outcome: Outcome, mayHaveSucceeded = false): PhoneKeyError =>
  outcome.type === 'refused'
    ? refusalError(outcome.refusal)
    : new PhoneKeyError('protocol.malformed', 'the car answered something else than was asked', {
        mayHaveSucceeded,
      });
