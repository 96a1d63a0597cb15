import { PhoneKeyError } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';
import { silentLogger, type Logger } from '../platform/logger.js';
import { advertisingData, scanResponse } from './advertising-data.js';
import { BlenoLink } from './bleno-link.js';
import type { Bleno, LoadedBleno } from './bleno-types.js';
import { bareUuid, FROM_CAR_UUID, INFO_UUID, SERVICE_UUID, TO_CAR_UUID } from './gatt.js';
import { runOperation, subscribe, type Settle } from './operation.js';
import { OperationQueue } from './operation-queue.js';
import { dropMalformedPackets, hciHost, untilPoweredOn, type StackOptions } from './stack.js';
import type { LinkCloseReason, Peripheral, PeripheralService } from './types.js';
import { radioUnavailable, stateUnavailable } from './unavailable.js';

export type { Bleno, LoadedBleno } from './bleno-types.js';
export type { StackOptions } from './stack.js';
export { systemBleno } from './system.js';

const POWER_ON_TIMEOUT_MS = 5000;
const OPERATION_TIMEOUT_MS = 5000;
const DISCONNECT_TIMEOUT_MS = 2000;
const STOP_TIMEOUT_MS = 1000;
const RETRY_MS = 1000;
/** A central that is connected but not subscribed keeps every phone out, so it may not stay for long. */
const IDLE_TIMEOUT_MS = 10_000;
/** Longest attribute value (Core, Vol 3 Part F 3.2.9). */
const MAX_VALUE_BYTES = 512;

/**
 * A Peripheral over bleno: on a real adapter (`load: systemBleno`) or on the virtual air. Serves one
 * phone at a time. Where bleno does not run its own HCI host (macOS) the service data is not
 * advertised: a phone then has to connect to learn which car it is.
 * @throws PhoneKeyError `radio.unavailable`; the hint names the fix
 */
export const openBlenoPeripheral = async (
  options: StackOptions<LoadedBleno>,
): Promise<Peripheral> => {
  const { load, clock, log = silentLogger, timeoutMs = POWER_ON_TIMEOUT_MS } = options;
  let loaded: LoadedBleno;
  try {
    loaded = await load();
  } catch (error) {
    throw radioUnavailable(error);
  }
  try {
    dropMalformedPackets(loaded.bleno, log);
    await untilPoweredOn(loaded.bleno, clock, timeoutMs);
  } catch (error) {
    await loaded.close();
    throw error;
  }
  return new BlenoPeripheral(loaded, clock, log);
};

