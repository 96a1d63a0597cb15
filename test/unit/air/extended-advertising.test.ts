import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import {
  activeScan,
  ExtendedHost,
  scanParameters,
  setData,
  setParameters,
} from './extended-host.js';
import { TestHost, addressOf } from './test-host.js';
import {
  DataOperation,
  LeClearAdvertisingSets,
  LeReadMaximumAdvertisingDataLength,
  LeReadNumberOfAdvertisingSets,
  LeRemoveAdvertisingSet,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { bytes, completed, event, readEvent } from '../../support/hci-packets.js';
import type { Given } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeAdvertisingSetTerminated,
  LeExtendedAdvertisingReport,
  LeScanRequestReceived,
} from '../../../lib/hci/events/advertising.js';

/** Long enough for one advertising event of an interval of 100 ms, too short for two. */
const EVENT_MS = 150;

const { intermediate, first, last, unchanged } = DataOperation;

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;

type Reports = NonNullable<Given<typeof LeExtendedAdvertisingReport.parameters.shape>['reports']>;

/** An LE Extended Advertising Report of a car at 5 m (-74 dBm), LE 1M, SID 5, if nothing else is said. */
const report = (type: number, data: string, fields: Reports[number] = EXTENDED): string =>
  event(LeExtendedAdvertisingReport, {
    reports: [
      {
        type,
        address: addressOf(car.controller),
        primaryPhy: 1,
        rssi: -74,
        data: bytes(data),
        ...fields,
      },
    ],
  });

/** Those that the phone has heard. */
const reports = async () =>
  (await phone.leEvents()).flatMap(
    (packet) => readEvent(LeExtendedAdvertisingReport, packet).reports,
  );

const EXTENDED = { secondaryPhy: 1, sid: 5, txPower: 127 };
const LEGACY = { secondaryPhy: 0, sid: 0xff, txPower: 127 };

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'extended advertising', clock });
  car = await ExtendedHost.create(air.controller());
  phone = await ExtendedHost.create(air.controller({ position: { x: 3, y: 4 } }));
});

