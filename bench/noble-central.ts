import type { Characteristic, Peripheral } from '@abandonware/noble';
import { once } from 'node:events';
import { loadNoble } from '../air/index.js';
import type { HciTransport } from '../air/index.js';
import { perSecond } from './measure.js';
import { SETUP } from './two-devices.js';

/** A noble that has found an EchoPeripheral. */
export class NobleCentral {
  private constructor(readonly found: Peripheral) {}

  static async start(transport: HciTransport): Promise<NobleCentral> {
    const { noble } = loadNoble(transport);
    await noble.startScanningAsync([SETUP.service], false);
    const found = await new Promise<Peripheral>((resolve) => noble.once('discover', resolve));
    await noble.stopScanningAsync();
    return new NobleCentral(found);
  }

  /** What is written and what is notified, with notifications on; while it is connected. */
  async discover(): Promise<EchoCharacteristics> {
    const { characteristics } = await this.found.discoverAllServicesAndCharacteristicsAsync();
    const [written, notified] = [SETUP.written, SETUP.notified].map((uuid) =>
      characteristics.find((characteristic) => characteristic.uuid === uuid),
    );
    if (written === undefined || notified === undefined) throw new Error('no characteristic');
    await notified.subscribeAsync();
    return { written, notified };
  }
}

export interface EchoCharacteristics {
  readonly written: Characteristic;
  readonly notified: Characteristic;
}

/** How many in a second, as TwoDevices says. */
export const roundTrips = ({ written, notified }: EchoCharacteristics, ms: number) =>
  perSecond(ms, async () => {
    const answer = once(notified, 'data') as Promise<[Buffer]>;
    const question = Buffer.alloc(SETUP.roundTripBytes, 1);
    await written.writeAsync(question, false);
    if (!(await answer)[0].equals(question)) throw new Error('another answer');
    return 1;
  });