class BlenoPeripheral implements Peripheral {
  readonly #loaded: LoadedBleno;
  readonly #bleno: Bleno;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #queue = new OperationQueue();
  readonly #forget: Cancel[];
  #service: PeripheralService | undefined;
  #serviceData: Uint8Array | undefined;
  #connected = false;
  #powered = true;
  #link: BlenoLink | undefined;
  #links = 0;
  #cancelIdle: Cancel = () => undefined;
  #cancelRetry: Cancel = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(loaded: LoadedBleno, clock: Clock, log: Logger) {
    this.#loaded = loaded;
    this.#bleno = loaded.bleno;
    this.#clock = clock;
    this.#log = log;
    this.#forget = [
      subscribe(this.#bleno, 'accept', () => {
        this.#accepted();
      }),
      subscribe(this.#bleno, 'disconnect', () => {
        this.#disconnected();
      }),
      subscribe(this.#bleno, 'stateChange', (state: string) => {
        this.#stateChanged(state);
      }),
    ];
  }

  async start(service: PeripheralService): Promise<void> {
    this.#assertUsable();
    this.#service = service;
    await this.#run<void>('Offering the service', ({ resolve, reject, on }) => {
      on(this.#bleno, 'servicesSet', () => {
        resolve();
      });
      on(this.#bleno, 'servicesSetError', reject);
      this.#bleno.setServices([this.#primaryService(service.info)]);
    });
  }

  async advertise(serviceData: Uint8Array): Promise<void> {
    this.#assertUsable();
    scanResponse(serviceData); // throws when it is too long
    this.#serviceData = serviceData.slice();
    await this.#advertise();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #primaryService(info: Uint8Array): object {
    const { Characteristic, PrimaryService } = this.#bleno;
    const toCar = new Characteristic({
      uuid: bareUuid(TO_CAR_UUID),
      properties: ['write', 'writeWithoutResponse'],
      onWriteRequest: (data, _offset, _withoutResponse, callback) => {
        // Answered before it is looked at: an ATT error would leave noble waiting for ever.
        const fits = data.length <= MAX_VALUE_BYTES;
        callback(
          fits ? Characteristic.RESULT_SUCCESS : Characteristic.RESULT_INVALID_ATTRIBUTE_LENGTH,
        );
        // Bytes before the subscription belong to nobody and are dropped.
        if (fits && (this.#link?.receive(data) ?? true)) return;
        this.#log.warn('the phone sends too much', { bytes: data.length });
        this.#endLink('local');
        this.#bleno.disconnect();
      },
    });
    const fromCar = new Characteristic({
      uuid: bareUuid(FROM_CAR_UUID),
      properties: ['notify'],
      onSubscribe: (maxValueSize, update) => {
        this.#subscribed(maxValueSize + 3, update);
      },
      onUnsubscribe: () => {
        this.#endLink('remote');
        this.#watchIdle();
      },
      onNotify: () => {
        this.#link?.notified();
      },
    });
    const infoValue = new Characteristic({
      uuid: bareUuid(INFO_UUID),
      properties: ['read'],
      value: Buffer.from(info),
    });
    return new PrimaryService({
      uuid: bareUuid(SERVICE_UUID),
      characteristics: [toCar, fromCar, infoValue],
    });
  }

  #accepted(): void {
    // bleno serves the newest central only, and says nothing of the one before.
    this.#endLink('lost');
    this.#connected = true;
    this.#cancelRetry();
    this.#watchIdle();
  }

  #subscribed(mtu: number, update: (value: Buffer) => void): void {
    this.#endLink('remote');
    this.#cancelIdle();
    this.#link = new BlenoLink({
      clock: this.#clock,
      peer: `phone#${String(++this.#links)}`,
      mtu,
      notify: update,
      disconnect: () => this.#disconnect(),
    });
    this.#service?.onLink(this.#link);
  }

  #disconnected(): void {
    this.#endLink('remote');
    this.#connected = false;
    this.#cancelIdle();
    // bleno advertises again by itself, right after this event, but what it advertised before.
    this.#advertiseSoon(0);
  }

  #stateChanged(state: string): void {
    if (state === 'poweredOn') {
      this.#powered = true;
      this.#advertiseSoon(0);
      return;
    }
    this.#log.warn('the adapter is off', { state });
    this.#powered = false;
    this.#connected = false;
    this.#cancelIdle();
    this.#cancelRetry();
    this.#endLink('lost');
    this.#service?.onError?.(stateUnavailable(state));
  }

  #endLink(reason: LinkCloseReason): void {
    const link = this.#link;
    this.#link = undefined;
    link?.end(reason);
  }

  #watchIdle(): void {
    this.#cancelIdle();
    if (!this.#connected) return;
    this.#cancelIdle = this.#clock.after(IDLE_TIMEOUT_MS, () => {
      this.#log.info('disconnecting an idle phone');
      this.#bleno.disconnect();
    });
  }

  /** A controller would let a second central in while the first is there, and bleno serves one only. */
  async #advertise(): Promise<void> {
    const serviceData = this.#serviceData;
    if (serviceData === undefined || this.#connected || !this.#powered) return;
    await this.#run<void>('Advertising', ({ resolve, reject, on }) => {
      on(this.#bleno, 'accept', () => {
        resolve(); // a phone was faster
      });
      on(this.#bleno, 'advertisingStart', () => {
        resolve();
      });
      on(this.#bleno, 'advertisingStartError', reject);
      if (hciHost(this.#bleno) === undefined) {
        this.#bleno.startAdvertising('', [bareUuid(SERVICE_UUID)]);
      } else {
        this.#bleno.startAdvertisingWithEIRData(advertisingData, scanResponse(serviceData));
      }
    });
  }

  #advertiseSoon(delayMs: number): void {
    this.#cancelRetry();
    if (this.#closing !== undefined) return;
    this.#cancelRetry = this.#clock.after(delayMs, () => {
      this.#advertise().catch((error: unknown) => {
        this.#log.warn('advertising failed; trying again', { error: String(error) });
        this.#advertiseSoon(RETRY_MS);
      });
    });
  }

  async #disconnect(): Promise<void> {
    if (!this.#connected) return;
    await this.#quietly('Disconnecting', DISCONNECT_TIMEOUT_MS, 'disconnect', () => {
      this.#bleno.disconnect();
    });
  }

  #run<T>(what: string, start: (settle: Settle<T>) => void): Promise<T> {
    const options = {
      what,
      timeoutMs: OPERATION_TIMEOUT_MS,
      failure: 'radio.unavailable',
      timeoutError: () => new PhoneKeyError('radio.unavailable', `${what} took too long.`),
    } as const;
    return this.#queue.run(() => runOperation(this.#clock, options, start));
  }

  /** Calls `act` and waits for the event; a timeout is as good. */
  async #quietly(what: string, timeoutMs: number, event: string, act: () => void): Promise<void> {
    try {
      await runOperation<void>(this.#clock, { what, timeoutMs }, ({ resolve, on }) => {
        on(this.#bleno, event, () => {
          resolve();
        });
        act();
      });
    } catch (error) {
      this.#log.debug('no answer', { error: String(error) });
    }
  }

  #assertUsable(): void {
    if (this.#closing !== undefined) {
      throw new PhoneKeyError('radio.closed', 'The radio was closed.');
    }
    if (!this.#powered) throw stateUnavailable(this.#bleno.state);
  }

  async #close(): Promise<void> {
    this.#cancelRetry();
    this.#endLink('local');
    if (this.#powered) {
      // In this order: bleno advertises again after a disconnection unless it was told to stop.
      await this.#quietly('Stopping to advertise', STOP_TIMEOUT_MS, 'advertisingStop', () => {
        this.#bleno.stopAdvertising();
      });
      await this.#disconnect();
    }
    this.#cancelIdle();
    for (const forget of this.#forget) forget();
    await this.#loaded.close();
  }
}
