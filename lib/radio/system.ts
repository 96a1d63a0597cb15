import { systemClock, type Cancel } from '../platform/clock.js';
import type { Bleno, LoadedBleno } from './bleno-types.js';
import type { LoadedNoble, Noble } from './noble-types.js';
import { stackInternals } from './stack.js';

const POLL_MS = 1000;

/**
 * noble on this machine's own adapter. Its native parts are needed only here.
 * @throws whatever the package throws; `openNobleCentral` translates it
 */
export const systemNoble = async (): Promise<LoadedNoble> => {
  const require = loader();
  // Not the package's main module, which is one instance for the whole process.
  const create = require('@abandonware/noble/with-custom-binding') as (options: object) => Noble;
  const noble = create({});
  return { noble, close: releaser(noble) };
};

/**
 * bleno on this machine's own adapter.
 * @throws whatever the package throws; `openBlenoPeripheral` translates it
 */
export const systemBleno = async (): Promise<LoadedBleno> => {
  const require = loader();
  const bleno = require('@abandonware/bleno') as Bleno;
  const release = releaser(bleno);
  return {
    bleno,
    close: () => {
      release();
      if (stackInternals(bleno)._hci !== undefined) {
        const mgmt = require('@abandonware/bleno/lib/hci-socket/mgmt') as { _socket: Socket };
        mgmt._socket.stop();
      }
      // bleno has one instance per load, and a released one cannot be started again.
      for (const id of Object.keys(require.cache)) {
        if (/[\\/]@abandonware[\\/]bleno[\\/]/.test(id)) Reflect.deleteProperty(require.cache, id);
      }
    },
  };
};

interface Socket {
  stop(): void;
}

const loader = (): NodeJS.Require =>
  process.getBuiltinModule('module').createRequire(import.meta.url);

/**
 * Neither stack can be stopped. Prepares one for it before it starts; the function returned ends its
 * polling, its socket and its process listeners, so that the process can end.
 */
const releaser = (stack: object): (() => void) => {
  const bindings = stackInternals(stack);
  const host = bindings._hci;
  let exitListeners: NodeJS.ExitListener[] = [];
  const init = bindings.init?.bind(bindings);
  if (init !== undefined) {
    bindings.init = () => {
      const before = process.listeners('exit');
      try {
        init();
      } finally {
        exitListeners = process.listeners('exit').filter((each) => !before.includes(each));
      }
    };
  }
  const stopPolling = host?.pollIsDevUp === undefined ? undefined : replacePolling(host);
  return () => {
    stopPolling?.();
    for (const listener of exitListeners) process.removeListener('exit', listener);
    host?._socket?.stop();
    bindings.stop?.();
  };
};

/**
 * Both stacks ask every second whether the adapter is up, by a timer that nobody can stop. Gives them
 * one that can be.
 */
const replacePolling = (host: { pollIsDevUp?: () => void }): Cancel => {
  const original = host.pollIsDevUp;
  // The original sets its timer last, with `this.pollIsDevUp.bind(this)`: that is where it is left.
  const leave = new Error('would set a timer');
  let cancel: Cancel = () => undefined;
  let stopped = false;
  const poll = (): void => {
    if (stopped) return;
    try {
      original?.call(host);
    } catch (error) {
      if (error !== leave) throw error;
    }
    cancel();
    cancel = systemClock.after(POLL_MS, poll);
  };
  host.pollIsDevUp = Object.assign(poll, {
    bind: (): never => {
      throw leave;
    },
  });
  return () => {
    stopped = true;
    cancel();
  };
};
