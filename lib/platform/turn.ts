/** A message to oneself, each of which runs the oldest that waits. */
export const overMessages = (): ((fn: () => void) => void) => {
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  // Node's own; a process ends when nothing waits.
  const { ref, unref } = port1 as Partial<Pick<typeof port1, 'ref' | 'unref'>>;
  port1.addEventListener('message', () => {
    const next = waiting.shift();
    if (waiting.length === 0) unref?.call(port1);
    next?.();
  });
  port1.start();
  unref?.call(port1);
  return (fn) => {
    if (waiting.length === 0) ref?.call(port1);
    waiting.push(fn);
    port2.postMessage(undefined);
  };
};

// As it is when this is loaded. A test that fakes its timers later stops the time, not what is on its way; one that
// has done so already is told by what its fakes carry with them.
const immediate = typeof setImmediate === 'function' ? setImmediate : undefined;
const isFake = immediate !== undefined && 'clock' in immediate;

/** Calls `fn` in a turn of its own, in the order of the calls: after what can run now, promises included. */
export const inTurn: (fn: () => void) => void =
  immediate === undefined || isFake ? overMessages() : (fn) => void immediate(fn);
