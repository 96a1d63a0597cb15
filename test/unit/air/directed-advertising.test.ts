import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, extendedCreate, scanParameters } from './extended-host.js';
import { TestHost, addressHex, addressOf } from './test-host.js';
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
} from '../../../lib/hci/events/advertising.js';
import { LeConnectionComplete } from '../../../lib/hci/events/links.js';

/** Looks like a resolvable private address that nobody can resolve. */
const UNRESOLVABLE = '010203040546';

let clock: SimClock;
let air: VirtualAir;
let car: TestHost;
let phone: TestHost;
let stranger: TestHost;

/** LE Set Advertising Parameters for directed advertising; `target`: type and address. */
const directed = (type: string, target: string): string => `a000a000${type}00${target}0700`;

const targetOf = (host: TestHost): string => `00${addressHex(host.controller)}`;

const scan = (host: TestHost, policy: string): void => {
  host.command(LeSetScanParameters.opcode, `001200120000${policy}`);
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

const advertise = async (type: string, target: string): Promise<void> => {
  expect(await car.exchange(LeSetAdvertisingParameters.opcode, directed(type, target))).toEqual([
    completed(LeSetAdvertisingParameters),
  ]);
  expect((await car.exchange(LeSetAdvertisingEnable, { enable: 1 }))[0]).toBe(
    completed(LeSetAdvertisingEnable),
  );
};

describe('directed advertising', () => {
  it.each([
    ['low', '04'],
    ['high', '01'],
  ])('with %s duty cycle connects to its target and to nobody else', async (_duty, type) => {
    stranger.connect(car.controller);
    await stranger.packets();
    await advertise(type, targetOf(phone));
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
    await advertise('01', targetOf(phone));
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
    await advertise('01', targetOf(phone));
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
    await advertise('04', targetOf(phone));
    await clock.advance(10_000);
    expect(await car.packets()).toEqual([]);
    scan(phone, '00');
    // Without data, whatever is set.
    const report = event(LeAdvertisingReport, {
      reports: [{ type: 1, address: addressOf(car.controller), rssi: -37 }],
    });
    expect((await events(phone))[0]).toBe(report);
  });

  it('is reported to its target alone', async () => {
    await advertise('04', targetOf(phone));
    scan(stranger, '00');
    scan(phone, '00');
    await clock.advance(150);
    expect(await events(stranger)).toEqual([]);
    expect((await events(phone)).length).toBeGreaterThan(0);
  });

  it('to an unresolvable private address is for the extended filter policies', async () => {
    await advertise('04', `01${UNRESOLVABLE}`);
    for (const policy of ['00', '01']) {
      scan(phone, policy);
      await clock.advance(150);
      expect(await events(phone)).toEqual([]);
      await phone.exchange(LeSetScanEnable);
    }
    phone.command(LeSetEventMask, { mask: bytes('1f04000000000000') });
    scan(phone, '02');
    const report = event(LeDirectedAdvertisingReport, {
      reports: [
        {
          type: 1,
          address: addressOf(car.controller),
          targetType: 1,
          target: bytes(UNRESOLVABLE),
          rssi: -37,
        },
      ],
    });
    expect((await events(phone))[0]).toBe(report);
    await phone.exchange(LeSetScanEnable);
    // Policy 3 wants the advertiser in the accept list besides.
    scan(phone, '03');
    expect(await events(phone)).toEqual([]);
    await phone.exchange(LeSetScanEnable);
    await phone.exchange(LeAddToAcceptList.opcode, targetOf(car));
    scan(phone, '03');
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
    await fob.advertiseSet({ properties: '0500', peer: targetOf(watch) }, '0301aaaa');
    await watch.scanExtended(scanParameters());
    await clock.advance(150);
    const me = addressHex(watch.controller);
    expect(await watch.leEvents()).toEqual([
      `043e1e0d010500${targetOf(fob)}010105` + `7fdb000000${me}040301aaaa`,
    ]);
  });

  it('marks a target that cannot be resolved', async () => {
    await fob.advertiseSet({ properties: '1500', peer: `01${UNRESOLVABLE}` });
    await watch.scanExtended(scanParameters(false, '00', '02'));
    await clock.advance(150);
    expect(await watch.leEvents()).toEqual([
      `043e1a0d011500${targetOf(fob)}0100ff7fdb0000fe${UNRESOLVABLE}00`,
    ]);
  });

  it('with high duty cycle ends with the set: no connection event', async () => {
    await fob.advertiseSet({ properties: '1d00', peer: targetOf(watch) }, '', '', '800000');
    await clock.advance(1280);
    expect(await fob.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.advertisingTimeout, set: 1 }),
    ]);
  });

  it('gives its scan response to its target alone', async () => {
    const active = scanParameters(true);
    await fob.advertiseSet({ properties: '0600', peer: targetOf(watch), notify: '01' }, '', 'aabb');
    const other = await ExtendedHost.create(air.controller());
    await other.scanExtended(active);
    await clock.advance(150);
    expect([await other.leEvents(), await fob.leEvents()]).toEqual([[], []]);
    await watch.scanExtended(active);
    await watch.packets();
    await clock.advance(150);
    expect((await watch.leEvents()).at(-1)).toMatch(/02aabb$/);
  });

  it('connects', async () => {
    await fob.advertiseSet({ properties: '0500', peer: targetOf(watch) });
    await watch.exchange(LeExtendedCreateConnection.opcode, extendedCreate(targetOf(fob)));
    await clock.advance(150);
    expect((await fob.leEvents())[0]).toMatch(/^043e1f0a00400001/);
  });
});
