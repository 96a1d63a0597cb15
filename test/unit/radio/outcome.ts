import { PhoneKeyError } from '../../../lib/errors.js';

/** The outcome of a promise, so that it can be looked at after a simulated clock has moved. */
export const outcome = <T>(promise: Promise<T>) => {
  const seen: { value?: T; error?: PhoneKeyError; done: boolean } = { done: false };
  promise.then(
    (value) => Object.assign(seen, { value, done: true }),
    (error: unknown) => {
      if (!(error instanceof PhoneKeyError)) throw error;
      Object.assign(seen, { error, done: true });
    },
  );
  return seen;
};