describe('extended advertising', () => {
  it('is set up, enabled, disabled and removed', async () => {
    const enabled = { enable: 1, sets: [{ set: 1 }] };
    const disallowed = { status: Status.commandDisallowed };
    expect(await car.exchange(LeReadMaximumAdvertisingDataLength)).toEqual([
      completed(LeReadMaximumAdvertisingDataLength, { length: 0x672 }),
    ]);
    expect(await car.exchange(LeReadNumberOfAdvertisingSets)).toEqual([
      completed(LeReadNumberOfAdvertisingSets, { sets: 4 }),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingParameters, setParameters())).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
    ]);
    const address = bytes('0102030405c6');
    expect(await car.exchange(LeSetAdvertisingSetRandomAddress, { set: 1, address })).toEqual([
      completed(LeSetAdvertisingSetRandomAddress),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingData, setData('020106'))).toEqual([
      completed(LeSetExtendedAdvertisingData),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingEnable, enabled)).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet, disallowed),
    ]);
    expect(await car.exchange(LeClearAdvertisingSets)).toEqual([
      completed(LeClearAdvertisingSets, disallowed),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingParameters, setParameters())).toEqual([
      completed(LeSetExtendedAdvertisingParameters, disallowed),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingEnable)).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet),
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet, { status: Status.unknownAdvertisingIdentifier }),
    ]);
    expect(await car.exchange(LeClearAdvertisingSets)).toEqual([completed(LeClearAdvertisingSets)]);
  });

  it.each([
    ['with extended PDUs', 0, 0, EXTENDED],
    ['with TX power', 0x40, 0, { ...EXTENDED, txPower: 0 }],
    ['with legacy PDUs', 0x10, 0x10, LEGACY],
  ])('is heard: %s', async (_what, properties, type, fields) => {
    await car.advertiseSet({ properties }, '020106');
    await phone.scanExtended();
    await clock.advance(0);
    expect(await phone.leEvents()).toEqual([]);
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report(type, '020106', fields)]);
  });

  it('tells each set apart, and each at its own interval', async () => {
    await car.advertiseSet({ set: 1, sid: 1 }, '0301aaaa');
    await car.advertiseSet(
      { set: 0xef, sid: 2, intervalMin: 0x140, intervalMax: 0x140 },
      '0301bbbb',
    );
    await phone.scanExtended();
    await phone.packets();
    await clock.advance(450);
    const sids = (await reports()).map(({ sid }) => sid);
    expect(sids.filter((sid) => sid === 1)).toHaveLength(4);
    expect(sids.filter((sid) => sid === 2)).toHaveLength(2);
  });

  it('is enabled and disabled for several sets at once', async () => {
    for (const set of [1, 2, 3]) {
      await car.exchange(LeSetExtendedAdvertisingParameters, setParameters({ set }));
    }
    const sets = [{ set: 1 }, { set: 3, duration: 0x32 }];
    expect(await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets })).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 2 })).toEqual([
      completed(LeRemoveAdvertisingSet),
    ]);
    await clock.advance(500);
    expect(await car.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.advertisingTimeout, set: 3 }),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingEnable, { sets })).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeClearAdvertisingSets)).toEqual([completed(LeClearAdvertisingSets)]);
  });

  it('has no address when it is anonymous', async () => {
    await car.advertiseSet({ properties: 0x20 }, '020106');
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    const nobody = { ...EXTENDED, addressType: 0xff, address: new Uint8Array(6) };
    expect(await phone.leEvents()).toEqual([report(0, '020106', nobody)]);
  });

  it('on LE 2M as the secondary PHY', async () => {
    await car.advertiseSet({ secondaryPhy: 2 });
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report(0, '', { ...EXTENDED, secondaryPhy: 2 })]);
  });

  it('under the random address of the set', async () => {
    car.command(LeSetExtendedAdvertisingParameters, setParameters({ ownAddressType: 1 }));
    await car.packets();
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable, { status: Status.invalidParameters })]);
    car.command(LeSetAdvertisingSetRandomAddress, { set: 1, address: bytes('0102030405c6') });
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    await car.packets();
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    expect(await reports()).toMatchObject([{ addressType: 1, address: bytes('0102030405c6') }]);
    // While it is not connectable, another address may be set, and is used at once.
    car.command(LeSetAdvertisingSetRandomAddress, { set: 1, address: bytes('0908070605c4') });
    expect(await car.packets()).toEqual([completed(LeSetAdvertisingSetRandomAddress)]);
    expect(await reports()).toMatchObject([{ addressType: 1, address: bytes('0908070605c4') }]);
  });

  it('is not heard by a host that scans with legacy commands, but for legacy PDUs', async () => {
    const old = new TestHost(air.controller({ position: { x: 3, y: 4 } }));
    await old.enableEvents();
    await car.advertiseSet({ set: 1 }, '0301aaaa');
    await car.advertiseSet({ set: 2, properties: 0x13 }, '0301bbbb');
    old.scan(true, false);
    expect((await old.packets()).slice(2)).toEqual([
      event(LeAdvertisingReport, {
        reports: [{ address: addressOf(car.controller), data: bytes('0301bbbb'), rssi: -74 }],
      }),
    ]);
  });
});

describe('long data', () => {
  const long = (bytes: number): string =>
    Buffer.from(Array.from({ length: bytes }, (_, i) => i & 0xff)).toString('hex');

  it('comes in fragments and is reported in pieces of 229 bytes', async () => {
    const data = long(600);
    car.command(LeSetExtendedAdvertisingParameters, setParameters());
    car.command(LeSetExtendedAdvertisingData, setData(data.slice(0, 500), { operation: first }));
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable, { status: Status.commandDisallowed }),
    ]);
    car.command(
      LeSetExtendedAdvertisingData,
      setData(data.slice(500, 1000), { operation: intermediate }),
    );
    car.command(LeSetExtendedAdvertisingData, setData(data.slice(1000), { operation: last }));
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([
      report(0x20, data.slice(0, 458)),
      report(0x20, data.slice(458, 916)),
      report(0, data.slice(916)),
    ]);
  });

  it('has 1650 bytes at the most', async () => {
    car.command(LeSetExtendedAdvertisingParameters, setParameters());
    car.command(LeSetExtendedAdvertisingData, setData(long(251), { operation: first }));
    for (let i = 0; i < 5; i++) {
      car.command(LeSetExtendedAdvertisingData, setData(long(251), { operation: intermediate }));
    }
    await car.packets();
    const end = (length: number) => setData(long(length), { operation: last });
    expect(await car.exchange(LeSetExtendedAdvertisingData, end(145))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.memoryCapacityExceeded }),
    ]);
    // All of it is discarded then.
    expect(await car.exchange(LeSetExtendedAdvertisingData, end(144))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.commandDisallowed }),
    ]);
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable)]);
  });

  it('does not fit in connectable advertising', async () => {
    car.command(LeSetExtendedAdvertisingParameters, setParameters({ properties: 0x01 }));
    car.command(LeSetExtendedAdvertisingData, setData(long(246)));
    await car.packets();
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable, { status: Status.invalidParameters })]);
    car.command(LeSetExtendedAdvertisingData, setData(long(245)));
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingData, setData(long(246)))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.packetTooLong }),
    ]);
  });
});

