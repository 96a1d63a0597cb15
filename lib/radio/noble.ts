import { PhoneKeyError } from '../errors.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { abandon, connectPeripheral } from './noble-connect.js';
import type { ConnectContext, NobleGatt } from './noble-connect.js';
import { NobleLink } from './noble-link.js';
import { NobleScanner } from './noble-scanner.js';
import type { LoadedNoble, Noble, NoblePeripheral } from './noble-types.js';
import {
  closedError,
  connectedError,
  OperationQueue,
  runOperation,
  subscribe,
} from './operation.js';
import { openStack, stateUnavailable } from './stack.js';
import type { StackOptions } from './stack.js';
import type { Advertisement, Central, CentralLink, ConnectOptions } from './types.js';

export type { LoadedNoble, Noble } from './noble-types.js';
export type * from '../common.js';
export type * from './noble-types.js';
export type { Emitter } from './operation.js';
export type { Stack, StackOptions } from './stack.js';
export { systemNoble } from './loader/system.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** From one attempt to the next, at least: an adapter may refuse without taking any time. */
const ATTEMPT_MS = 100;

/**
 * A Central over noble: on a real adapter (`load: systemNoble`) or on the virtual air.
 * @throws PhoneKeyError `radio.unavailable`; the hint names the fix
 */
export const openNobleCentral = async (
  options: StackOptions<LoadedNoble>,
): Promise<Central & AsyncDisposable> => {
  const loaded = await openStack(options, ({ noble }) => noble);
  return new NobleCentral(loaded, options.clock, options.log ?? silentLogger);
};

type Attempt = Omit<ConnectContext, 'noble' | 'clock'>;

class NobleCentral implements Central {
  readonly #loaded: LoadedNoble;
  readonly #noble: Noble;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #scanner: NobleScanner;
  readonly #links = new Map<string, NobleLink>();
  /** One at a time: noble cancels the wrong connection where two are pending. */
  readonly #connecting = new OperationQueue();
  readonly #wanted = new Set<string>();
  readonly #guards = new Map<NoblePeripheral, () => void>();
  readonly #forget: (() => void)[];
  #power = new AbortController();
  #connections = 0;
  #closing: Promise<void> | undefined;

  constructor(loaded: LoadedNoble, clock: Clock, log: Logger) {
    this.#loaded = loaded;
    this.#noble = loaded.noble;
    this.#clock = clock;
    this.#log = log;
    this.#scanner = new NobleScanner(this.#noble, clock, log);
    this.#forget = [
      subscribe(this.#noble, 'stateChange', this.#stateChanged.bind(this)),
      // Without a listener noble writes to the console.
      subscribe(this.#noble, 'warning', (message: string) => {
        log.warn(`noble: ${message}`);
      }),
    ];
  }

  async scan(...wanted: Parameters<Central['scan']>): Promise<void> {
    this.#assertUsable();
    await this.#scanner.scan(...wanted);
  }

  async connect(
    advertisement: Advertisement,
    profile: GattProfile,
    { timeoutMs = CONNECT_TIMEOUT_MS, signal, attHandle }: ConnectOptions = {},
  ): Promise<CentralLink> {
    this.#assertUsable();
    const peripheral = this.#scanner.device(advertisement.id);
    if (peripheral === undefined) {
      throw new PhoneKeyError('radio.connect-failed', 'the device was not seen in a scan');
    }
    const over = new AbortController();
    // Each of them ends the attempt, wherever it waits.
    const signals = [this.#power.signal, over.signal, ...(signal === undefined ? [] : [signal])];
    const end = this.#clock.now() + timeoutMs;
    const cancelTimeout = this.#clock.after(timeoutMs, () => {
      over.abort(new PhoneKeyError('radio.timeout', 'connecting took too long'));
    });
    try {
      const connect = () => this.#connect(peripheral, { signals, end, profile, attHandle });
      return await this.#connecting.run(() => this.#scanner.hold(connect), signals);
    } finally {
      cancelTimeout();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #connect(peripheral: NoblePeripheral, attempt: Attempt): Promise<CentralLink> {
    const earlier = this.#links.get(peripheral.id);
    if (earlier?.buffer.isDown === true) await earlier.close();
    else if (earlier !== undefined) {
      throw connectedError();
    }
    const gatt = await this.#connectInTime(peripheral, attempt);
    const link = new NobleLink(peripheral, gatt, {
      clock: this.#clock,
      peer: `car#${String(++this.#connections)}`,
      onDown: () => {
        this.#links.delete(peripheral.id);
        this.#wanted.delete(peripheral.id);
      },
    });
    this.#links.set(peripheral.id, link);
    return link;
  }

  /**
   * Until it works or the time is over: a new LE connection often fails to establish (HCI status 0x3e), and
   * where many phones ask the same car, for all of them but one.
   */
  async #connectInTime(peripheral: NoblePeripheral, attempt: Attempt): Promise<NobleGatt> {
    const [noble, clock] = [this.#noble, this.#clock];
    const { end, signals } = attempt;
    if (!this.#guards.has(peripheral)) {
      // Ends a connection that comes up after its attempt was given up.
      const guard = subscribe(peripheral, 'connect', (error?: unknown) => {
        if (!error && !this.#wanted.has(peripheral.id)) void abandon(peripheral, clock);
      });
      this.#guards.set(peripheral, guard);
    }
    this.#wanted.add(peripheral.id);
    try {
      for (;;) {
        const next = clock.now() + ATTEMPT_MS;
        try {
          return await connectPeripheral(peripheral, { noble, clock, ...attempt });
        } catch (error) {
          const again = error instanceof PhoneKeyError && error.code === 'radio.connect-failed';
          const inTime = Math.max(next, clock.now()) < end;
          const aborted = signals.some((signal) => signal.aborted);
          if (!again || !error.temporary || !inTime || aborted) throw error;
          this.#log.debug('connecting again', { error: error.message });
          const pause = { what: 'waiting', timeoutMs: next - clock.now(), signals };
          // Its timeout is no error; where a signal ended it, connecting fails at once.
          if (pause.timeoutMs > 0)
            await runOperation(clock, pause, () => undefined).catch(() => undefined);
        }
      }
    } catch (error) {
      this.#wanted.delete(peripheral.id);
      throw error;
    }
  }

  #stateChanged(state: string): void {
    if (state === 'poweredOn') {
      if (this.#power.signal.aborted) this.#power = new AbortController();
      return;
    }
    const error = stateUnavailable(state);
    this.#log.warn('the adapter is off', { state });
    this.#power.abort(error);
    this.#scanner.stop(error);
    // noble tells nothing of the connections that went with the adapter.
    for (const link of [...this.#links.values()]) link.adapterLost();
  }

  #assertUsable(): void {
    if (this.#closing !== undefined) throw closedError();
    this.#power.signal.throwIfAborted();
  }

  async #close(): Promise<void> {
    const error = closedError();
    this.#power.abort(error);
    await this.#connecting.run(() => Promise.resolve()); // until the last attempt has been undone
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    await this.#scanner.close(error);
    for (const cancel of this.#guards.values()) cancel();
    for (const forget of this.#forget) forget();
    await this.#loaded.close();
  }
}
