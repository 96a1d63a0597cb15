import { PhoneKeyError } from '../lib/errors.js';
import { takeController } from '../lib/hci/transport.js';
import type { HciTransport } from '../lib/hci/transport.js';
import { check, checkOptions, having, needed, oneOf } from '../lib/platform/check.js';
import { loadStack } from '../lib/radio/loader/stack-loader.js';
import { hciSocketClass } from './hci-socket.js';

/** The central's host stack, as `@abandonware/noble` types it. */
export type NobleModule = typeof import('@abandonware/noble') & { readonly state: string };
/** The peripheral's host stack, as `@abandonware/bleno` types it. */
export type BlenoModule = typeof import('@abandonware/bleno');

/** A noble of its own on a virtual controller. */
export interface NobleHandle extends Disposable {
  /** As `import noble` gives it; other instances do not see its adapter. */
  readonly noble: NobleModule;
  /** Powers the controller off. Nothing of noble keeps the process alive afterwards. */
  close(): void;
}

/** A bleno of its own on a virtual controller. */
export interface BlenoHandle extends Disposable {
  /** As `import bleno` gives it; other instances do not see its adapter. */
  readonly bleno: BlenoModule;
  /** Powers the controller off. Nothing of bleno keeps the process alive afterwards. */
  close(): void;
}

/** Which packages; those of `@stoprocent` are found only where an application has installed them. */
export interface LoadOptions {
  /** Whose noble or bleno (default `@abandonware`, which phonekey brings). */
  readonly scope?: '@abandonware' | '@stoprocent';
  /** The file that the package is looked for from, as `import.meta.url` gives it (default: one of phonekey's own). */
  readonly from?: string | URL;
}

/** The part of the packages' HCI bindings that is called here. */
interface Bindings {
  readonly _hci: { pollIsDevUp(): void };
}

interface Instance {
  readonly _bindings: Bindings;
}

/**
 * A new instance of the real, unmodified noble, with the transport's controller as its adapter. The
 * state becomes `poweredOff` when the transport closes; links end without an event then.
 * @throws PhoneKeyError `radio.unavailable` when the package is not installed; `usage.invalid` for a controller
 *   that has a host
 */
export const loadNoble = (transport: HciTransport, options: LoadOptions = {}): NobleHandle => {
  const require = loadVirtual('noble', transport, options);
  const noble = options.scope === '@stoprocent' ? instanceOf(require) : withBindings(require);
  const close = closer(transport, noble);
  return { noble: noble as NobleModule & Instance, close, [Symbol.dispose]: close };
};

/**
 * A new instance of the real, unmodified bleno, with the transport's controller as its adapter. That of
 * `@abandonware` serves one central at a time. `poweredOff` as with noble.
 * @throws PhoneKeyError `radio.unavailable` when the package is not installed
 */
export const loadBleno = (transport: HciTransport, options: LoadOptions = {}): BlenoHandle => {
  const require = loadVirtual('bleno', transport, options);
  const bleno =
    options.scope === '@stoprocent' ? instanceOf(require) : (require('index') as Instance);
  const close = closer(transport, bleno);
  return { bleno: bleno as BlenoModule & Instance, close, [Symbol.dispose]: close };
};

type Require = (path: string) => unknown;

/** Not the package's own choice of bindings, which on macOS and Windows is not HCI. */
const withBindings = (require: Require): Instance => {
  const NobleBindings = require('lib/hci-socket/bindings') as new (options: object) => Bindings;
  return (require('with-bindings') as (bindings: Bindings) => Instance)(new NobleBindings({}));
};

/** The same, as both packages of @stoprocent have it. */
const instanceOf = (require: Require): Instance =>
  (require('lib/resolve-bindings') as (type: 'hci', options: object) => Instance)('hci', {});

const CONTROLLER = needed(having('a controller', 'send', 'onPacket', 'onClose', 'close'));

const loadVirtual = (
  kind: 'noble' | 'bleno',
  transport: HciTransport,
  options: LoadOptions,
): Require => {
  check('the controller', transport, CONTROLLER);
  checkOptions(options, { scope: oneOf(['@abandonware', '@stoprocent']) });
  const { scope = '@abandonware', from } = options;
  const name = `${scope}/${kind}`;
  takeController(transport);
  try {
    const loaded = loadStack(name, hciSocketClass(transport), from);
    transport.onClose(loaded.stop);
    return loaded.require;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new PhoneKeyError('radio.unavailable', `${name} is not installed`, {
      cause: error,
      hint: `Install it: npm install --ignore-scripts ${name}`,
    });
  }
};

/** Has the stack look at its adapter once more when that is gone, instead of within a second. */
const closer = (transport: HciTransport, { _bindings }: Instance): (() => void) => {
  transport.onClose(() => {
    _bindings._hci.pollIsDevUp();
  });
  return () => {
    transport.close();
  };
};
