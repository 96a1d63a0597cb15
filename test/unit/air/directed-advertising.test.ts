import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { activeScan, ExtendedHost, extendedCreate, scanParameters } from './extended-host.js';
import { TestHost, addressOf, identityOf, peerOf } from './test-host.js';
import { LeAddToAcceptList } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { LeSetEventMask } from '../../../lib/hci/commands/host-control.js';
import {
  LeCreateConnection,
  LeExtendedCreateConnection,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeAdvertisingSetTerminated,
  LeDirectedAdvertisingReport,
  LeExtendedAdvertisingReport,
} from '../../../lib/hci/events/advertising.js';
import { LeConnectionComplete } from '../../../lib/hci/events/links.js';

/** Looks like a resolvable private address that nobody can resolve. */
const UNRESOLVABLE = bytes('010203040546');
const NOBODY = { peerAddressType: 1, peerAddress: UNRESOLVABLE };

let clock: SimClock;
let air: VirtualAir;
let car: TestHost;
let phone: TestHost;
let stranger: TestHost;

interface Target {
  readonly peerAddressType: number;
  readonly peerAddress: Uint8Array;
}

/** Types of directed advertising (7.8.5). */
const HIGH_DUTY = 1;
const LOW_DUTY = 4;

const scan = (host: TestHost, filterPolicy: number): void => {
  host.command(LeSetScanParameters, { interval: 0x12, window: 0x12, filterPolicy });
  host.command(LeSetScanEnable, { enable: 1 });
};

const events = async (host: TestHost): Promise<string[]> =>
  (await host.packets()).filter((packet) => packet.startsWith('043e'));

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'directed', clock });
  const make = async (): Promise<TestHost> => {
    const host = new TestHost(air.controller());
    await host.enableEvents();
    return host;
  };
  [car, phone, stranger] = [await make(), await make(), await make()];
});

const advertise = async (type: number, target: Target): Promise<void> => {
  expect(
    await car.exchange(LeSetAdvertisingParameters, {
      intervalMin: 0xa0,
      intervalMax: 0xa0,
      type,
      ...target,
      channels: 0b111,
    }),
  ).toEqual([completed(LeSetAdvertisingParameters)]);
  expect((await car.exchange(LeSetAdvertisingEnable, { enable: 1 }))[0]).toBe(
    completed(LeSetAdvertisingEnable),
  );
};

describe('directed advertising', () => {
  it.each([
    ['low', LOW_DUTY],
    ['high', HIGH_DUTY],
  ])('with %s duty cycle connects to its target and to nobody else', async (_duty, type) => {
    stranger.connect(car.controller);
    await stranger.packets();
    await advertise(type, peerOf(phone.controller));
    await clock.advance(500);
    expect(await stranger.packets()).toEqual([]);
    phone.connect(car.controller);
    await clock.advance(500);
    expect(await phone.packets()).toEqual([
      answered(LeCreateConnection),
      event(LeConnectionComplete, {
        handle: 0x40,
        peerAddress: addressOf(car.controller),
        interval: 6,
        timeout: 0x2a,
      }),
    ]);
  });

  it('ends after 1.28 s with a high duty cycle, with status 0x3c', async () => {
    await advertise(HIGH_DUTY, peerOf(phone.controller));
    await clock.advance(1279);
    expect(await car.packets()).toEqual([]);
    await clock.advance(1);
    expect(await car.packets()).toEqual([
      event(LeConnectionComplete, { status: Status.advertisingTimeout, role: 1 }),
    ]);
    phone.connect(car.controller);
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([answered(LeCreateConnection)]);
    expect((await car.exchange(LeSetAdvertisingEnable, { enable: 1 }))[0]).toBe(
      completed(LeSetAdvertisingEnable),
    );
  });

  it('ends without an event when the host stops it or a link comes about', async () => {
    await advertise(HIGH_DUTY, peerOf(phone.controller));
    await car.exchange(LeSetAdvertisingEnable);
    await clock.advance(2000);
    expect(await car.packets()).toEqual([]);
    phone.connect(car.controller);
    await phone.packets();
    await car.exchange(LeSetAdvertisingEnable, { enable: 1 });
    await clock.advance(2000);
    expect((await events(phone)).concat(await events(car))).toHaveLength(1);
  });

  it('goes on for ever with a low duty cycle', async () => {
    await advertise(LOW_DUTY, peerOf(phone.controller));
    await clock.advance(10_000);
    expect(await car.packets()).toEqual([]);
    scan(phone, 0);
    // Without data, whatever is set.
    const report = event(LeAdvertisingReport, {
      reports: [{ type: 1, address: addressOf(car.controller), rssi: -37 }],
    });
    expect((await events(phone))[0]).toBe(report);
  });

  it('is reported to its target alone', async () => {
    await advertise(LOW_DUTY, peerOf(phone.controller));
    scan(stranger, 0);
    scan(phone, 0);
    await clock.advance(150);
    expect(await events(stranger)).toEqual([]);
    expect((await events(phone)).length).toBeGreaterThan(0);
  });

  it('to an unresolvable private address is for the extended filter policies', async () => {
    await advertise(LOW_DUTY, NOBODY);
    for (const policy of [0, 1]) {
      scan(phone, policy);
      await clock.advance(150);
      expect(await events(phone)).toEqual([]);
      await phone.exchange(LeSetScanEnable);
    }
    phone.command(LeSetEventMask, { mask: bytes('1f04000000000000') });
    scan(phone, 2);
    const report = event(LeDirectedAdvertisingReport, {
      reports: [
        {
          type: 1,
          address: addressOf(car.controller),
          targetType: 1,
          target: UNRESOLVABLE,
          rssi: -37,
        },
      ],
    });
    expect((await events(phone))[0]).toBe(report);
    await phone.exchange(LeSetScanEnable);
    // Policy 3 wants the advertiser in the accept list besides.
    scan(phone, 3);
    expect(await events(phone)).toEqual([]);
    await phone.exchange(LeSetScanEnable);
    await phone.exchange(LeAddToAcceptList, identityOf(car.controller));
    scan(phone, 3);
    expect((await events(phone))[0]).toBe(report);
  });
});

