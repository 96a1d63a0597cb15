import { PhoneKeyError } from '../lib/errors.js';
import type { HciTransport } from '../lib/hci/transport.js';
import { loadStack } from '../lib/radio/loader/stack-loader.js';
import type { LoadedPackage } from '../lib/radio/loader/stack-loader.js';
import { hciSocketClass } from './hci-socket.js';

/** The central's host stack, as `@abandonware/noble` types it. */
export type NobleModule = typeof import('@abandonware/noble') & { readonly state: string };
/** The peripheral's host stack, as `@abandonware/bleno` types it. */
export type BlenoModule = typeof import('@abandonware/bleno');

/** A noble of its own on a virtual controller. */
export interface NobleHandle {
  /** As `import noble` gives it; other instances do not see its adapter. */
  readonly noble: NobleModule;
  /** Powers the controller off. Nothing of noble keeps the process alive afterwards. */
  close(): void;
}

/** A bleno of its own on a virtual controller. */
export interface BlenoHandle {
  /** As `import bleno` gives it; other instances do not see its adapter. */
  readonly bleno: BlenoModule;
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
  const { require } = loadVirtual('@abandonware/noble', transport);
  // Not the package's own choice of bindings, which on macOS and Windows is not HCI.
  const NobleBindings = require('lib/hci-socket/bindings') as new (options: object) => Bindings;
  const withBindings = require('with-bindings') as (bindings: Bindings) => NobleModule;
  const bindings = new NobleBindings({});
  return { noble: withBindings(bindings), close: closer(transport, bindings) };
};

/**
 * A new instance of the real, unmodified bleno, with the transport's controller as its adapter. It
 * serves one central at a time. `poweredOff` as with noble.
 * @throws PhoneKeyError `radio.unavailable` when the package is not installed
 */
export const loadBleno = (transport: HciTransport): BlenoHandle => {
  const { require } = loadVirtual('@abandonware/bleno', transport);
  const bleno = require('index') as BlenoModule & { readonly _bindings: Bindings };
  return { bleno, close: closer(transport, bleno._bindings) };
};

const loadVirtual = (name: string, transport: HciTransport): LoadedPackage => {
  try {
    const loaded = loadStack(name, hciSocketClass(transport));
    transport.onClose(loaded.stop);
    return loaded;
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
