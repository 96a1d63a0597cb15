/**
 * Tells what happens elsewhere until Ctrl-C.
 * @throws what `ended` gives, when the other side ends first
 */
export const follow = async <E>(
  signal: AbortSignal,
  events: AsyncIterable<E> & { stop(): void },
  tell: (event: E) => Promise<void> | void,
  ended: () => Error,
): Promise<void> => {
  const stop = (): void => {
    events.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const event of events) await tell(event);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (!signal.aborted) throw ended();
};
