import { PhoneKeyError, errorMessage } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import * as rule from '../platform/check.js';
import { checkOptions } from '../platform/check.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { runOperation } from './operation.js';
import type { Emitter } from './operation.js';

/** What noble and bleno have in common. */
export interface Stack extends Emitter {
  /** 'unknown', 'poweredOn', 'poweredOff', 'unauthorized', 'unsupported', 'resetting'. */
  readonly state: string;
}

/** Given to the adapters: how to get a stack. */
export interface StackOptions<Loaded> {
  /** Loads the stack, on a real adapter or on a virtual controller. */
  readonly load: () => Promise<Loaded>;
  /** Times every operation of the radio. */
  readonly clock: Clock;
  /** Is told what went wrong and was dealt with (default: nobody). */
  readonly log?: Logger;
  /** Until the adapter is powered on, in milliseconds (default 5,000). */
  readonly timeoutMs?: number;
}

const POWER_ON_TIMEOUT_MS = 5000;

/**
 * Loads a stack and waits until its adapter is on; closes it again when that fails.
 * @throws PhoneKeyError `radio.unavailable`; the hint names the fix
 */
export const openStack = async <Loaded extends { close(): void | Promise<void> }>(
  options: StackOptions<Loaded>,
  stackOf: (loaded: Loaded) => Stack,
): Promise<Loaded> => {
  checkOptions(options, {
    load: rule.needed(rule.callback),
    clock: rule.needed(rule.clock),
    timeoutMs: rule.duration,
  });
  const { load, clock, log = silentLogger, timeoutMs = POWER_ON_TIMEOUT_MS } = options;
  let loaded: Loaded;
  try {
    loaded = await load();
  } catch (error) {
    throw radioUnavailable(error);
  }
  try {
    dropMalformedPackets(stackOf(loaded), log);
    await untilPoweredOn(stackOf(loaded), clock, timeoutMs);
    return loaded;
  } catch (error) {
    await loaded.close();
    throw error;
  }
};

/** Both stacks start when somebody listens for 'stateChange'; resolves once the adapter is on. */
const untilPoweredOn = (stack: Stack, clock: Clock, timeoutMs: number): Promise<void> =>
  runOperation<void>(
    clock,
    { what: 'starting Bluetooth', timeoutMs, timeoutError: () => stateUnavailable(stack.state) },
    ({ resolve, reject, on }) => {
      const look = (state: string): void => {
        if (state === 'poweredOn') resolve();
        // The other states may pass: an adapter comes up within a second or two.
        else if (state === 'unauthorized' || state === 'unsupported') {
          reject(stateUnavailable(state));
        }
      };
      on(stack, 'warning', (message: string) => {
        if (message.startsWith('Initialization')) reject(radioUnavailable(new Error(message)));
      });
      try {
        on(stack, 'stateChange', look); // bleno throws here where there is no adapter
        look(stack.state);
      } catch (error) {
        reject(radioUnavailable(error));
      }
    },
  );

/** What both stacks keep behind their API; `_hci` only where they run their own HCI host. */
interface StackInternals {
  stop?: () => void;
  readonly _hci?: Emitter & {
    onSocketData?: (packet: Uint8Array) => void;
    readonly _socket?: { stop(): void };
  };
}

export const stackInternals = (stack: object): StackInternals =>
  (stack as { readonly _bindings?: StackInternals })._bindings ?? {};

/** False where the operating system's Bluetooth stack is used (macOS, Windows). */
export const runsOwnHost = (stack: object): boolean => stackInternals(stack)._hci !== undefined;

/**
 * Neither stack checks lengths: one truncated PDU from anybody in range throws out of the socket's
 * event, which would end the process. With this such a packet is dropped. To be called before the
 * stack starts.
 */
const dropMalformedPackets = (stack: object, log: Logger): void => {
  const host = stackInternals(stack)._hci;
  const original = host?.onSocketData;
  if (host === undefined || original === undefined) return;
  host.onSocketData = (packet) => {
    try {
      original.call(host, packet);
    } catch (error) {
      log.warn('malformed packet dropped', { error: errorMessage(error), bytes: packet.length });
    }
  };
};

const VIRTUAL = 'Or use the virtual air.';

const hints = {
  noPackage: `Install the Bluetooth stack: npm install @abandonware/noble @abandonware/bleno. ${VIRTUAL}`,
  noAddon: `Build the native Bluetooth socket. ${VIRTUAL}`,
  noKernel: `This kernel or container has no Bluetooth. ${VIRTUAL}`,
  noAdapter: `No Bluetooth adapter was found: plug one in. ${VIRTUAL}`,
  forbidden:
    'Allow Bluetooth. Linux: sudo setcap cap_net_raw+eip "$(readlink -f "$(command -v node)")". ' +
    `macOS: System Settings, Privacy & Security, Bluetooth. ${VIRTUAL}`,
  busy: `Another program uses the Bluetooth adapter: stop it. ${VIRTUAL}`,
  off: `Switch Bluetooth on. Linux: rfkill unblock bluetooth, then bluetoothctl power on. ${VIRTUAL}`,
  unsupported: `This adapter has no Bluetooth Low Energy, or this system is not supported. ${VIRTUAL}`,
  silent: `Bluetooth does not answer: unplug the adapter and plug it in again. ${VIRTUAL}`,
} as const;

/** First match wins: what noble, bleno, Node and the kernel say, and what helps. */
const CAUSES: readonly (readonly [RegExp, keyof typeof hints])[] = [
  [/bluetooth_hci_socket\.node|NODE_MODULE_VERSION|ERR_DLOPEN_FAILED/i, 'noAddon'],
  [/MODULE_NOT_FOUND.*bluetooth-hci-socket|No native build was found/i, 'noAddon'],
  [/MODULE_NOT_FOUND|Cannot find (module|package)/i, 'noPackage'],
  [/EAFNOSUPPORT|EPROTONOSUPPORT|address family not supported/i, 'noKernel'],
  [/ENODEV|no such device|No compatible USB/i, 'noAdapter'],
  [/EPERM|EACCES|operation not permitted|permission denied/i, 'forbidden'],
  [/EBUSY|EALREADY|EADDRINUSE/i, 'busy'],
  [/ENETDOWN|Network is down/i, 'off'],
  [/Unsupported platform/i, 'unsupported'],
];

/** In place of what Node says of a module that it does not find. */
const REASONS: ReadonlyMap<keyof typeof hints, string> = new Map([
  ['noAddon', 'the native Bluetooth socket is not built for this Node.js'],
  ['noPackage', 'noble or bleno is not installed'],
]);

/**
 * Translates what went wrong while loading or starting a radio stack; the hint names the fix. A
 * PhoneKeyError stays as it is.
 */
export const radioUnavailable = (error: unknown): PhoneKeyError => {
  if (error instanceof PhoneKeyError) return error;
  const message = errorMessage(error).split('\n')[0] ?? '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = CAUSES.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  const why = (cause !== undefined && REASONS.get(cause)) || message;
  return new PhoneKeyError('radio.unavailable', `the Bluetooth radio does not start: ${why}`, {
    cause: error,
    ...(cause === undefined ? {} : { hint: hints[cause] }),
  });
};

/** The error for an adapter state as noble and bleno name it. */
export const stateUnavailable = (state: string): PhoneKeyError => {
  const hint = {
    unauthorized: hints.forbidden,
    unsupported: hints.unsupported,
    poweredOff: hints.off,
  }[state];
  return new PhoneKeyError('radio.unavailable', `the Bluetooth adapter is not on: ${state}`, {
    hint: hint ?? hints.silent,
    temporary: state === 'poweredOff',
  });
};
