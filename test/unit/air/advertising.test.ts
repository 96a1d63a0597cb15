import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { VendorSetPosition, setTxPowerCommand } from '../../../air/vendor.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost, addressOf } from './test-host.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import {
  LeReadAdvertisingTxPower,
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { LeSetEventMask, Reset } from '../../../lib/hci/commands/host-control.js';
import { LeSetScanEnable, LeSetScanParameters } from '../../../lib/hci/commands/listening.js';
import { bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeAdvertisingReport } from '../../../lib/hci/events/advertising.js';

let clock: SimClock;
let air: VirtualAir;
let car: TestHost;
let phone: TestHost;

/** Reports of a car 5 m away (-74 dBm = b6) with the data that `TestHost.advertise` sets. */
const advertisement = (): string =>
  event(LeAdvertisingReport, {
    reports: [{ address: addressOf(car.controller), data: bytes('020106'), rssi: -74 }],
  });
const scanResponse = (): string =>
  event(LeAdvertisingReport, {
    reports: [
      { type: 4, address: addressOf(car.controller), data: bytes('0408636172'), rssi: -74 },
    ],
  });

const reports = async (): Promise<string[]> =>
  (await phone.packets()).filter((packet) => packet.startsWith('043e'));

/** Signal strength in the last byte of a report, dBm. */
const rssiOf = (report: string): number =>
  Buffer.from(report, 'hex').readInt8(report.length / 2 - 1);

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'advertising', clock });
  car = new TestHost(air.controller());
  phone = new TestHost(air.controller({ position: { x: 3, y: 4 } }));
  await phone.enableEvents();
});

describe('scanning', () => {
  it('gives advertisement and scan response as two reports', async () => {
    await car.advertise();
    phone.scan(true);
    expect(await reports()).toEqual([advertisement(), scanResponse()]);
  });

  it('hears a car that begins to advertise later', async () => {
    phone.scan(true);
    expect(await reports()).toEqual([]);
    await car.advertise();
    expect(await reports()).toEqual([advertisement(), scanResponse()]);
  });

  it('asks for no scan response when it is passive', async () => {
    await car.advertise();
    phone.scan(true, false);
    expect(await reports()).toEqual([advertisement()]);
  });

  it('reports a duplicate once, and again after it is enabled anew', async () => {
    await car.advertise();
    phone.scan(true);
    await phone.packets();
    await clock.advance(1000);
    expect(await reports()).toEqual([]);
    await phone.exchange(LeSetScanEnable);
    await clock.advance(1000);
    expect(await reports()).toEqual([]);
    phone.command(LeSetScanEnable, { enable: 1, filterDuplicates: 1 });
    expect(await reports()).toEqual([advertisement(), scanResponse()]);
  });

  it('hears every advertising event, 100 ms apart, without the filter', async () => {
    await car.advertise();
    phone.scan(false, false);
    await phone.packets();
    await clock.advance(1000);
    expect(await reports()).toEqual(Array.from({ length: 10 }, advertisement));
  });

  it('gives new data at once', async () => {
    await car.advertise();
    phone.scan(false, false);
    await phone.packets();
    await car.exchange(LeSetAdvertisingData, { length: 4, data: bytes('02010477') });
    expect(await reports()).toEqual([
      event(LeAdvertisingReport, {
        reports: [{ address: addressOf(car.controller), data: bytes('02010477'), rssi: -74 }],
      }),
    ]);
  });

  it('is refused new parameters meanwhile', async () => {
    phone.scan(true);
    await phone.packets();
    expect(
      await phone.exchange(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12 }),
    ).toEqual([completed(LeSetScanParameters, { status: Status.commandDisallowed })]);
  });

  it('says nothing where the LE event mask leaves reports out', async () => {
    phone.command(LeSetEventMask, { mask: bytes('1d00000000000000') });
    await car.advertise();
    phone.scan(false);
    expect(await reports()).toEqual([]);
  });

  it('tells apart what cannot be connected to, and advertises under a random address', async () => {
    car.command(LeSetRandomAddress, { address: bytes('0102030405c6') });
    car.command(LeSetAdvertisingParameters, {
      intervalMin: 0xa0,
      intervalMax: 0xa0,
      type: 3,
      ownAddressType: 1,
      channels: 7,
    });
    car.command(LeSetAdvertisingEnable, { enable: 1 });
    phone.scan(true);
    expect(await reports()).toEqual([
      event(LeAdvertisingReport, {
        reports: [{ type: 3, addressType: 1, address: bytes('0102030405c6'), rssi: -74 }],
      }),
    ]);
  });
});

describe('range', () => {
  it('ends at about 25 m', async () => {
    await car.advertise();
    phone.scan(false, false);
    await phone.packets();
    for (const [x, heard] of [
      [25, true],
      [26, false],
      [1e6, false],
      [24, true],
    ] as const) {
      phone.controller.moveTo(x, 0);
      await clock.advance(100);
      expect(await reports()).toHaveLength(heard ? 1 : 0);
    }
  });

  it('is felt in the signal: the farther, the weaker', async () => {
    await car.advertise();
    phone.scan(false, false);
    await phone.packets();
    const levels: number[] = [];
    for (const x of [0, 0.5, 1, 2, 4, 8, 16]) {
      phone.controller.moveTo(x, 0);
      await clock.advance(100);
      levels.push(...(await reports()).map(rssiOf));
    }
    expect(levels).toEqual([-37, -52, -59, -66, -72, -79, -85]);
  });

  it('grows with the power of the sender', async () => {
    await car.advertise();
    phone.controller.moveTo(26, 0);
    phone.scan(false, false);
    expect(await reports()).toEqual([]);
    car.controller.send(setTxPowerCommand(8));
    await clock.advance(100);
    expect((await reports()).map(rssiOf)).toEqual([-82]);
    expect((await car.exchange(LeReadAdvertisingTxPower)).at(-1)).toBe(
      completed(LeReadAdvertisingTxPower, { power: 8 }),
    );
  });

  it('is set by the host with the vendor command, in centimetres', async () => {
    await car.advertise();
    phone.command(VendorSetPosition, { x: 0x3e8 });
    expect(await phone.packets()).toEqual([completed(VendorSetPosition)]);
    phone.scan(true, false);
    expect((await reports()).map(rssiOf)).toEqual([-81]);
  });
});

describe('advertising', () => {
  it('ends when it is disabled, and when the controller is reset or closed', async () => {
    for (const stop of [
      () => {
        car.command(LeSetAdvertisingEnable);
      },
      () => {
        car.command(Reset);
      },
      () => {
        car.controller.close();
      },
    ]) {
      await car.advertise();
      stop();
      phone.scan(false);
      expect(await reports()).toEqual([]);
      await clock.advance(1000);
      expect(await reports()).toEqual([]);
      await phone.exchange(LeSetScanEnable);
    }
  });

  it('takes no time where nobody listens', async () => {
    await car.advertise();
    expect(clock.pending).toBe(0);
    phone.scan(false);
    await phone.packets();
    expect(clock.pending).toBe(1);
    await phone.exchange(LeSetScanEnable);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  it('is not heard by the advertiser itself', async () => {
    await car.enableEvents();
    await car.advertise();
    car.scan(false);
    const packets = await car.packets();
    expect(packets.filter((packet) => packet.startsWith('043e'))).toEqual([]);
  });
});
