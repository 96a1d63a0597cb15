import { EventEmitter } from 'node:events';
import { nativeProfile } from '../../../lib/native/profile.js';
import { bareUuid } from '../../../lib/link/gatt-profile.js';
import type { Declaration } from '../../../lib/radio/gatt-row.js';
import type {
  LoadedNoble,
  Noble,
  NobleCharacteristic,
  NoblePeripheral,
  NobleService,
} from '../../../lib/radio/noble-types.js';

const SERVICE = bareUuid(nativeProfile.service);

/** Answers in a later turn, as the real stack does; `mute` names the calls that get no answer. */
export class FakeNoble extends EventEmitter implements Noble {
  state = 'unknown';
  readonly mute = new Set<string>();
  readonly calls: string[] = [];
  closed = 0;

  readonly #firstState: string | null;

  constructor(firstState: string | null = 'poweredOn') {
    super();
    this.#firstState = firstState;
    let started = false;
    this.on('newListener', (event) => {
      if (event !== 'stateChange' || started) return;
      started = true;
      process.nextTick(() => {
        if (this.#firstState !== null) this.become(this.#firstState);
      });
    });
  }

  /** That of a system's own stack, which nothing comes of. */
  addService(): NobleService {
    throw new Error('a service that was not looked for');
  }

  load = (): Promise<LoadedNoble> =>
    Promise.resolve({
      noble: this,
      close: () => {
        this.closed++;
      },
    });

  become(state: string): void {
    this.state = state;
    this.emit('stateChange', state);
  }

  startScanning(serviceUuids: string[], allowDuplicates: boolean): void {
    this.calls.push(`startScanning ${serviceUuids.join()} ${String(allowDuplicates)}`);
    this.answer('startScanning', () => this.emit('scanStart'));
  }

  stopScanning(): void {
    this.calls.push('stopScanning');
    this.answer('stopScanning', () => this.emit('scanStop'));
  }

  answer(call: string, fn: () => void): void {
    if (!this.mute.has(call)) setImmediate(fn);
  }

  /** Listeners of ours on noble, less the fake's own. */
  get ownListeners(): number {
    return this.eventNames()
      .filter((event) => event !== 'newListener')
      .reduce((sum, event) => sum + this.listenerCount(event), 0);
  }
}

export class FakeCharacteristic extends EventEmitter implements NobleCharacteristic {
  readonly writes: { readonly data: Buffer; readonly withoutResponse: boolean }[] = [];

  readonly #noble: FakeNoble;

  constructor(
    noble: FakeNoble,
    readonly uuid: string,
    readonly properties: readonly string[],
  ) {
    super();
    this.#noble = noble;
  }

  write(data: Buffer, withoutResponse: boolean): void {
    this.writes.push({ data, withoutResponse });
    this.#noble.answer('write', () => this.emit('write'));
  }

  subscribe(): void {
    this.#noble.answer('subscribe', () => this.emit('notify', true));
  }
}

class FakeService extends EventEmitter implements NobleService {
  readonly uuid = SERVICE;
  readonly #peripheral: FakePeripheral;

  constructor(peripheral: FakePeripheral) {
    super();
    this.#peripheral = peripheral;
  }

  discoverCharacteristics(): void {
    const { noble, characteristics, declarations } = this.#peripheral;
    noble.answer('discoverCharacteristics', () => {
      if (declarations !== undefined) this.emit('characteristicsDiscovered', declarations);
      this.emit('characteristicsDiscover', characteristics);
    });
  }
}

export class FakePeripheral extends EventEmitter implements NoblePeripheral {
  rssi = -60;
  mtu: number | null = null;
  /** What the car answers to the exchange of MTUs. */
  offeredMtu: number | null = 256;
  state: NoblePeripheral['state'] = 'disconnected';
  advertisement: NoblePeripheral['advertisement'] = {
    serviceUuids: [SERVICE],
    serviceData: [{ uuid: SERVICE, data: Buffer.of(7, 7) }],
  };
  hasService = true;
  services: NobleService[] | null = null;
  /** Told only where noble runs its own host. */
  declarations: Declaration[] | undefined;
  connectErrors: Error[] = [];
  connects = 0;
  readonly handleWrites: object[] = [];
  readonly toCar: FakeCharacteristic;
  readonly fromCar: FakeCharacteristic;
  readonly info: FakeCharacteristic;
  characteristics: FakeCharacteristic[];

  constructor(
    readonly noble: FakeNoble,
    readonly id = 'car1',
  ) {
    super();
    const make = (uuid: string, ...properties: string[]) =>
      new FakeCharacteristic(noble, bareUuid(uuid), properties);
    this.toCar = make(nativeProfile.toCar.uuid, 'write', 'writeWithoutResponse');
    this.fromCar = make(nativeProfile.fromCar.uuid, 'notify');
    this.info = make(nativeProfile.info.uuid, 'read');
    this.characteristics = [this.toCar, this.fromCar, this.info];
  }

  connect(): void {
    this.connects++;
    this.state = 'connecting';
    this.noble.answer('connect', () => {
      this.connected(this.connectErrors.shift());
    });
  }

  connected(error?: Error): void {
    this.state = error === undefined ? 'connected' : 'error';
    this.mtu = this.offeredMtu;
    this.emit('connect', error);
  }

  cancelConnect(): void {
    this.noble.calls.push('cancelConnect');
    this.emit('connect', new Error('connection canceled!'));
    this.noble.answer('cancelConnect', () => {
      this.connected(new Error('Unknown Connection Identifier (0x2)'));
    });
  }

  disconnect(): void {
    this.noble.calls.push('disconnect');
    this.state = 'disconnecting';
    this.noble.answer('disconnect', () => {
      this.disconnected(0x16);
    });
  }

  disconnected(reason: number): void {
    this.state = 'disconnected';
    this.emit('disconnect', reason);
  }

  writeHandle(handle: number, data: Buffer, withoutResponse: boolean): void {
    this.handleWrites.push({ handle, data, withoutResponse });
    this.noble.answer('writeHandle', () => this.emit(`handleWrite${String(handle)}`));
  }

  discoverServices(): void {
    this.noble.answer('discoverServices', () =>
      this.emit('servicesDiscover', this.hasService ? [new FakeService(this)] : []),
    );
  }
}
