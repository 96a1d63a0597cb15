import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { errorMessage, runOperation, type Emitter } from './operation.js';
import { radioUnavailable, stateUnavailable } from './unavailable.js';

/** What noble and bleno have in common. */
export interface Stack extends Emitter {
  /** 'unknown', 'poweredOn', 'poweredOff', 'unauthorized', 'unsupported', 'resetting'. */
  readonly state: string;
}

/** Given to the adapters: how to get a stack. */
export interface StackOptions<Loaded> {
  /** Loads the stack, on a real adapter or on a virtual controller. */
  load(): Promise<Loaded>;
  readonly clock: Clock;
  readonly log?: Logger;
  /** Until the adapter is powered on, in milliseconds (default 5,000). */
  readonly timeoutMs?: number;
}

/** Both stacks start when somebody listens for 'stateChange'; resolves once the adapter is on. */
export const untilPoweredOn = async (
  stack: Stack,
  clock: Clock,
  timeoutMs: number,
): Promise<void> => {
  await runOperation<void>(
    clock,
    { what: 'Starting Bluetooth', timeoutMs, timeoutError: () => stateUnavailable(stack.state) },
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
};

interface HciHost {
  onSocketData?: (packet: Uint8Array) => void;
}

/** The stack's own HCI host, or undefined where the operating system's stack is used (macOS, Windows). */
export const hciHost = (stack: object): HciHost | undefined => {
  const bindings = (stack as { readonly _bindings?: { readonly _hci?: HciHost } })._bindings;
  return bindings?._hci;
};

/**
 * Neither stack checks lengths: one truncated PDU from anybody in range throws out of the socket's
 * event, which would end the process. With this such a packet is dropped. To be called before the
 * stack starts.
 */
export const dropMalformedPackets = (stack: object, log: Logger): void => {
  const host = hciHost(stack);
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
