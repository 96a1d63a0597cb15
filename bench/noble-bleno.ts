import type { Characteristic, Peripheral } from '@abandonware/noble';
import { once } from 'node:events';
import { loadBleno, loadNoble, VirtualAir } from '../air/index.js';
import type { BlenoModule, HciTransport } from '../air/index.js';
import { Countdown, perSecond } from './measure.js';
import { SETUP } from './two-devices.js';
import type { Measured, TwoDevices } from './two-devices.js';

/** The real noble and bleno, in this process, on a virtual air of pace `instant`. */
export const nobleAndBleno = async (): Promise<TwoDevices<Measured>> => {
  const air = new VirtualAir({ seed: 'bench' });
  const { bleno, received } = await startEcho(air.controller(SETUP));
  const found = await findEcho(air.controller(SETUP));

  const connect = async (): Promise<void> => {
    const exchanged = once(bleno, 'mtuChange');
    await found.connectAsync();
    await exchanged;
  };
  const disconnect = async (): Promise<void> => {
    const gone = once(bleno, 'disconnect');
    await found.disconnectAsync();
    await gone;
  };
  const sendBatch = async (written: Characteristic): Promise<number> => {
    const { batch, chunkBytes } = SETUP;
    const bytes = batch * chunkBytes;
    const arrived = received.wait(bytes);
    for (let i = 0; i < batch; i++) written.write(Buffer.alloc(chunkBytes, i), true);
    await arrived;
    return bytes;
  };

  return {
    measure: async (what, ms) => {
      if (what === 'connects') return perSecond(ms, () => connect().then(disconnect));
      await connect();
      const characteristics = await discover(found);
      const rate = await (what === 'round_trips'
        ? roundTrips(characteristics, ms)
        : perSecond(ms, () => sendBatch(characteristics.written)));
      await disconnect();
      return rate;
    },
    close: async () => air.close(),
  };
};

/** A bleno that advertises, notifies what is written by Write Request, and counts what comes by Write Command. */
export const startEcho = async (
  transport: HciTransport,
): Promise<{ bleno: BlenoModule; received: Countdown }> => {
  const { bleno } = loadBleno(transport);
  const received = new Countdown();
  await once(bleno, 'stateChange');
  let notify: (value: Buffer) => void = () => undefined;
  const written = new bleno.Characteristic({
    uuid: SETUP.written,
    properties: ['write', 'writeWithoutResponse'],
    onWriteRequest: (data, _offset, withoutResponse, answer) => {
      answer(bleno.Characteristic.RESULT_SUCCESS);
      if (withoutResponse) received.count(data.length);
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
  return { bleno, received };
};

/** Such a bleno, as a noble finds it. */
export const findEcho = async (transport: HciTransport): Promise<Peripheral> => {
  const { noble } = loadNoble(transport);
  await noble.startScanningAsync([SETUP.service], false);
  const found = await new Promise<Peripheral>((resolve) => noble.once('discover', resolve));
  await noble.stopScanningAsync();
  return found;
};

/** What is written and what is notified, with notifications on; while it is connected. */
export const discover = async (found: Peripheral) => {
  const { characteristics } = await found.discoverAllServicesAndCharacteristicsAsync();
  const [written, notified] = [SETUP.written, SETUP.notified].map((uuid) =>
    characteristics.find((characteristic) => characteristic.uuid === uuid),
  );
  if (written === undefined || notified === undefined) throw new Error('no characteristic');
  await notified.subscribeAsync();
  return { written, notified };
};

type EchoCharacteristics = Awaited<ReturnType<typeof discover>>;

/** How many in a second, as TwoDevices says. */
export const roundTrips = ({ written, notified }: EchoCharacteristics, ms: number) =>
  perSecond(ms, async () => {
    const answer = once(notified, 'data') as Promise<[Buffer]>;
    const question = Buffer.alloc(SETUP.roundTripBytes, 1);
    await written.writeAsync(question, false);
    if (!(await answer)[0].equals(question)) throw new Error('another answer');
  });
