import { PhoneKeyError } from '../errors.js';
import { inTurn } from '../platform/turn.js';
import { memoryLinkPair } from './memory.js';
import type { MemoryLink, MemoryLinkOptions } from './memory.js';
import type {
  Advertisement,
  Central,
  CentralLink,
  Peripheral,
  PeripheralService,
} from './types.js';

/** Phones and cars that hear each other without a radio: every car is near every phone. */
export class MemoryRadio {
  readonly #peripherals = new Map<string, MemoryPeripheral>();
  readonly #options: MemoryLinkOptions;
  /** Every link made so far, newest last: for tests that break one. */
  readonly links: { readonly phone: MemoryLink; readonly car: MemoryLink }[] = [];
  #sequence = 0;

  constructor(options: MemoryLinkOptions = {}) {
    this.#options = options;
  }

  peripheral(): Peripheral {
    const id = `memory-${String(++this.#sequence)}`;
    const peripheral = new MemoryPeripheral(() => this.#peripherals.delete(id));
    this.#peripherals.set(id, peripheral);
    return peripheral;
  }

  central(): Central {
    return {
      scan: async (found, signal) => {
        const listening = (): boolean => !signal.aborted; // `found` may abort it
        while (listening()) {
          for (const [id, { serviceData }] of this.#peripherals) {
            if (serviceData !== undefined && listening()) found({ id, rssi: -40, serviceData });
          }
          await new Promise<void>(inTurn);
        }
      },
      connect: (advertisement) => this.#connect(advertisement),
      close: () => Promise.resolve(),
    };
  }

  #connect(advertisement: Advertisement): Promise<CentralLink> {
    const service = this.#peripherals.get(advertisement.id)?.service;
    if (service === undefined) {
      return Promise.reject(new PhoneKeyError('radio.connect-failed', 'the car has gone'));
    }
    const pair = memoryLinkPair(this.#options);
    this.links.push(pair);
    const { phone, car } = pair;
    return Promise.resolve({
      mtu: phone.mtu,
      peer: advertisement.id,
      open: async (handlers) => {
        await phone.open(handlers);
        service.onLink(car);
      },
      send: (chunk) => phone.send(chunk),
      close: () => phone.close(),
      readInfo: () => Promise.resolve(service.info.slice()),
      rssi: () => Promise.resolve(-40),
    });
  }
}

class MemoryPeripheral implements Peripheral {
  service: PeripheralService | undefined;
  serviceData: Uint8Array | undefined;
  readonly #gone: () => void;

  constructor(gone: () => void) {
    this.#gone = gone;
  }

  start(service: PeripheralService): Promise<void> {
    this.service = service;
    return Promise.resolve();
  }

  advertise(serviceData: Uint8Array): Promise<void> {
    this.serviceData = serviceData;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#gone();
    return Promise.resolve();
  }
}
