import { PhoneKeyError } from '../errors.js';
import type { ScanFilter } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { abandon, connectPeripheral } from './noble-connect.js';
import type { NobleGatt } from './noble-connect.js';
import { NobleLink } from './noble-link.js';
import { NobleScanner } from './noble-scanner.js';
import type { LoadedNoble, Noble, NoblePeripheral } from './noble-types.js';
import { abortError, OperationQueue, runOperation, subscribe } from './operation.js';
import { closedError, openStack, stateUnavailable } from './stack.js';
import type { StackOptions } from './stack.js';
import type { Advertisement, Central, CentralLink, ConnectOptions } from './types.js';

export type { LoadedNoble, Noble } from './noble-types.js';
export type { StackOptions } from './stack.js';
export { systemNoble } from './loader/system.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** From one attempt to the next, at least: an adapter may refuse without taking any time. */
const ATTEMPT_MS = 100;

/**
 * A Central over noble: on a real adapter (`load: systemNoble`) or on the virtual air.
 * @throws PhoneKeyError `radio.unavailable`; the hint names the fix
 */
export const openNobleCentral = async (options: StackOptions<LoadedNoble>): Promise<Central> => {
  const loaded = await openStack(options, ({ noble }) => noble);
  return new NobleCentral(loaded, options.clock, options.log ?? silentLogger);
};

interface Attempt {
  readonly signal: AbortSignal;
  /** On the clock, in milliseconds. */
  readonly end: number;
  readonly profile: GattProfile;
  readonly attHandle: number | undefined;
}

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

  async scan(
    filters: readonly ScanFilter[],
    found: (advertisement: Advertisement) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#assertUsable();
    await this.#scanner.scan(filters, found, signal);
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
    // One signal for all that ends the attempt, wherever it waits.
    const attempt = new AbortController();
    const sources = [this.#power.signal, ...(signal === undefined ? [] : [signal])];
    const onAbort = (): void => {
      const source = sources.find(({ aborted }) => aborted);
      if (source !== undefined) attempt.abort(abortError(source));
    };
    for (const source of sources) source.addEventListener('abort', onAbort, { once: true });
    onAbort();
    const end = this.#clock.now() + timeoutMs;
    const cancelTimeout = this.#clock.after(timeoutMs, () => {
      attempt.abort(new PhoneKeyError('radio.timeout', 'connecting took too long'));
    });
    try {
      const context = { signal: attempt.signal, end, profile, attHandle };
      const connect = () => this.#connect(peripheral, context);
      return await this.#connecting.run(() => this.#scanner.hold(connect), [attempt.signal]);
    } finally {
      cancelTimeout();
      for (const source of sources) source.removeEventListener('abort', onAbort);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #connect(peripheral: NoblePeripheral, attempt: Attempt): Promise<CentralLink> {
    const earlier = this.#links.get(peripheral.id);
    if (earlier?.isDown === true) await earlier.close();
    else if (earlier !== undefined) {
      throw new PhoneKeyError('radio.connect-failed', 'the device is connected', {
        temporary: false,
        hint: 'Close the other link to this car first.',
      });
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
  async #connectInTime(
    peripheral: NoblePeripheral,
    { signal, end, ...target }: Attempt,
  ): Promise<NobleGatt> {
    const [noble, clock, signals] = [this.#noble, this.#clock, [signal]];
    this.#guard(peripheral);
    this.#wanted.add(peripheral.id);
    try {
      for (;;) {
        const next = clock.now() + ATTEMPT_MS;
        try {
          const timeoutMs = end - clock.now();
          const context = { noble, clock, timeoutMs, signals, ...target };
          return await connectPeripheral(peripheral, context);
        } catch (error) {
          const again = error instanceof PhoneKeyError && error.code === 'radio.connect-failed';
          const inTime = Math.max(next, clock.now()) < end && !signal.aborted;
          if (!again || !error.temporary || !inTime) throw error;
          this.#log.debug('connecting again', { error: error.message });
          await this.#pause(next - clock.now(), signal);
        }
      }
    } catch (error) {
      this.#wanted.delete(peripheral.id);
      throw error;
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    const options = { what: 'waiting', timeoutMs: ms, signals: [signal] };
    await runOperation(this.#clock, options, () => undefined).catch(() => undefined);
    if (signal.aborted) throw abortError(signal);
  }

  /** Ends a connection that comes up after its attempt was given up. */
  #guard(peripheral: NoblePeripheral): void {
    if (this.#guards.has(peripheral)) return;
    const cancel = subscribe(peripheral, 'connect', (error?: unknown) => {
      if (!error && !this.#wanted.has(peripheral.id)) void abandon(peripheral, this.#clock);
    });
    this.#guards.set(peripheral, cancel);
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
