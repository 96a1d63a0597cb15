import { once } from 'node:events';
import { loadBleno } from '../air/index.js';
import type { BlenoModule, HciTransport } from '../air/index.js';
import { SETUP } from './two-devices.js';

/** A bleno that notifies what is written by Write Request, and counts what comes by Write Command. */
export class EchoPeripheral {
  #left = 0;
  #arrived: () => void = () => undefined;

  private constructor(readonly bleno: BlenoModule) {}

  /** Resolves once it advertises. */
  static async start(transport: HciTransport): Promise<EchoPeripheral> {
    const { bleno } = loadBleno(transport);
    const peripheral = new EchoPeripheral(bleno);
    await once(bleno, 'stateChange');
    let notify: (value: Buffer) => void = () => undefined;
    const written = new bleno.Characteristic({
      uuid: SETUP.written,
      properties: ['write', 'writeWithoutResponse'],
      onWriteRequest: (data, _offset, withoutResponse, answer) => {
        answer(bleno.Characteristic.RESULT_SUCCESS);
        if (withoutResponse) peripheral.#count(data.length);
        else notify(data);
      },
    });
    const notified = new bleno.Characteristic({
      uuid: SETUP.notified,
      properties: ['notify'],
      onSubscribe: (_maxValueSize, update) => (notify = update),
    });
    bleno.setServices([
      new bleno.PrimaryService({ uuid: SETUP.service, characteristics: [written, notified] }),
    ]);
    bleno.startAdvertising('bench', [SETUP.service]);
    await once(bleno, 'advertisingStart');
    return peripheral;
  }

  /** Resolves when so many bytes more have come. */
  received(bytes: number): Promise<void> {
    this.#left = bytes;
    return new Promise((resolve) => (this.#arrived = resolve));
  }

  #count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left === 0) this.#arrived();
  }
}
