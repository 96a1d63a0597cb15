import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { loadBleno, loadNoble } from '../../../../air/index.js';
import type {
  BlenoModule,
  BlenoHandle,
  HciTransport,
  NobleModule,
  NobleHandle,
} from '../../../../air/index.js';

type Peripheral = import('@abandonware/noble').Peripheral;
type Characteristic = import('@abandonware/noble').Characteristic;

export const SERVICE = '9f3c0001e5a94d1b8c7a2b6d5e4f3a21';
export const WRITE = '9f3c0002e5a94d1b8c7a2b6d5e4f3a21';
export const NOTIFY = '9f3c0003e5a94d1b8c7a2b6d5e4f3a21';

/** The first arguments of the next `event`. */
export const next = async <T extends unknown[]>(emitter: unknown, event: string): Promise<T> =>
  (await once(emitter as EventEmitter, event)) as T;

export interface TestPeripheral extends BlenoHandle {
  readonly bleno: BlenoModule;
  /** What centrals have written, in order, with the flag `withoutResponse`. */
  readonly written: { readonly data: Buffer; readonly withoutResponse: boolean }[];
  /** Resolves once `count` writes have arrived. */
  received(count: number): Promise<void>;
  /** Sends a notification to whoever has subscribed; throws when nobody has. */
  notify(data: Buffer): void;
  subscribed(): Promise<void>;
}

/** A bleno that advertises one service with a characteristic to write and one that notifies. */
export const startPeripheral = async (
  transport: HciTransport,
  name: string,
): Promise<TestPeripheral> => {
  const { bleno, close } = loadBleno(transport);
  const written: TestPeripheral['written'] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let update: ((data: Buffer) => void) | undefined;
  let onSubscribed: (() => void) | undefined;
  const subscribed = new Promise<void>((resolve) => {
    onSubscribed = resolve;
  });
  const { Characteristic: C, PrimaryService } = bleno;
  const service = new PrimaryService({
    uuid: SERVICE,
    characteristics: [
      new C({
        uuid: WRITE,
        properties: ['write', 'writeWithoutResponse'],
        onWriteRequest: (data, _offset, withoutResponse, callback) => {
          written.push({ data: Buffer.from(data), withoutResponse });
          callback(C.RESULT_SUCCESS);
          for (const { count, resolve } of waiting) if (written.length >= count) resolve();
        },
      }),
      new C({
        uuid: NOTIFY,
        properties: ['notify'],
        onSubscribe: (_maxValueSize, callback) => {
          update = callback;
          onSubscribed?.();
        },
        onUnsubscribe: () => {
          update = undefined;
        },
      }),
    ],
  });
  const poweredOn = next(bleno, 'stateChange');
  bleno.on('stateChange', () => undefined);
  await poweredOn;
  bleno.setServices([service]);
  const advertising = next(bleno, 'advertisingStart');
  bleno.startAdvertising(name, [SERVICE]);
  await advertising;
  return {
    bleno,
    close,
    [Symbol.dispose]: close,
    written,
    received: (count) =>
      new Promise((resolve) => {
        if (written.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    notify: (data) => {
      if (update === undefined) throw new Error('nobody has subscribed');
      update(data);
    },
    subscribed: () => subscribed,
  };
};

export interface TestCentral extends NobleHandle {
  /** Names of the peripherals that were seen, by the time. */
  readonly seen: Map<string, Peripheral>;
  /** Scans until the named peripheral is seen. */
  find(name: string): Promise<Peripheral>;
}

export const startCentral = async (transport: HciTransport): Promise<TestCentral> => {
  const { noble, close } = loadNoble(transport);
  const seen = new Map<string, Peripheral>();
  const poweredOn = next(noble, 'stateChange');
  noble.on('stateChange', () => undefined);
  await poweredOn;
  noble.on('discover', (peripheral) => {
    seen.set(peripheral.advertisement.localName, peripheral);
  });
  return {
    noble,
    close,
    [Symbol.dispose]: close,
    seen,
    find: async (name) => {
      await noble.startScanningAsync([SERVICE], true);
      while (!seen.has(name)) await next(noble, 'discover');
      await noble.stopScanningAsync();
      const peripheral = seen.get(name);
      if (peripheral === undefined) throw new Error('unreachable');
      return peripheral;
    },
  };
};

export interface TestLink {
  readonly peripheral: Peripheral;
  readonly write: Characteristic;
  readonly notify: Characteristic;
}

/** Connects, waits for the MTU exchange and finds both characteristics. */
export const connect = async (peripheral: Peripheral): Promise<TestLink> => {
  await peripheral.connectAsync();
  const { characteristics } = await peripheral.discoverSomeServicesAndCharacteristicsAsync(
    [SERVICE],
    [WRITE, NOTIFY],
  );
  const find = (uuid: string): Characteristic => {
    const found = characteristics.find((characteristic) => characteristic.uuid === uuid);
    if (found === undefined) throw new Error(`no characteristic ${uuid}`);
    return found;
  };
  return { peripheral, write: find(WRITE), notify: find(NOTIFY) };
};

export type { NobleModule };
