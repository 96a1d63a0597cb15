import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, scanEnable, scanParameters } from './extended-host.js';
import { addressHex } from './test-host.js';
import { LeAddToAcceptList, LeClearAcceptList } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
} from '../../../lib/hci/commands/listening.js';
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
    await phone.scanExtended(scanParameters(), scanEnable('00', '6400'));
    await car.advertiseSet({}, '020106');
    expect(await phone.leEvents()).toHaveLength(1);
    await clock.advance(999);
    expect((await phone.leEvents()).filter((packet) => packet === TIMEOUT)).toEqual([]);
    await clock.advance(1);
    expect((await phone.leEvents()).at(-1)).toBe(TIMEOUT);
    await clock.advance(1000);
    expect(await phone.leEvents()).toEqual([]);
    // It is over: the parameters may be changed.
    const opcode = LeSetExtendedScanParameters.opcode;
    expect(await phone.exchange(opcode, scanParameters())).toEqual([
      completed(LeSetExtendedScanParameters),
    ]);
  });

  it('begins again with each period, also with what was reported before', async () => {
    await car.advertiseSet({}, '020106');
    // For 500 ms of every 1.28 s; duplicates are told again in each.
    await phone.scanExtended(scanParameters(), scanEnable('02', '3200', '0100'));
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
    await phone.scanExtended(scanParameters(), scanEnable('01', '3200', '0100'));
    await clock.advance(5000);
    expect(await phone.leEvents()).toEqual([]);
  });

  it('keeps to the accept list, in which anonymous advertisers may be', async () => {
    await car.advertiseSet({ handle: '01' }, '0301aaaa');
    await car.advertiseSet({ handle: '02', properties: '2000' }, '0301bbbb');
    for (const [entry, data] of [
      [`00${addressHex(car.controller)}`, '0301aaaa'],
      ['ff000000000000', '0301bbbb'],
    ] as const) {
      await phone.exchange(LeClearAcceptList);
      await phone.exchange(LeAddToAcceptList.opcode, entry);
      await phone.scanExtended(scanParameters(false, '00', '01'), scanEnable('01'));
      await clock.advance(150);
      await phone.exchange(LeSetExtendedScanEnable);
      await phone.scanExtended(scanParameters(false, '00', '01'), scanEnable('00'));
      await clock.advance(150);
      const reports = await phone.leEvents();
      expect(reports.length).toBeGreaterThan(0);
      for (const report of reports) expect(report.endsWith(data)).toBe(true);
      await phone.exchange(LeSetExtendedScanEnable);
    }
  });

  it.each([
    ['an own address type', '04' + '0001' + '0010001000', '12'],
    ['a filter policy', '00' + '0401' + '0010001000', '12'],
    ['no PHY', '000000', '12'],
    ['the coded PHY', '0000040010001000', '11'],
    ['the coded PHY beside LE 1M', '00000500100010000010001000', '11'],
    ['LE 2M, which is not primary', '0000020010001000', '11'],
    ['a scan type', '0000010210001000', '12'],
    ['a window above the interval', '0000010010001100', '12'],
    ['a window below 2.5 ms', '0000010010000300', '12'],
    ['parameters of a second PHY', '00000100100010000010001000', '12'],
    ['no parameters of its PHY', '000001', '12'],
  ])('refuses %s', async (_what, parameters, status) => {
    expect(await phone.exchange(LeSetExtendedScanParameters.opcode, parameters)).toEqual([
      `040e04014120${status}`,
    ]);
  });

  it.each([
    ['enable', '020000000000'],
    ['a filter', '010300000000'],
    ['a filter by period without one', '010264000000'],
    ['a filter by period for ever', '010200000100'],
    ['a duration as long as the period', '010080000100'],
  ])('is not enabled with %s', async (_what, parameters) => {
    expect(await phone.exchange(LeSetExtendedScanEnable.opcode, parameters)).toEqual([
      completed(LeSetExtendedScanEnable, { status: Status.invalidParameters }),
    ]);
  });

  it('needs a random address where one is wanted', async () => {
    for (const type of ['01', '03']) {
      phone.command(LeSetExtendedScanParameters.opcode, scanParameters(true, type));
      await phone.packets();
      expect(await phone.exchange(LeSetExtendedScanEnable.opcode, scanEnable())).toEqual([
        completed(LeSetExtendedScanEnable, { status: Status.invalidParameters }),
      ]);
    }
  });

  it('is refused new parameters meanwhile', async () => {
    await phone.scanExtended();
    const opcode = LeSetExtendedScanParameters.opcode;
    expect(await phone.exchange(opcode, scanParameters())).toEqual([
      completed(LeSetExtendedScanParameters, { status: Status.commandDisallowed }),
    ]);
  });
});
