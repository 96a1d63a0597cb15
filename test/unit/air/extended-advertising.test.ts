import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, scanParameters, setData, setParameters } from './extended-host.js';
import { TestHost, addressHex, addressOf } from './test-host.js';
import {
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
import { bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeAdvertisingSetTerminated,
  LeScanRequestReceived,
} from '../../../lib/hci/events/advertising.js';

/** Long enough for one advertising event of an interval of 100 ms, too short for two. */
const EVENT_MS = 150;

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;

/** An LE Extended Advertising Report of a car at 5 m (-74 dBm = b6), LE 1M, SID 5. */
const report = (type: string, data: string, header = '01010' + '57f'): string => {
  const body = `0d01${type}00${addressHex(car.controller)}${header}b6` + '0000' + '00'.repeat(7);
  return withData(body, data);
};

const withData = (body: string, data: string): string => {
  const length = (data.length / 2).toString(16).padStart(2, '0');
  const total = (body.length + 2 + data.length) / 2;
  return `043e${total.toString(16).padStart(2, '0')}${body}${length}${data}`;
};

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'extended advertising', clock });
  car = await ExtendedHost.create(air.controller());
  phone = await ExtendedHost.create(air.controller({ position: { x: 3, y: 4 } }));
});

describe('extended advertising', () => {
  it('is set up, enabled, disabled and removed', async () => {
    for (const [opcode, parameters, answer] of [
      [
        LeReadMaximumAdvertisingDataLength.opcode,
        '',
        completed(LeReadMaximumAdvertisingDataLength, { length: 0x672 }),
      ],
      [
        LeReadNumberOfAdvertisingSets.opcode,
        '',
        completed(LeReadNumberOfAdvertisingSets, { sets: 4 }),
      ],
      [
        LeSetExtendedAdvertisingParameters.opcode,
        setParameters(),
        completed(LeSetExtendedAdvertisingParameters),
      ],
      [
        LeSetAdvertisingSetRandomAddress.opcode,
        '010102030405c6',
        completed(LeSetAdvertisingSetRandomAddress),
      ],
      [
        LeSetExtendedAdvertisingData.opcode,
        setData('020106'),
        completed(LeSetExtendedAdvertisingData),
      ],
      [
        LeSetExtendedAdvertisingEnable.opcode,
        '010101000000',
        completed(LeSetExtendedAdvertisingEnable),
      ],
      [
        LeRemoveAdvertisingSet.opcode,
        '01',
        completed(LeRemoveAdvertisingSet, { status: Status.commandDisallowed }),
      ],
      [
        LeClearAdvertisingSets.opcode,
        '',
        completed(LeClearAdvertisingSets, { status: Status.commandDisallowed }),
      ],
      [
        LeSetExtendedAdvertisingParameters.opcode,
        setParameters(),
        completed(LeSetExtendedAdvertisingParameters, { status: Status.commandDisallowed }),
      ],
      [LeSetExtendedAdvertisingEnable.opcode, '0000', completed(LeSetExtendedAdvertisingEnable)],
      [LeRemoveAdvertisingSet.opcode, '01', completed(LeRemoveAdvertisingSet)],
      [
        LeRemoveAdvertisingSet.opcode,
        '01',
        completed(LeRemoveAdvertisingSet, { status: Status.unknownAdvertisingIdentifier }),
      ],
      [LeClearAdvertisingSets.opcode, '', completed(LeClearAdvertisingSets)],
    ] as const) {
      expect(await car.exchange(opcode, parameters)).toEqual([answer]);
    }
  });

  it.each([
    ['with extended PDUs', '0000', '0000', '010105' + '7f'],
    ['with TX power', '4000', '0000', '010105' + '00'],
    ['with legacy PDUs', '1000', '1000', '0100ff' + '7f'],
  ])('is heard: %s', async (_what, properties, type, header) => {
    await car.advertiseSet({ properties }, '020106');
    await phone.scanExtended();
    await clock.advance(0);
    expect(await phone.leEvents()).toEqual([]);
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report(type, '020106', header)]);
  });

  it('tells each set apart, and each at its own interval', async () => {
    await car.advertiseSet({ handle: '01', sid: '01' }, '0301aaaa');
    await car.advertiseSet({ handle: 'ef', sid: '02', intervals: '400100400100' }, '0301bbbb');
    await phone.scanExtended();
    await phone.packets();
    await clock.advance(450);
    const sids = (await phone.leEvents()).map((packet) => packet.slice(32, 34));
    expect(sids.filter((sid) => sid === '01')).toHaveLength(4);
    expect(sids.filter((sid) => sid === '02')).toHaveLength(2);
  });

  it('is enabled and disabled for several sets at once', async () => {
    for (const handle of ['01', '02', '03']) {
      await car.exchange(LeSetExtendedAdvertisingParameters.opcode, setParameters({ handle }));
    }
    const both = '02' + '01000000' + '03320000';
    expect(await car.exchange(LeSetExtendedAdvertisingEnable.opcode, `01${both}`)).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 2 })).toEqual([
      completed(LeRemoveAdvertisingSet),
    ]);
    await clock.advance(500);
    expect(await car.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.advertisingTimeout, set: 3 }),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingEnable.opcode, `00${both}`)).toEqual([
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeClearAdvertisingSets)).toEqual([completed(LeClearAdvertisingSets)]);
  });

  it('has no address when it is anonymous', async () => {
    await car.advertiseSet({ properties: '2000' }, '020106');
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    const anonymous = withData(
      '0d010000' + 'ff' + '00'.repeat(6) + '0101057f' + 'b6' + '00'.repeat(9),
      '020106',
    );
    expect(await phone.leEvents()).toEqual([anonymous]);
  });

  it('on LE 2M as the secondary PHY', async () => {
    await car.advertiseSet({ secondaryPhy: '02' });
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report('0000', '', '0102057f')]);
  });

  it('under the random address of the set', async () => {
    car.command(LeSetExtendedAdvertisingParameters.opcode, setParameters({ ownAddressType: '01' }));
    await car.packets();
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable, { status: Status.invalidParameters })]);
    car.command(LeSetAdvertisingSetRandomAddress, { set: 1, address: bytes('0102030405c6') });
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    await car.packets();
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    const [packet = ''] = await phone.leEvents();
    expect(packet.slice(14, 28)).toBe('01' + '0102030405c6');
    // While it is not connectable, another address may be set, and is used at once.
    car.command(LeSetAdvertisingSetRandomAddress, { set: 1, address: bytes('0908070605c4') });
    expect(await car.packets()).toEqual([completed(LeSetAdvertisingSetRandomAddress)]);
    const [later = ''] = await phone.leEvents();
    expect(later.slice(14, 28)).toBe('01' + '0908070605c4');
  });

  it('is not heard by a host that scans with legacy commands, but for legacy PDUs', async () => {
    const old = new TestHost(air.controller({ position: { x: 3, y: 4 } }));
    await old.enableEvents();
    await car.advertiseSet({ handle: '01' }, '0301aaaa');
    await car.advertiseSet({ handle: '02', properties: '1300' }, '0301bbbb');
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
    car.command(LeSetExtendedAdvertisingParameters.opcode, setParameters());
    car.command(LeSetExtendedAdvertisingData.opcode, setData(data.slice(0, 500), '01'));
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable, { status: Status.commandDisallowed }),
    ]);
    car.command(LeSetExtendedAdvertisingData.opcode, setData(data.slice(500, 1000), '00'));
    car.command(LeSetExtendedAdvertisingData.opcode, setData(data.slice(1000), '02'));
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    await phone.scanExtended();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([
      report('2000', data.slice(0, 458)),
      report('2000', data.slice(458, 916)),
      report('0000', data.slice(916)),
    ]);
  });

  it('has 1650 bytes at the most', async () => {
    car.command(LeSetExtendedAdvertisingParameters.opcode, setParameters());
    car.command(LeSetExtendedAdvertisingData.opcode, setData(long(251), '01'));
    for (let i = 0; i < 5; i++) {
      car.command(LeSetExtendedAdvertisingData.opcode, setData(long(251), '00'));
    }
    await car.packets();
    expect(
      await car.exchange(LeSetExtendedAdvertisingData.opcode, setData(long(145), '02')),
    ).toEqual([completed(LeSetExtendedAdvertisingData, { status: Status.memoryCapacityExceeded })]);
    // All of it is discarded then.
    expect(
      await car.exchange(LeSetExtendedAdvertisingData.opcode, setData(long(144), '02')),
    ).toEqual([completed(LeSetExtendedAdvertisingData, { status: Status.commandDisallowed })]);
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable)]);
  });

  it('does not fit in connectable advertising', async () => {
    const connectable = setParameters({ properties: '0100' });
    car.command(LeSetExtendedAdvertisingParameters.opcode, connectable);
    car.command(LeSetExtendedAdvertisingData.opcode, setData(long(246)));
    await car.packets();
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([completed(LeSetExtendedAdvertisingEnable, { status: Status.invalidParameters })]);
    car.command(LeSetExtendedAdvertisingData.opcode, setData(long(245)));
    car.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedAdvertisingData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeSetExtendedAdvertisingData.opcode, setData(long(246)))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.packetTooLong }),
    ]);
  });
});

