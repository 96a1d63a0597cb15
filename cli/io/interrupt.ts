import { once } from 'node:events';
import { PhoneKeyError } from '../../lib/errors.js';
import { EXIT } from '../exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const interrupted = (): PhoneKeyError => new PhoneKeyError('interrupted', 'interrupted');

/** Settles as `work` does. Once the signal aborts while that goes on, or if it has, `stop` is called. */
export const stopping = async <T>(
  signal: AbortSignal,
  stop: () => void,
  work: () => Promise<T>,
): Promise<T> => {
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/** Settles as `work` does, or rejects with `reason` once the signal aborts; the work goes on. */
export const orAborted = <T>(
  signal: AbortSignal,
  work: Promise<T>,
  reason = interrupted,
): Promise<T> =>
  new Promise((resolve, reject) => {
    stopping(
      signal,
      () => reject(reason()),
      () => work,
    ).then(resolve, reject);
  });

/** Ctrl-C: the first one calls the work off and lets it clean up, the second ends the process. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #unread = new AbortController();
  #tells = false;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the work is over once nobody reads what it tells. */
  get tells(): boolean {
    return this.#tells;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Nobody reads stdout any more, or nothing can be written there. */
  unread(): void {
    this.#unread.abort();
  }

  /** For work that is there to tell things: aborts on Ctrl-C, and when nobody reads them any more. */
  whileRead(): AbortSignal {
    this.#tells = true;
    return AbortSignal.any([this.signal, this.#unread.signal]);
  }

  listen(): void {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
    process.on('newListener', this.#onListener);
  }

  readonly #onSignal = (): void => {
    if (this.signal.aborted) process.exit(EXIT.interrupted);
    this.abort();
  };

  /** noble and bleno end the process on Ctrl-C when their listener is the last one: ours stays last. */
  readonly #onListener = (event: string | symbol, listener: unknown): void => {
    if (event !== 'SIGINT' || listener === this.#onSignal) return;
    process.nextTick(() => {
      process.removeListener('SIGINT', this.#onSignal);
      process.on('SIGINT', this.#onSignal);
    });
  };
}

/** Resolves once the signal aborts; rejects with its reason when `failure` does before. */
export const abortedUnless = async (failure: AbortSignal, signal: AbortSignal): Promise<void> => {
  const aborted: Promise<unknown> = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  await orAborted(failure, aborted, () => failure.reason as PhoneKeyError);
};
