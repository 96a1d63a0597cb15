import type { HciTransport, Position } from '../../air/index.js';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Central, Peripheral } from '../../lib/radio/types.js';
import { captured } from '../capture/captured.js';
import type { Context } from '../context.js';

/** What a radio came to be when `auto` was asked for. */
export type Radio = 'ble' | 'virtual';

/** Bluetooth hosts that a car can have: bleno serves one phone at a time, ours several. */
export type Stack = 'bleno' | 'hci';
const HCI_LINKS = 3;

/** `auto` does not wait longer than this, in milliseconds, for an adapter that is switched off. */
const AUTO_TIMEOUT_MS = 2_000;
const CAR_AT: Position = { x: 0, y: 0 };
/** Of every phone on the virtual air. */
export const PHONE_LABEL = 'phone';
const PHONE_AT: Position = { x: 1, y: 0 };

/**
 * The radio of a phone or a fob, as `--radio` says.
 * @param label by which the virtual air knows its place
 * @throws PhoneKeyError `radio.unavailable`
 */
export const openCentral = async (
  context: Context<'radio'>,
  label = PHONE_LABEL,
): Promise<Central> => {
  const { openNobleCentral, systemNoble } = await import('../../lib/radio/noble.js');
  const { paths, log, output, options } = context;
  const stack = { clock: systemClock, log };
  const { opened, radio } = await openRadio(context, {
    ble: (limits) => openNobleCentral({ ...stack, ...limits, load: systemNoble }),
    virtual: async () => {
      const { connectHub } = await import('../../air/hub/connect.js');
      const { loadNoble } = await import('../../air/load.js');
      const place = { position: options.at, defaultPosition: PHONE_AT };
      const hci = captured(await connectHub(paths.hub, { label, ...place }), context);
      return openNobleCentral({ ...stack, load: () => Promise.resolve(loadNoble(hci)) });
    },
  });
  if (options.radio === 'auto' && radio === 'ble' && existsSync(paths.hub)) {
    output.say('using Bluetooth; a car on the virtual air is reached with --radio virtual');
  }
  return opened;
};

/**
 * The car's radio, as `--radio` says; starts the virtual air where it is needed.
 * @throws PhoneKeyError `radio.unavailable`
 */
export const openPeripheral = async (
  context: Context<'radio'>,
  label: string,
  stack: Stack = 'bleno',
): Promise<{ readonly peripheral: Peripheral; readonly radio: Radio }> => {
  const { paths, log, options } = context;
  const peripherals = stack === 'hci' ? hciPeripherals : blenoPeripherals;
  const over = await peripherals({ clock: systemClock, log });
  const { opened, radio } = await openRadio(context, {
    ble: (limits) => over.adapter(limits),
    virtual: async (onStart) => {
      const { connectOrStartHub } = await import('../../air/hub/connect.js');
      const place = { position: options.at, defaultPosition: CAR_AT, onStart };
      const peripheralLinks = stack === 'hci' ? HCI_LINKS : 1;
      const hub = await connectOrStartHub(paths.hub, { label, ...place, peripheralLinks });
      return over.controller(captured(hub, context));
    },
  });
  return { peripheral: opened, radio };
};

interface StackEnvironment {
  readonly clock: Clock;
  readonly log: Logger;
}

/** How a stack opens this machine's adapter, and a virtual controller. */
interface Peripherals {
  adapter(limits: { readonly timeoutMs?: number }): Promise<Peripheral>;
  controller(hci: HciTransport): Promise<Peripheral>;
}

const blenoPeripherals = async (options: StackEnvironment): Promise<Peripherals> => {
  const { openBlenoPeripheral, systemBleno } = await import('../../lib/radio/bleno.js');
  const { loadBleno } = await import('../../air/load.js');
  return {
    adapter: (limits) => openBlenoPeripheral({ ...options, ...limits, load: systemBleno }),
    controller: (hci) => openBlenoPeripheral({ ...options, load: async () => loadBleno(hci) }),
  };
};

const hciPeripherals = async (options: StackEnvironment): Promise<Peripherals> => {
  const { openHciPeripheral, systemHci } = await import('../../lib/radio/hci.js');
  const own = { ...options, links: HCI_LINKS };
  return {
    adapter: () => openHciPeripheral({ ...own, load: systemHci }),
    controller: (hci) => openHciPeripheral({ ...own, load: async () => hci }),
  };
};

export interface RadioOpeners<T> {
  ble(limits: { readonly timeoutMs?: number }): Promise<T>;
  /** Calls `onStart` when it has started the air itself. */
  virtual(onStart?: () => void): Promise<T>;
}

/**
 * `auto`: a usable adapter; without one the virtual air, of which whoever starts it says why. What `--capture` can
 * see is the virtual air, so that is what `auto` is then; and session keys are written of nothing else.
 * @throws PhoneKeyError `usage.invalid` for a capture of a real adapter
 */
export const openRadio = async <T>(
  { options, output }: Pick<Context, 'options' | 'output'>,
  openers: RadioOpeners<T>,
  hasAdapter = mayHaveAdapter,
): Promise<{ readonly opened: T; readonly radio: Radio }> => {
  const capture = options.capture !== undefined;
  if (options.radio === 'ble') {
    if (capture) throw realAdapter();
    return { opened: await openers.ble({}), radio: 'ble' };
  }
  if (options.radio === 'auto' && capture) {
    output.say('on the virtual air: that is what --capture sees');
  } else if (options.radio === 'auto' && options.sessionKeys !== undefined) {
    output.say('on the virtual air: session keys are written there alone');
  } else if (options.radio === 'auto') {
    const opened = (await hasAdapter()) ? await tryAdapter(openers) : undefined;
    if (opened !== undefined) return { opened, radio: 'ble' };
    const onStart = (): void =>
      output.say('no usable Bluetooth adapter, so this is a virtual air (key doctor says why)');
    return { opened: await openers.virtual(onStart).catch(withoutAdapter), radio: 'virtual' };
  }
  return { opened: await openers.virtual(), radio: 'virtual' };
};

/** Whoever meant the adapter learns that it is not used, although no air says so. */
const withoutAdapter = (error: unknown): never => {
  if (!(error instanceof PhoneKeyError) || error.code !== 'radio.unavailable') throw error;
  const { code, message, hint } = error;
  const both = `no usable Bluetooth adapter, and ${message}`;
  throw new PhoneKeyError(code, both, { cause: error, hint });
};

const realAdapter = (): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', '--capture sees the virtual air, not a real adapter', {
    hint: 'On Linux the system captures those: btmon -w FILE.',
  });

const tryAdapter = async <T>(openers: RadioOpeners<T>): Promise<T | undefined> => {
  try {
    return await openers.ble({ timeoutMs: AUTO_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof PhoneKeyError && error.code === 'radio.unavailable') return undefined;
    throw error;
  }
};

/** Linux tells at once; elsewhere only trying tells. */
const mayHaveAdapter = async (): Promise<boolean> => {
  if (process.platform !== 'linux') return true;
  const adapters = await readdir('/sys/class/bluetooth').catch(() => []);
  return adapters.some((name) => /^hci\d+$/.test(name));
};
