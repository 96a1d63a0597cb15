import { EventEmitter } from 'node:events';
import { nativeProfile } from '../../../lib/native/profile.js';
import type {
  Bleno,
  BlenoCharacteristicOptions,
  LoadedBleno,
} from '../../../lib/radio/bleno-types.js';
import { bareUuid } from '../../../lib/link/gatt-profile.js';

class FakeCharacteristic extends EventEmitter {
  static readonly RESULT_SUCCESS = 0;
  static readonly RESULT_INVALID_ATTRIBUTE_LENGTH = 0x0d;
  readonly uuid: string;

  constructor(readonly options: BlenoCharacteristicOptions) {
    super();
    this.uuid = options.uuid;
  }
}

class FakeService {
  readonly characteristics: readonly FakeCharacteristic[];
  constructor(options: { readonly characteristics: readonly unknown[] }) {
    this.characteristics = options.characteristics as readonly FakeCharacteristic[];
  }
}

/** bleno with one central; `mute` names the calls that get no answer. */
export class FakeBleno extends EventEmitter implements Bleno {
  readonly PrimaryService = FakeService;
  readonly Characteristic = FakeCharacteristic;
  readonly _bindings: { _hci?: object } = { _hci: {} };
  state = 'unknown';
  readonly mute = new Set<string>();
  readonly calls: string[] = [];
  readonly notified: Buffer[] = [];
  connected = false;
  /** What is given to handlers first, as @stoprocent's bleno does. */
  connection: number | undefined;
  closed = 0;
  #service: FakeService | undefined;

  constructor(firstState: string | Error = 'poweredOn') {
    super();
    this.on('newListener', (event) => {
      if (event !== 'stateChange' || this.state !== 'unknown') return;
      if (firstState instanceof Error) throw firstState;
      this.state = 'starting';
      setImmediate(() => {
        this.become(firstState);
      });
    });
  }

  load = (): Promise<LoadedBleno> =>
    Promise.resolve({
      bleno: this,
      close: () => {
        this.closed++;
      },
    });

  become(state: string): void {
    this.state = state;
    this.emit('stateChange', state);
  }

  setServices(services: readonly object[]): void {
    const [service] = services;
    if (service instanceof FakeService) this.#service = service;
    if (!this.mute.has('setServices')) this.emit('servicesSet');
  }

  startAdvertisingWithEIRData(advertisingData: Buffer, scanResponse: Buffer): void {
    this.#advertise(`${advertisingData.toString('hex')} ${scanResponse.toString('hex')}`);
  }

  startAdvertising(name: string, serviceUuids: readonly string[]): void {
    this.#advertise(`plain "${name}" ${serviceUuids.join()}`);
  }

  #advertise(what: string): void {
    this.calls.push(what);
    if (!this.mute.has('advertise')) setImmediate(() => this.emit('advertisingStart'));
  }

  stopAdvertising(): void {
    this.calls.push('stop');
    if (!this.mute.has('stop')) setImmediate(() => this.emit('advertisingStop'));
  }

  disconnect(): void {
    this.calls.push('disconnect');
    if (!this.mute.has('disconnect')) {
      setImmediate(() => {
        this.centralGone();
      });
    }
  }

  centralComes(address = '00:00:00:00:00:01'): void {
    this.connected = true;
    this.emit('accept', address);
  }

  centralGone(): void {
    if (!this.connected) return;
    this.connected = false;
    this.fromCar.onUnsubscribe?.();
    this.emit('disconnect', '00:00:00:00:00:01');
  }

  centralSubscribes(mtu = 256): void {
    this.#tell(this.fromCar.onSubscribe, mtu - 3, (value: Buffer) => {
      if (!this.connected) throw new Error('a notification to nobody');
      this.notified.push(value);
      if (!this.mute.has('notify')) this.fromCar.onNotify?.();
    });
  }

  /** The result code of a write. */
  centralWrites(data: Uint8Array): number | undefined {
    let result: number | undefined;
    const { onWriteRequest } = this.#options(nativeProfile.toCar.uuid);
    this.#tell(onWriteRequest, Buffer.from(data), 0, false, (code: number) => {
      result = code;
    });
    return result;
  }

  #tell(handler: object | undefined, ...args: unknown[]): void {
    const given = this.connection === undefined ? args : [this.connection, ...args];
    (handler as ((...all: unknown[]) => void) | undefined)?.(...given);
  }

  get fromCar(): BlenoCharacteristicOptions {
    return this.#options(nativeProfile.fromCar.uuid);
  }

  get ownListeners(): number {
    return this.eventNames()
      .filter((event) => event !== 'newListener')
      .reduce((sum, event) => sum + this.listenerCount(event), 0);
  }

  #options(uuid: string): BlenoCharacteristicOptions {
    const found = this.#service?.characteristics.find((each) => each.uuid === bareUuid(uuid));
    if (found === undefined) throw new Error('the service is not set');
    return found.options;
  }
}
