import { PhoneKeyError, errorMessage } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { runOperation } from './operation.js';
import type { Emitter } from './operation.js';
import { radioUnavailable, stateUnavailable } from './unavailable.js';

/** What noble and bleno have in common. */
export interface Stack extends Emitter {
  /** 'unknown', 'poweredOn', 'poweredOff', 'unauthorized', 'unsupported', 'resetting'. */
  readonly state: string;
}

/** Given to the adapters: how to get a stack. */
export interface StackOptions<Loaded> {
  /** Loads the stack, on a real adapter or on a virtual controller. */
  readonly load: () => Promise<Loaded>;
  readonly clock: Clock;
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

export const closedError = (): PhoneKeyError =>
  new PhoneKeyError('radio.closed', 'the radio was closed');

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
  readonly _hci?: {
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
