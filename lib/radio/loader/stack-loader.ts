import os from 'node:os';
import { loadPackage } from './package-loader.js';

/** A package that was loaded for one user of it. */
export interface LoadedPackage {
  /** Takes paths inside the package (`lib/noble`). */
  readonly require: (path: string) => unknown;
  /** Ends its timers, and takes its listeners from the process. */
  readonly stop: () => void;
}

const SOCKET = '@abandonware/bluetooth-hci-socket';

/** The name that bleno gives to whoever connects, instead of the computer's. */
const DEVICE_NAME = 'phonekey';

/** Choose an adapter or a channel of the Linux kernel; a virtual adapter knows neither. */
const ADAPTER_VARIABLES = new Set([
  'HCI_CHANNEL_USER',
  'NOBLE_HCI_DEVICE_ID',
  'BLENO_HCI_DEVICE_ID',
]);

/**
 * A new instance of noble or bleno, unmodified. Neither can be stopped: they ask every second whether the
 * adapter is up, for ever, and listen to the process. So they are given a `setTimeout` and a `process` of
 * their own. Their listeners of SIGINT are not let through: they would exit with 1 before a program can end
 * in order.
 * @param socket The class for HCI sockets of a virtual adapter, of which nothing keeps the process alive;
 *   without it this machine's own
 * @throws the loader's MODULE_NOT_FOUND when the package is not installed
 */
export const loadStack = (name: string, socket?: object): LoadedPackage => {
  const timers = startTimers(socket === undefined);
  const exits: NodeJS.ExitListener[] = [];
  const on = function (this: NodeJS.Process, event: string, listener: () => void): NodeJS.Process {
    // Switches the radio off; of a virtual one that is for its owner to do.
    if (event === 'exit' && socket === undefined) {
      process.on('exit', listener);
      exits.push(listener);
    }
    return this;
  };
  const own = socket === undefined ? {} : { env: { value: withoutAdapter(process.env) } };
  return {
    require: loadPackage({
      name,
      modules: {
        os: { ...os, hostname: () => DEVICE_NAME, ...(socket !== undefined && ANY_HCI_PLATFORM) },
        ...(socket !== undefined && { [SOCKET]: socket }),
      },
      globals: {
        process: Object.create(process, { ...own, on: { value: on } }) as NodeJS.Process,
        setTimeout: timers.setTimeout,
      },
    }),
    stop: () => {
      timers.stop();
      for (const listener of exits.splice(0)) process.removeListener('exit', listener);
    },
  };
};

/**
 * A platform on which both stacks use HCI, and on which no kernel answers connection parameter requests in
 * noble's place.
 */
const ANY_HCI_PLATFORM = { platform: () => 'freebsd' };

const withoutAdapter = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !ADAPTER_VARIABLES.has(name)));

const startTimers = (keepAlive: boolean) => {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    setTimeout: (run: () => void, ms: number): NodeJS.Timeout => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, ms);
      if (!keepAlive) timer.unref();
      if (stopped) clearTimeout(timer);
      else timers.add(timer);
      return timer;
    },
    stop: (): void => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};
