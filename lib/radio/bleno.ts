import { PhoneKeyError, errorMessage } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { AdvertisingContent } from '../link/advertising.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { encodeSet } from './advertising-data.js';
import { BlenoLink } from './bleno-link.js';
import { primaryService } from './bleno-service.js';
import type { Bleno, LoadedBleno } from './bleno-types.js';
import { closedError, OperationQueue, outcomeOf, runOperation, subscribe } from './operation.js';
import type { Settle } from './operation.js';
import { Patience } from './patience.js';
import type { Trial } from './patience.js';
import { openStack, runsOwnHost, stateUnavailable } from './stack.js';
import type { StackOptions } from './stack.js';
import type { LinkCloseReason, Peripheral, PeripheralService } from './types.js';
import { MAX_VALUE_BYTES } from '../hci/att/limits.js';
import { bareUuid } from '../link/gatt-profile.js';

export type { Bleno, LoadedBleno } from './bleno-types.js';
export type * from '../common.js';
export type * from './bleno-types.js';
export type { Emitter } from './operation.js';
export type { Stack, StackOptions } from './stack.js';
export { systemBleno } from './loader/system.js';

const OPERATION_TIMEOUT_MS = 5000;
const DISCONNECT_TIMEOUT_MS = 2000;
const STOP_TIMEOUT_MS = 1000;
const RETRY_MS = 1000;
/** How long each of several sets is advertised: bleno can do only one, about every 100 ms. */
const TURN_MS = 300;

/**
 * A Peripheral over bleno: on a real adapter (`load: systemBleno`) or on the virtual air. Serves one
 * phone at a time. Where bleno does not run its own HCI host (macOS) it cannot advertise service data,
 * and phones, which look for their car by it, do not find this one.
 * @throws PhoneKeyError `radio.unavailable`; the hint names the fix
 */
export const openBlenoPeripheral = async (
  options: StackOptions<LoadedBleno>,
): Promise<Peripheral & AsyncDisposable> => {
  const loaded = await openStack(options, ({ bleno }) => bleno);
  return new BlenoPeripheral(loaded, options.clock, options.log ?? silentLogger);
};

class BlenoPeripheral implements Peripheral {
  readonly mostLinks = 1;
  readonly #loaded: LoadedBleno;
  readonly #bleno: Bleno;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #queue = new OperationQueue();
  readonly #forget: Cancel[];
  /** Aborted while the adapter is off, and for good by `close`. */
  #power = new AbortController();
  #onError: ((error: PhoneKeyError) => void) | undefined;
  #sets: readonly AdvertisingContent[] = [];
  /** Which of them is the next. */
  #turn = 0;
  /** What bleno advertises now, or will after a disconnection. */
  #advertised: AdvertisingContent | undefined;
  #connected = false;
  /** The service of which the central that is connected has had its link. */
  #served: PeripheralService | undefined;
  #link: BlenoLink | undefined;
  #links = 0;
  /** With a central that is connected and proves nothing, which keeps every phone out. */
  readonly #patience: Patience;
  #trial: Trial | undefined;
  #stopIdle: Cancel | undefined;
  #cancelRetry: Cancel | undefined;
  #closing: Promise<void> | undefined;

