import os from 'node:os';
import { PhoneKeyError } from '../lib/errors.js';
import type { HciTransport } from '../lib/hci/transport.js';
import { hciSocketClass } from './hci-socket.js';
import { loadPackage } from './package-loader.js';

/** The central's host stack, as `@abandonware/noble` types it. */
export type Noble = typeof import('@abandonware/noble') & { readonly state: string };
/** The peripheral's host stack, as `@abandonware/bleno` types it. */
export type Bleno = typeof import('@abandonware/bleno');

export interface NobleHandle {
  readonly noble: Noble;
  /** Powers the controller off. Nothing of noble keeps the process alive afterwards. */
  close(): void;
}

export interface BlenoHandle {
  readonly bleno: Bleno;
  /** Powers the controller off. Nothing of bleno keeps the process alive afterwards. */
  close(): void;
}

/** The part of both packages' HCI bindings that is called here. */
interface Bindings {
  readonly _hci: { pollIsDevUp(): void };
}

/**
 * A new instance of the real, unmodified noble, with the transport's controller as its adapter. The
 * state becomes `poweredOff` when the transport closes; links end without an event then.
 * @throws PhoneKeyError `radio.unavailable` when the package is not installed
 */
export const loadNoble = (transport: HciTransport): NobleHandle => {
  const require = loadStack('@abandonware/noble', transport);
  // Not the package's own choice of bindings, which on macOS and Windows is not HCI.
  const NobleBindings = require('lib/hci-socket/bindings') as new (options: object) => Bindings;
  const withBindings = require('with-bindings') as (bindings: Bindings) => Noble;
  const bindings = new NobleBindings({});
  return { noble: withBindings(bindings), close: closer(transport, bindings) };
};

/**
 * A new instance of the real, unmodified bleno, with the transport's controller as its adapter. It
 * serves one central at a time. `poweredOff` as with noble.
 * @throws PhoneKeyError `radio.unavailable` when the package is not installed
 */
export const loadBleno = (transport: HciTransport): BlenoHandle => {
  const require = loadStack('@abandonware/bleno', transport);
  const bleno = require('index') as Bleno & { readonly _bindings: Bindings };
  return { bleno, close: closer(transport, bleno._bindings) };
};

const loadStack = (name: string, transport: HciTransport): ((path: string) => unknown) => {
  try {
    return loadPackage({
      name,
      modules: { '@abandonware/bluetooth-hci-socket': hciSocketClass(transport), os: hostOs },
      globals: { process: hostProcess(), setTimeout: timeoutsUntilClosed(transport) },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new PhoneKeyError('radio.unavailable', `${name} is not installed`, {
      cause: error,
      hint: `Install it: npm install --ignore-scripts ${name}`,
    });
  }
};

/** Has the stack look at its adapter once more when that is gone, instead of within a second. */
const closer = (transport: HciTransport, bindings: Bindings): (() => void) => {
  transport.onClose(() => {
    bindings._hci.pollIsDevUp();
  });
  return () => {
    transport.close();
  };
};

/** The name that bleno gives to whoever connects, instead of the computer's. */
const DEVICE_NAME = 'phonekey';

/**
 * `os` as the stacks see it: a platform on which both use HCI, and on which no kernel answers connection
 * parameter requests in noble's place.
 */
const hostOs = { ...os, platform: () => 'freebsd', hostname: () => DEVICE_NAME };

/** Choose an adapter or a channel of the Linux kernel; a virtual adapter knows neither. */
const ADAPTER_VARIABLES = new Set([
  'HCI_CHANNEL_USER',
  'NOBLE_HCI_DEVICE_ID',
  'BLENO_HCI_DEVICE_ID',
]);

/**
 * `process` as the stacks see it. Their listeners are not let through: at exit they would switch the
 * radio off, which its owner does; on SIGINT they would exit with 1 before a program can end in order.
 */
const hostProcess = (): NodeJS.Process =>
  Object.create(process, {
    env: {
      value: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !ADAPTER_VARIABLES.has(name)),
      ),
    },
    on: {
      value(this: NodeJS.Process): NodeJS.Process {
        return this;
      },
    },
  }) as NodeJS.Process;

/**
 * `setTimeout` as the stacks see it: they ask every second whether the adapter is up, for ever. That
 * does not keep the process alive, and ends when the transport closes.
 */
const timeoutsUntilClosed = (transport: HciTransport): typeof setTimeout => {
  const timers = new Set<NodeJS.Timeout>();
  transport.onClose(() => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  });
  const start = (run: () => void, ms: number): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms).unref();
    if (transport.closed) clearTimeout(timer);
    else timers.add(timer);
    return timer;
  };
  return start as typeof setTimeout;
};