describe('directed advertising with extended commands', () => {
  let fob: ExtendedHost;
  let watch: ExtendedHost;

  beforeEach(async () => {
    fob = await ExtendedHost.create(air.controller());
    watch = await ExtendedHost.create(air.controller());
  });

  it('tells a host that scans with extended commands whom it is for', async () => {
    await fob.advertiseSet({ properties: 0x05, ...peerOf(watch.controller) }, '0301aaaa');
    await watch.scanExtended(scanParameters());
    await clock.advance(150);
    expect(await watch.leEvents()).toEqual([
      event(LeExtendedAdvertisingReport, {
        reports: [
          {
            type: 0x05,
            address: addressOf(fob.controller),
            primaryPhy: 1,
            secondaryPhy: 1,
            sid: 5,
            txPower: 127,
            rssi: -37,
            target: addressOf(watch.controller),
            data: bytes('0301aaaa'),
          },
        ],
      }),
    ]);
  });

  it('marks a target that cannot be resolved', async () => {
    await fob.advertiseSet({ properties: 0x15, ...NOBODY });
    await watch.scanExtended(scanParameters({ filterPolicy: 2 }));
    await clock.advance(150);
    expect(await watch.leEvents()).toEqual([
      event(LeExtendedAdvertisingReport, {
        reports: [
          {
            type: 0x15,
            address: addressOf(fob.controller),
            primaryPhy: 1,
            sid: 0xff,
            txPower: 127,
            rssi: -37,
            targetType: 0xfe,
            target: UNRESOLVABLE,
          },
        ],
      }),
    ]);
  });

  it('with high duty cycle ends with the set: no connection event', async () => {
    await fob.advertiseSet({ properties: 0x1d, ...peerOf(watch.controller) }, '', '', {
      duration: 0x80,
    });
    await clock.advance(1280);
    expect(await fob.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.advertisingTimeout, set: 1 }),
    ]);
  });

  it('gives its scan response to its target alone', async () => {
    const directed = { properties: 0x06, ...peerOf(watch.controller), notifyScanRequests: 1 };
    await fob.advertiseSet(directed, '', 'aabb');
    const other = await ExtendedHost.create(air.controller());
    await other.scanExtended(activeScan());
    await clock.advance(150);
    expect([await other.leEvents(), await fob.leEvents()]).toEqual([[], []]);
    await watch.scanExtended(activeScan());
    await watch.packets();
    await clock.advance(150);
    expect((await watch.leEvents()).at(-1)).toMatch(/02aabb$/);
  });

  it('connects', async () => {
    await fob.advertiseSet({ properties: 0x05, ...peerOf(watch.controller) });
    await watch.exchange(LeExtendedCreateConnection, extendedCreate(peerOf(fob.controller)));
    await clock.advance(150);
    expect((await fob.leEvents())[0]).toMatch(/^043e1f0a00400001/);
  });
});