  constructor(loaded: LoadedBleno, clock: Clock, log: Logger) {
    this.#loaded = loaded;
    this.#bleno = loaded.bleno;
    this.#clock = clock;
    this.#log = log;
    this.#patience = new Patience(clock);
    this.#forget = [
      subscribe(this.#bleno, 'accept', this.#accepted.bind(this)),
      subscribe(this.#bleno, 'disconnect', this.#disconnected.bind(this)),
      subscribe(this.#bleno, 'stateChange', this.#stateChanged.bind(this)),
    ];
  }

  async start(
    services: readonly PeripheralService[],
    onError?: (error: PhoneKeyError) => void,
  ): Promise<void> {
    this.#assertUsable();
    this.#onError = onError;
    await this.#run<void>('offering the service', ({ resolve, reject, on }) => {
      on(this.#bleno, 'servicesSet', resolve);
      on(this.#bleno, 'servicesSetError', reject);
      this.#bleno.setServices(services.map((service) => this.#primaryService(service)));
    });
  }

  async advertise(sets: readonly AdvertisingContent[]): Promise<void> {
    this.#assertUsable();
    for (const set of sets) encodeSet(set); // throws where one does not fit
    this.#sets = structuredClone(sets);
    this.#turn = 0;
    await this.#advertise();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #primaryService(service: PeripheralService): object {
    const { RESULT_SUCCESS, RESULT_INVALID_ATTRIBUTE_LENGTH } = this.#bleno.Characteristic;
    const told = (): void => this.#link?.told();
    return primaryService(this.#bleno, service.profile, {
      toCar: {
        onWriteRequest: (data, _offset, _withoutResponse, callback) => {
          // Answered before anybody looks at it: bleno must not answer a phone that was disconnected
          // meanwhile, and what the protocol thinks of the bytes is not told by an ATT error.
          const fits = data.length <= MAX_VALUE_BYTES;
          callback(fits ? RESULT_SUCCESS : RESULT_INVALID_ATTRIBUTE_LENGTH);
          if (!fits) this.#expel('writes more than an attribute has');
          // Bytes before the subscription belong to nobody and are dropped.
          if (!fits || data.length === 0 || this.#served !== service) return;
          if (this.#link?.buffer.receive(data) === false)
            this.#expel('sends before the link is open');
        },
      },
      fromCar: {
        onSubscribe: (maxSize, tell) => {
          this.#subscribed(service, maxSize + 3, tell);
        },
        onUnsubscribe: () => {
          if (this.#served !== service) return;
          this.#endLink('remote');
          this.#watchIdle();
        },
        onNotify: told,
        onIndicate: told,
      },
    });
  }

  #accepted(address?: string): void {
    // bleno serves the newest central only, and says nothing of the one before.
    this.#endLink('lost');
    this.#trial?.over();
    this.#trial = this.#patience.begin(address);
    this.#connected = true;
    this.#served = undefined;
    this.#cancelRetry?.();
    this.#watchIdle();
  }

  #subscribed(service: PeripheralService, mtu: number, tell: (value: Buffer) => void): void {
    this.#endLink('remote');
    if (this.#connected && this.#served !== undefined) {
      // Each link would have its time and its refusals anew, and nobody else could connect.
      this.#expel('subscribes again');
      return;
    }
    this.#served = service;
    this.#stopIdle?.();
    this.#link = new BlenoLink({
      clock: this.#clock,
      peer: `phone#${String(++this.#links)}`,
      mtu,
      trial: this.#trial,
      tell,
      disconnect: () => this.#disconnect(),
    });
    service.onLink(this.#link);
  }

  #disconnected(): void {
    this.#endLink('remote');
    this.#connected = false;
    this.#stopIdle?.();
    this.#trial?.over();
    // bleno advertises again by itself, right after this event, but what it advertised before.
    const before = this.#advertised;
    if (this.#next === before) return;
    // What is no longer true is not to be heard once more.
    if (before !== undefined && !this.#sets.includes(before)) this.#bleno.stopAdvertising();
    this.#advertiseAfter(0);
  }

  #stateChanged(state: string): void {
    if (this.#closing !== undefined) return;
    if (state === 'poweredOn') {
      if (!this.#power.signal.aborted) return;
      this.#power = new AbortController();
      this.#advertised = undefined;
      this.#advertiseAfter(0);
      return;
    }
    const error = stateUnavailable(state);
    this.#log.warn('the adapter is off', { state });
    this.#power.abort(error);
    this.#connected = false;
    this.#stopIdle?.();
    this.#cancelRetry?.();
    this.#endLink('lost');
    this.#onError?.(error);
  }

  #endLink(reason: LinkCloseReason): void {
    const link = this.#link;
    this.#link = undefined;
    link?.buffer.end(reason);
  }

  #expel(why: string): void {
    this.#log.warn(`disconnecting a phone that ${why}`);
    this.#endLink('local');
    this.#bleno.disconnect();
  }

  #watchIdle(): void {
    this.#stopIdle?.();
    const trial = this.#trial;
    if (!this.#connected || trial === undefined) return;
    this.#stopIdle = this.#clock.after(trial.leftMs, () => {
      trial.over();
      this.#expel('does not subscribe');
    });
  }

  get #next(): AdvertisingContent | undefined {
    return this.#sets[this.#turn % this.#sets.length];
  }

  /** Not while a phone is connected: the controller would let a second one in. */
  async #advertise(): Promise<void> {
    await this.#run<void>('advertising', ({ resolve, reject, on }) => {
      const set = this.#next;
      if (set === undefined || set === this.#advertised || this.#connected) {
        resolve();
        return;
      }
      on(this.#bleno, 'advertisingStart', (error?: unknown) => {
        if (error) {
          reject(error);
          return;
        }
        this.#advertised = set;
        this.#turn++;
        if (this.#sets.length > 1) this.#advertiseAfter(TURN_MS);
        resolve();
      });
      on(this.#bleno, 'advertisingStartError', reject);
      on(this.#bleno, 'accept', () => {
        // A phone was faster, and advertising may be on again beside it.
        this.#bleno.stopAdvertising();
        resolve();
      });
      if (!runsOwnHost(this.#bleno)) {
        const { services = [], localName = '' } = { ...set.scanResponse, ...set.advertisement };
        this.#bleno.startAdvertising(localName, services.map(bareUuid));
      } else {
        const { advertisement, scanResponse } = encodeSet(set);
        this.#bleno.startAdvertisingWithEIRData(
          Buffer.from(advertisement),
          Buffer.from(scanResponse),
        );
      }
    });
  }

  #advertiseAfter(delayMs: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.after(delayMs, () => {
      this.#advertise().catch((error: unknown) => {
        if (this.#power.signal.aborted) return;
        this.#log.warn('advertising failed; trying again', { error: errorMessage(error) });
        this.#advertiseAfter(RETRY_MS);
      });
    });
  }

  async #disconnect(): Promise<void> {
    if (!this.#connected) return;
    await this.#quietly('disconnecting', DISCONNECT_TIMEOUT_MS, 'disconnect', () => {
      this.#bleno.disconnect();
    });
  }

  #run<T>(what: string, start: (settle: Settle<T>) => void): Promise<T> {
    const signals = [this.#power.signal];
    const options = {
      what,
      timeoutMs: OPERATION_TIMEOUT_MS,
      signals,
      failure: 'radio.unavailable',
      timeoutError: () => new PhoneKeyError('radio.unavailable', `${what} took too long`),
    } as const;
    return this.#queue.run(() => runOperation(this.#clock, options, start), signals);
  }

  /** Calls `act` and waits for the event; a timeout is as good. */
  async #quietly(what: string, timeoutMs: number, event: string, act: () => void): Promise<void> {
    const error = await outcomeOf(this.#clock, { what, timeoutMs }, this.#bleno, event, act);
    if (error !== undefined) this.#log.debug('no answer', { error: errorMessage(error) });
  }

  #assertUsable(): void {
    if (this.#closing !== undefined) throw closedError();
    this.#power.signal.throwIfAborted();
  }

  async #close(): Promise<void> {
    const wasOn = !this.#power.signal.aborted;
    this.#power.abort(closedError());
    this.#cancelRetry?.();
    this.#endLink('local');
    if (wasOn) {
      // In this order: bleno advertises again after a disconnection unless it was told to stop.
      await this.#quietly('stopping to advertise', STOP_TIMEOUT_MS, 'advertisingStop', () => {
        this.#bleno.stopAdvertising();
      });
      await this.#disconnect();
    }
    this.#stopIdle?.();
    for (const forget of this.#forget) forget();
    await this.#loaded.close();
  }
}
