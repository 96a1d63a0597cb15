import { abortError } from './operation.js';

/** Runs operations one at a time, in the order in which they were given. */
export class OperationQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs `operation` when all earlier ones have settled. Rejects at once, without running it, when a
   * signal aborts before its turn; nobody overtakes the one that runs then.
   */
  async run<T>(operation: () => Promise<T>, signals: readonly AbortSignal[] = []): Promise<T> {
    const earlier = this.#tail;
    let release = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tail = earlier.then(() => finished);
    try {
      await unlessAborted(earlier, signals);
      return await operation();
    } finally {
      release();
    }
  }
}

const unlessAborted = (wait: Promise<unknown>, signals: readonly AbortSignal[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const listeners = signals.map((signal) => {
      const onAbort = (): void => {
        forget();
        reject(abortError(signal));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      return { signal, onAbort };
    });
    const forget = (): void => {
      for (const { signal, onAbort } of listeners) signal.removeEventListener('abort', onAbort);
    };
    for (const { signal, onAbort } of listeners) {
      if (signal.aborted) {
        onAbort();
        return;
      }
    }
    void wait.then(() => {
      forget();
      resolve();
    });
  });
