import type { Characteristic, Peripheral } from '@abandonware/noble';
import { once } from 'node:events';
import { loadBleno, loadNoble, VirtualAir, type Bleno, type BlenoHandle } from '../air/index.js';
import { SETUP, type Measured, type TwoDevices } from './two-devices.js';

/** The real noble and bleno, in this process, on a virtual air of pace `instant`. */
export class NobleAndBleno implements TwoDevices {
  readonly #air: VirtualAir;
  readonly #peripheral: EchoPeripheral;
  readonly #found: Peripheral;

  private constructor(air: VirtualAir, peripheral: EchoPeripheral, found: Peripheral) {
    this.#air = air;
    this.#peripheral = peripheral;
    this.#found = found;
  }

  static async start(): Promise<NobleAndBleno> {
    const air = new VirtualAir({ seed: 'bench' });
    const peripheral = await EchoPeripheral.start(loadBleno(air.controller(SETUP)));
    const { noble } = loadNoble(air.controller(SETUP));
    await noble.startScanningAsync([SETUP.service], false);
    const found = await new Promise<Peripheral>((resolve) => noble.once('discover', resolve));
    await noble.stopScanningAsync();
    return new NobleAndBleno(air, peripheral, found);
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
    const { characteristics } = await this.#found.discoverAllServicesAndCharacteristicsAsync();
    const [written, notified] = [SETUP.written, SETUP.notified].map((uuid) =>
      characteristics.find((characteristic) => characteristic.uuid === uuid),
    );
    if (written === undefined || notified === undefined) throw new Error('no characteristic');
    await notified.subscribeAsync();
    const rate = await (what === 'round_trips'
      ? perSecond(ms, () => roundTrip(written, notified))
      : perSecond(ms, () => this.#batch(written)));
    await this.#disconnect();
    return rate;
  }

  async close(): Promise<void> {
    this.#air.close();
  }

  async #connect(): Promise<void> {
    const exchanged = once(this.#peripheral.bleno, 'mtuChange');
    await this.#found.connectAsync();
    await exchanged;
  }

  async #disconnect(): Promise<void> {
    const gone = once(this.#peripheral.bleno, 'disconnect');
    await this.#found.disconnectAsync();
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

const roundTrip = async (written: Characteristic, notified: Characteristic): Promise<number> => {
  const answer = once(notified, 'data') as Promise<[Buffer]>;
  const question = Buffer.alloc(SETUP.roundTripBytes, 1);
  await written.writeAsync(question, false);
  if (!(await answer)[0].equals(question)) throw new Error('another answer');
  return 1;
};

/** Notifies what is written by Write Request, and counts what comes by Write Command. */
class EchoPeripheral {
  #left = 0;
  #arrived: () => void = () => undefined;

  private constructor(readonly bleno: Bleno) {}

  static async start({ bleno }: BlenoHandle): Promise<EchoPeripheral> {
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

/** What `run` does in a second, when it does it again and again for `ms` milliseconds. */
const perSecond = async (ms: number, run: () => Promise<number>): Promise<number> => {
  const start = performance.now();
  let [done, now] = [0, start];
  while (now - start < ms) {
    done += await run();
    now = performance.now();
  }
  return (1000 * done) / (now - start);
};
