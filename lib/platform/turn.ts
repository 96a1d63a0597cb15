const waiting: (() => void)[] = [];

/** Where there is no setImmediate: a message to oneself, each of which runs the oldest that waits. */
const overMessages = (): ((fn: () => void) => void) => {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => waiting.shift()?.());
  port1.start();
  return (fn) => {
    waiting.push(fn);
    port2.postMessage(undefined);
  };
};

/** Calls `fn` in a turn of its own, in the order of the calls: after what can run now, promises included. */
export const inTurn: (fn: () => void) => void =
  typeof setImmediate === 'function' ? (fn) => void setImmediate(fn) : overMessages();
