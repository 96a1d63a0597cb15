import { PhoneKeyError } from '../errors.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Clock } from '../platform/clock.js';
import { discover } from './noble-discover.js';
import type { Discovered } from './noble-discover.js';
import type { Noble, NoblePeripheral } from './noble-types.js';
import { runOperation } from './operation.js';
import type { Settle } from './operation.js';

/** What the phone uses of a connected car. */
export interface NobleGatt extends Discovered {
  readonly profile: GattProfile;
  /** ATT MTU in bytes. */
  readonly mtu: number;
}

/** ATT_MTU before any exchange (Core, Vol 3 Part G 5.2.1). */
const DEFAULT_MTU = 23;
/** What noble offers; it takes the car's answer as it is, but the smaller one holds (Vol 3 Part F 3.4.2.2). */
const NOBLE_MTU = 256;

const CANCEL_TIMEOUT_MS = 1000;
const DISCONNECT_TIMEOUT_MS = 2000;

export interface ConnectContext {
  readonly noble: Noble;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signals: readonly AbortSignal[];
  readonly profile: GattProfile;
  /** As in ConnectOptions. */
  readonly attHandle: number | undefined;
}

/**
 * Connects and finds the service of the profile. On any failure nothing is left connected or connecting.
 * @throws PhoneKeyError `radio.connect-failed`, `radio.timeout`, or what a signal was aborted with
 */
export const connectPeripheral = async (
  peripheral: NoblePeripheral,
  { noble, clock, timeoutMs, signals, profile, attHandle }: ConnectContext,
): Promise<NobleGatt> => {
  const end = clock.now() + timeoutMs;
  const options = (what: string) => ({
    what,
    timeoutMs: end - clock.now(),
    signals,
    failure: 'radio.connect-failed' as const,
  });
  try {
    await runOperation<void>(clock, options('connecting'), ({ resolve, reject, on }) => {
      on(peripheral, 'connect', (error?: Error | string | null) => {
        if (error) reject(error);
        else resolve();
      });
      peripheral.connect();
    });
    const dropped = new PhoneKeyError(
      'radio.connect-failed',
      'the connection ended before it was ready',
    );
    const ask = <T>(what: string, start: (settle: Settle<T>) => void): Promise<T> =>
      runOperation<T>(clock, options(what), (settle) => {
        settle.on(peripheral, 'disconnect', () => {
          settle.reject(dropped);
        });
        start(settle);
      });
    const discovered = await discover(noble, peripheral, profile, attHandle, ask);
    // The MTU exchange was noble's first request on this connection, so its answer is in by now.
    const mtu = Math.max(DEFAULT_MTU, Math.min(peripheral.mtu ?? DEFAULT_MTU, NOBLE_MTU));
    return { ...discovered, profile, mtu };
  } catch (error) {
    await abandon(peripheral, clock);
    throw error;
  }
};

/**
 * Ends whatever there is: a pending connection is cancelled, a connection closed. Waits for the
 * controller's word, within limits; never rejects.
 */
export const abandon = async (peripheral: NoblePeripheral, clock: Clock): Promise<void> => {
  if (peripheral.state === 'connecting') {
    // The controller answers a cancelled connection with a failed one, or had just completed it.
    await quietly(clock, CANCEL_TIMEOUT_MS, peripheral, 'connect', () => {
      peripheral.cancelConnect();
    });
  }
  if (peripheral.state === 'connected') {
    await quietly(clock, DISCONNECT_TIMEOUT_MS, peripheral, 'disconnect', () => {
      peripheral.disconnect();
    });
  }
};

/** Calls `act`, then waits for the event; a failure or a timeout is as good as the event. */
const quietly = async (
  clock: Clock,
  timeoutMs: number,
  peripheral: NoblePeripheral,
  event: string,
  act: () => void,
): Promise<void> => {
  try {
    await runOperation<void>(clock, { what: 'disconnecting', timeoutMs }, ({ resolve, on }) => {
      act();
      on(peripheral, event, () => {
        resolve();
      });
    });
  } catch {
    // Nothing more can be done; the central's guard ends a connection that comes up later.
  }
};
