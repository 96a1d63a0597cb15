import { asPhoneKeyError, PhoneKeyError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';

/** The part of an EventEmitter that is used of noble, bleno and their objects. */
export type Emitter = Pick<NodeJS.EventEmitter, 'on' | 'removeListener'>;

type Listener = Parameters<Emitter['on']>[1];

/** Adds a listener; the function returned removes it. */
export const subscribe = (emitter: Emitter, event: string, listener: Listener): Cancel => {
  emitter.on(event, listener);
  return () => {
    emitter.removeListener(event, listener);
  };
};

export interface OperationOptions {
  /** For messages, as in "connecting took too long". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Whatever ends the operation early; a PhoneKeyError as reason is what it rejects with. */
  readonly signals?: readonly AbortSignal[];
  /** Code for errors that are not a PhoneKeyError (default `radio.link-lost`). */
  readonly failure?: ErrorCode;
  /** The error after `timeoutMs` (default `radio.timeout`). */
  readonly timeoutError?: () => PhoneKeyError;
}

export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  /** Listens until the operation has settled. */
  readonly on: (emitter: Emitter, event: string, listener: Listener) => void;
}

/**
 * Runs one operation of a radio stack that answers by an event, or never. `start` sets its listeners
 * and starts it. Settles on the first of: the answer, an error, a signal, the timeout; afterwards no
 * listener and no timer is left.
 * @throws PhoneKeyError
 */
export const runOperation = <T>(
  clock: Clock,
  options: OperationOptions,
  start: (settle: Settle<T>) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancels: Cancel[] = [];
    let settled = false as boolean;
    /** False where it has settled before. */
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      for (const cancel of cancels.splice(0)) cancel();
      return true;
    };
    const fail = (error: unknown): void => {
      if (!settle()) return;
      reject(asPhoneKeyError(error, options.failure ?? 'radio.link-lost', options.what));
    };

    for (const signal of options.signals ?? []) {
      if (signal.aborted) {
        fail(abortError(signal));
        return;
      }
      const onAbort = (): void => {
        fail(abortError(signal));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      cancels.push(() => {
        signal.removeEventListener('abort', onAbort);
      });
    }
    cancels.push(
      clock.after(options.timeoutMs, () => {
        fail(
          options.timeoutError?.() ??
            new PhoneKeyError('radio.timeout', `${options.what} took too long`),
        );
      }),
    );
    try {
      start({
        resolve: (value) => {
          if (settle()) resolve(value);
        },
        reject: fail,
        on: (emitter, event, listener) => {
          cancels.push(subscribe(emitter, event, listener));
        },
      });
    } catch (error) {
      fail(error);
    }
    // Where `start` settled first, and listened then.
    if (settled) for (const cancel of cancels) cancel();
  });

/** Calls `act`, then waits for the event; resolves to the error where it failed or took too long. */
export const outcomeOf = (
  clock: Clock,
  options: OperationOptions,
  emitter: Emitter,
  event: string,
  act: () => void,
): Promise<unknown> =>
  runOperation<unknown>(clock, options, ({ resolve, on }) => {
    act();
    on(emitter, event, () => {
      resolve(undefined);
    });
  }).catch((error: unknown) => error);

/** What an aborted signal means to the caller: the PhoneKeyError it was aborted with, or `interrupted`. */
export const abortError = (signal: AbortSignal): PhoneKeyError =>
  signal.reason instanceof PhoneKeyError
    ? signal.reason
    : new PhoneKeyError('interrupted', 'the operation was interrupted', { cause: signal.reason });

export const closedError = (): PhoneKeyError =>
  new PhoneKeyError('radio.closed', 'the radio was closed');

/** A central has one link to a device. */
export const connectedError = (): PhoneKeyError =>
  new PhoneKeyError('radio.connect-failed', 'the device is connected', {
    temporary: false,
    hint: 'Close the other link to this car first.',
  });

/** Runs operations one at a time, in the order in which they were given. */
export class OperationQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs `operation` when all earlier ones have settled. Rejects at once, without running it, when a
   * signal aborts before its turn; nobody overtakes the one that runs then.
   */
  run<T>(operation: () => Promise<T>, signals: readonly AbortSignal[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = new AbortController();
      const giveUp = (): void => {
        const aborted = signals.find((signal) => signal.aborted);
        if (aborted === undefined) return;
        waiting.abort();
        reject(abortError(aborted));
      };
      for (const signal of signals) {
        signal.addEventListener('abort', giveUp, { once: true, signal: waiting.signal });
      }
      giveUp();
      const turn = this.#tail.then(() => {
        waiting.signal.throwIfAborted();
        waiting.abort();
        return operation();
      });
      this.#tail = turn.then(resolve, reject);
    });
  }
}