describe('scan responses', () => {
  it('of extended PDUs carry all the data, and the host hears of the request', async () => {
    await car.advertiseSet({ properties: 0x02, notifyScanRequests: 1 }, '', '0301cccc');
    await phone.scanExtended(activeScan());
    await car.packets();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report(0x02, ''), report(0x0a, '0301cccc')]);
    expect(await car.leEvents()).toEqual([
      event(LeScanRequestReceived, { set: 1, address: addressOf(phone.controller) }),
    ]);
  });

  it.each([
    ['ADV_IND', 0x13, 0x13, 0x1b],
    ['ADV_SCAN_IND', 0x12, 0x12, 0x1a],
  ])(
    'of legacy PDUs come beside their data: %s',
    async (_type, properties, advertised, answered) => {
      await car.advertiseSet({ properties }, '020106', '0301cccc');
      await phone.scanExtended(activeScan());
      await clock.advance(EVENT_MS);
      expect(await phone.leEvents()).toEqual([
        report(advertised, '020106', LEGACY),
        report(answered, '0301cccc', LEGACY),
      ]);
    },
  );

  it('are needed for scannable extended PDUs', async () => {
    car.command(LeSetExtendedAdvertisingParameters, setParameters({ properties: 0x02 }));
    await car.packets();
    const enabled = { enable: 1, sets: [{ set: 1 }] };
    expect(await car.exchange(LeSetExtendedAdvertisingEnable, enabled)).toEqual([
      completed(LeSetExtendedAdvertisingEnable, { status: Status.commandDisallowed }),
    ]);
    car.command(LeSetExtendedScanResponseData, setData('0301cccc'));
    car.command(LeSetExtendedAdvertisingEnable, enabled);
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedScanResponseData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeSetExtendedScanResponseData, setData(''))).toEqual([
      completed(LeSetExtendedScanResponseData, { status: Status.commandDisallowed }),
    ]);
  });
});

describe('the end of advertising', () => {
  it('after a duration', async () => {
    await car.advertiseSet({}, '', '', { duration: 0x64 });
    await clock.advance(999);
    expect(await car.packets()).toEqual([]);
    await clock.advance(1);
    expect(await car.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.advertisingTimeout, set: 1 }),
    ]);
    await phone.scanExtended();
    await clock.advance(1000);
    expect(await phone.leEvents()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('after a number of events', async () => {
    await car.advertiseSet({}, '', '', { maxEvents: 3 });
    await clock.advance(199);
    expect(await car.packets()).toEqual([]);
    await clock.advance(EVENT_MS);
    expect(await car.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.limitReached, set: 1, events: 3 }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is not told when the host ends it, and begins anew when it is enabled again', async () => {
    await car.advertiseSet({}, '', '', { duration: 0x64 });
    await clock.advance(900);
    await car.exchange(LeSetExtendedAdvertisingEnable, {
      enable: 1,
      sets: [{ set: 1, duration: 0x64 }],
    });
    await clock.advance(900);
    expect(await car.packets()).toEqual([]);
    await car.exchange(LeSetExtendedAdvertisingEnable, { sets: [{ set: 1 }] });
    await clock.advance(1000);
    expect(await car.packets()).toEqual([]);
  });
});

describe('new data', () => {
  it('is another report for who filters duplicates; the same data is none', async () => {
    await car.advertiseSet({}, '0301aaaa');
    await phone.scanExtended(scanParameters(), { filterDuplicates: 1 });
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([]);
    await car.exchange(LeSetExtendedAdvertisingData, setData('0301aaaa'));
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([]);
    await car.exchange(LeSetExtendedAdvertisingData, setData('0301bbbb'));
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([report(0, '0301bbbb')]);
    // Unchanged data under a new identifier.
    expect(
      await car.exchange(LeSetExtendedAdvertisingData, setData('', { operation: unchanged })),
    ).toEqual([completed(LeSetExtendedAdvertisingData)]);
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([report(0, '0301bbbb')]);
  });
});
