import type { Characteristic } from '@abandonware/noble';
import { once } from 'node:events';
import { VirtualAir } from '../air/index.js';
import { EchoPeripheral } from './echo-peripheral.js';
import { perSecond } from './measure.js';
import { NobleCentral, roundTrips } from './noble-central.js';
import { SETUP } from './two-devices.js';
import type { Measured, TwoDevices } from './two-devices.js';

/** The real noble and bleno, in this process, on a virtual air of pace `instant`. */
export class NobleAndBleno implements TwoDevices {
  readonly #air: VirtualAir;
  readonly #peripheral: EchoPeripheral;
  readonly #central: NobleCentral;

  private constructor(air: VirtualAir, peripheral: EchoPeripheral, central: NobleCentral) {
    this.#air = air;
    this.#peripheral = peripheral;
    this.#central = central;
  }

  static async start(): Promise<NobleAndBleno> {
    const air = new VirtualAir({ seed: 'bench' });
    const peripheral = await EchoPeripheral.start(air.controller(SETUP));
    return new NobleAndBleno(air, peripheral, await NobleCentral.start(air.controller(SETUP)));
  }

  async measure(what: Measured, ms: number): Promise<number> {
    if (what === 'connects') {
      return perSecond(ms, async () => {
        await this.#connect();
        await this.#disconnect();
        return 1;
      });
    }
    await this.#connect();
    const characteristics = await this.#central.discover();
    const rate = await (what === 'round_trips'
      ? roundTrips(characteristics, ms)
      : perSecond(ms, () => this.#batch(characteristics.written)));
    await this.#disconnect();
    return rate;
  }

  async close(): Promise<void> {
    this.#air.close();
  }

  async #connect(): Promise<void> {
    const exchanged = once(this.#peripheral.bleno, 'mtuChange');
    await this.#central.found.connectAsync();
    await exchanged;
  }

  async #disconnect(): Promise<void> {
    const gone = once(this.#peripheral.bleno, 'disconnect');
    await this.#central.found.disconnectAsync();
    await gone;
  }

  async #batch(written: Characteristic): Promise<number> {
    const { batch, chunkBytes } = SETUP;
    const bytes = batch * chunkBytes;
    const arrived = this.#peripheral.received(bytes);
    for (let i = 0; i < batch; i++) written.write(Buffer.alloc(chunkBytes, i), true);
    await arrived;
    return bytes;
  }
}
