import { stopping } from './interrupt.js';

/**
 * Tells what happens elsewhere until the signal aborts: Ctrl-C, or nobody reads it any more.
 * @throws what `ended` gives, when the other side ends first
 */
export const follow = async <E>(
  signal: AbortSignal,
  events: AsyncIterable<E> & { stop(): void },
  tell: (event: E) => Promise<void> | void,
  ended: () => Error,
): Promise<void> => {
  await stopping(
    signal,
    () => events.stop(),
    async () => {
      for await (const event of events) await tell(event);
    },
  );
  if (!signal.aborted) throw ended();
};
