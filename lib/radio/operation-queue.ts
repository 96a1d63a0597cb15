import { abortError } from './operation.js';

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