describe('scan responses', () => {
  it('of extended PDUs carry all the data, and the host hears of the request', async () => {
    await car.advertiseSet({ properties: '0200', notify: '01' }, '', '0301cccc');
    await phone.scanExtended(scanParameters(true));
    await car.packets();
    await clock.advance(EVENT_MS);
    expect(await phone.leEvents()).toEqual([report('0200', ''), report('0a00', '0301cccc')]);
    expect(await car.leEvents()).toEqual([
      event(LeScanRequestReceived, { set: 1, address: addressOf(phone.controller) }),
    ]);
  });

  it.each([
    ['ADV_IND', '1300', '1300', '1b00'],
    ['ADV_SCAN_IND', '1200', '1200', '1a00'],
  ])(
    'of legacy PDUs come beside their data: %s',
    async (_type, properties, advertised, answered) => {
      await car.advertiseSet({ properties }, '020106', '0301cccc');
      await phone.scanExtended(scanParameters(true));
      await clock.advance(EVENT_MS);
      expect(await phone.leEvents()).toEqual([
        report(advertised, '020106', '0100ff7f'),
        report(answered, '0301cccc', '0100ff7f'),
      ]);
    },
  );

  it('are needed for scannable extended PDUs', async () => {
    car.command(LeSetExtendedAdvertisingParameters.opcode, setParameters({ properties: '0200' }));
    await car.packets();
    const enable = '010101000000';
    expect(await car.exchange(LeSetExtendedAdvertisingEnable.opcode, enable)).toEqual([
      completed(LeSetExtendedAdvertisingEnable, { status: Status.commandDisallowed }),
    ]);
    car.command(LeSetExtendedScanResponseData.opcode, setData('0301cccc'));
    car.command(LeSetExtendedAdvertisingEnable.opcode, enable);
    expect(await car.packets()).toEqual([
      completed(LeSetExtendedScanResponseData),
      completed(LeSetExtendedAdvertisingEnable),
    ]);
    expect(await car.exchange(LeSetExtendedScanResponseData.opcode, setData(''))).toEqual([
      completed(LeSetExtendedScanResponseData, { status: Status.commandDisallowed }),
    ]);
  });
});

describe('the end of advertising', () => {
  it('after a duration', async () => {
    await car.advertiseSet({}, '', '', '640000');
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
    await car.advertiseSet({}, '', '', '000003');
    await clock.advance(199);
    expect(await car.packets()).toEqual([]);
    await clock.advance(EVENT_MS);
    expect(await car.packets()).toEqual([
      event(LeAdvertisingSetTerminated, { status: Status.limitReached, set: 1, events: 3 }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is not told when the host ends it, and begins anew when it is enabled again', async () => {
    await car.advertiseSet({}, '', '', '640000');
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
    await phone.scanExtended(scanParameters(), '010100000000');
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([]);
    await car.exchange(LeSetExtendedAdvertisingData.opcode, setData('0301aaaa'));
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([]);
    await car.exchange(LeSetExtendedAdvertisingData.opcode, setData('0301bbbb'));
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([report('0000', '0301bbbb')]);
    // Unchanged data under a new identifier.
    expect(await car.exchange(LeSetExtendedAdvertisingData.opcode, setData('', '04'))).toEqual([
      completed(LeSetExtendedAdvertisingData),
    ]);
    await clock.advance(500);
    expect(await phone.leEvents()).toEqual([report('0000', '0301bbbb')]);
  });
});
