import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { activeScan, ExtendedHost, scanParameters } from './extended-host.js';
import { addressOf } from './test-host.js';
import { LeAddToAcceptList, LeClearAcceptList } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  PhyBit,
} from '../../../lib/hci/commands/listening.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeScanTimeout } from '../../../lib/hci/events/advertising.js';

const TIMEOUT = event(LeScanTimeout);

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'extended scanning', clock });
  car = await ExtendedHost.create(air.controller());
  phone = await ExtendedHost.create(air.controller());
});

describe('extended scanning', () => {
  it('ends after its duration, and tells so', async () => {
    await phone.scanExtended(scanParameters(), { duration: 0x64 });
    await car.advertiseSet({}, '020106');
    expect(await phone.leEvents()).toHaveLength(1);
    await clock.advance(999);
    expect((await phone.leEvents()).filter((packet) => packet === TIMEOUT)).toEqual([]);
    await clock.advance(1);
    expect((await phone.leEvents()).at(-1)).toBe(TIMEOUT);
    await clock.advance(1000);
    expect(await phone.leEvents()).toEqual([]);
    // It is over: the parameters may be changed.
    expect(await phone.exchange(LeSetExtendedScanParameters, scanParameters())).toEqual([
      completed(LeSetExtendedScanParameters),
    ]);
  });

  it('begins again with each period, also with what was reported before', async () => {
    await car.advertiseSet({}, '020106');
    // For 500 ms of every 1.28 s; duplicates are told again in each.
    await phone.scanExtended(scanParameters(), {
      filterDuplicates: 2,
      duration: 0x32,
      period: 1,
    });
    await clock.advance(400);
    await phone.packets();
    for (let period = 1; period < 4; period++) {
      await clock.advance(period * 1280 - 1 - clock.now());
      expect(await phone.leEvents()).toEqual([]);
      await clock.advance(period * 1280 + 400 - clock.now());
      expect(await phone.leEvents()).toHaveLength(1);
    }
    await phone.exchange(LeSetExtendedScanEnable);
    await clock.advance(5000);
    expect(await phone.leEvents()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('reports a duplicate once for all periods with the other filter', async () => {
    await car.advertiseSet({}, '020106');
    await phone.scanExtended(scanParameters(), {
      filterDuplicates: 1,
      duration: 0x32,
      period: 1,
    });
    await clock.advance(5000);
    expect(await phone.leEvents()).toEqual([]);
  });

  it('keeps to the accept list, in which anonymous advertisers may be', async () => {
    await car.advertiseSet({ set: 1 }, '0301aaaa');
    await car.advertiseSet({ set: 2, properties: 0x20 }, '0301bbbb');
    for (const [entry, data] of [
      [{ address: addressOf(car.controller) }, '0301aaaa'],
      [{ addressType: 0xff }, '0301bbbb'],
    ] as const) {
      await phone.exchange(LeClearAcceptList);
      await phone.exchange(LeAddToAcceptList, entry);
      await phone.scanExtended(scanParameters({ filterPolicy: 1 }), { filterDuplicates: 1 });
      await clock.advance(150);
      await phone.exchange(LeSetExtendedScanEnable);
      await phone.scanExtended(scanParameters({ filterPolicy: 1 }));
      await clock.advance(150);
      const reports = await phone.leEvents();
      expect(reports.length).toBeGreaterThan(0);
      for (const report of reports) expect(report.endsWith(data)).toBe(true);
      await phone.exchange(LeSetExtendedScanEnable);
    }
  });

  const scan = (type: number, interval: number, window: number) => ({
    phys: PhyBit.le1M,
    scans: [{ type, interval, window }],
  });
  const one = { type: 0, interval: 0x10, window: 0x10 };

  it.each<readonly [string, Partial<ParametersOf<typeof LeSetExtendedScanParameters>>, number]>([
    ['an own address type', { ownAddressType: 4 }, Status.invalidParameters],
    ['a filter policy', { filterPolicy: 4 }, Status.invalidParameters],
    ['no PHY', { phys: 0, scans: [] }, Status.invalidParameters],
    ['the coded PHY', { phys: PhyBit.coded }, Status.unsupportedFeature],
    [
      'the coded PHY beside LE 1M',
      { phys: PhyBit.le1M | PhyBit.coded, scans: [one, one] },
      Status.unsupportedFeature,
    ],
    ['LE 2M, which is not primary', { phys: PhyBit.le2M }, Status.unsupportedFeature],
    ['a scan type', scan(2, 0x10, 0x10), Status.invalidParameters],
    ['a window above the interval', scan(0, 0x10, 0x11), Status.invalidParameters],
    ['a window below 2.5 ms', scan(0, 0x10, 0x03), Status.invalidParameters],
    ['parameters of a second PHY', { scans: [one, one] }, Status.invalidParameters],
    ['no parameters of its PHY', { scans: [] }, Status.invalidParameters],
  ])('refuses %s', async (_what, fields, status) => {
    expect(await phone.exchange(LeSetExtendedScanParameters, scanParameters(fields))).toEqual([
      completed(LeSetExtendedScanParameters, { status }),
    ]);
  });

  it.each([
    ['enable', { enable: 2 }],
    ['a filter', { filterDuplicates: 3 }],
    ['a filter by period without one', { filterDuplicates: 2, duration: 0x64 }],
    ['a filter by period for ever', { filterDuplicates: 2, period: 1 }],
    ['a duration as long as the period', { duration: 0x80, period: 1 }],
  ])('is not enabled with %s', async (_what, fields) => {
    expect(await phone.exchange(LeSetExtendedScanEnable, { enable: 1, ...fields })).toEqual([
      completed(LeSetExtendedScanEnable, { status: Status.invalidParameters }),
    ]);
  });

  it('needs a random address where one is wanted', async () => {
    for (const ownAddressType of [1, 3]) {
      phone.command(LeSetExtendedScanParameters, activeScan({ ownAddressType }));
      await phone.packets();
      expect(await phone.exchange(LeSetExtendedScanEnable, { enable: 1 })).toEqual([
        completed(LeSetExtendedScanEnable, { status: Status.invalidParameters }),
      ]);
    }
  });

  it('is refused new parameters meanwhile', async () => {
    await phone.scanExtended();
    expect(await phone.exchange(LeSetExtendedScanParameters, scanParameters())).toEqual([
      completed(LeSetExtendedScanParameters, { status: Status.commandDisallowed }),
    ]);
  });
});
