import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, setData, setParameters } from './extended-host.js';
import type { SetFields } from './extended-host.js';
import {
  DataOperation,
  LeClearAdvertisingSets,
  LeRemoveAdvertisingSet,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { bytes, completed, filled } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { toHex } from '../../../lib/platform/bytes.js';

const INVALID = Status.invalidParameters;
const UNSUPPORTED = Status.unsupportedFeature;
const UNKNOWN_SET = Status.unknownAdvertisingIdentifier;

let host: ExtendedHost;

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'extended parameters', clock: new SimClock() });
  host = await ExtendedHost.create(air.controller());
});

describe('LE Set Extended Advertising Parameters', () => {
  it.each<readonly [string, SetFields, number]>([
    ['a handle above 0xef', { set: 0xf0 }, INVALID],
    ['a property of a later version', { properties: 0x80 }, UNSUPPORTED],
    ['connectable and scannable extended PDUs', { properties: 0x03 }, INVALID],
    ['anonymous and connectable', { properties: 0x21 }, INVALID],
    ['high duty cycle with extended PDUs', { properties: 0x0d }, INVALID],
    ['legacy PDUs of no type', { properties: 0x11 }, INVALID],
    ['legacy PDUs with TX power', { properties: 0x53 }, INVALID],
    ['an interval below 20 ms', { intervalMin: 0x1f }, UNSUPPORTED],
    ['a minimum above the maximum', { intervalMin: 0xa1 }, INVALID],
    ['no channel', { channels: 0 }, INVALID],
    ['a channel that there is not', { channels: 0b1000 }, INVALID],
    ['an own address type', { ownAddressType: 4 }, INVALID],
    ['a peer address type', { properties: 0x05, peerAddressType: 2 }, INVALID],
    ['a filter policy', { filterPolicy: 4 }, INVALID],
    ['a TX power', { txPower: 21 }, INVALID],
    ['the coded PHY, primary', { primaryPhy: 3 }, UNSUPPORTED],
    ['the coded PHY, secondary', { secondaryPhy: 3 }, UNSUPPORTED],
    ['LE 2M as the primary PHY', { primaryPhy: 2 }, INVALID],
    ['the coded PHY for legacy PDUs', { properties: 0x13, primaryPhy: 3 }, INVALID],
    ['a secondary PHY', { secondaryPhy: 4 }, INVALID],
    ['a set identifier', { sid: 0x10 }, INVALID],
    ['a notification flag', { notifyScanRequests: 2 }, INVALID],
  ])('refuses %s, and no set comes of it', async (_what, fields, status) => {
    const parameters = setParameters(fields);
    expect(await host.exchange(LeSetExtendedAdvertisingParameters, parameters)).toEqual([
      completed(LeSetExtendedAdvertisingParameters, { status }),
    ]);
    expect(await host.exchange(LeRemoveAdvertisingSet, { set: parameters.set })).toEqual([
      completed(LeRemoveAdvertisingSet, { status: UNKNOWN_SET }),
    ]);
  });

  it('selects a power that there is, and no more than the station has', async () => {
    for (const [wanted, txPower] of [
      [127, 0],
      [10, 0],
      [-10, -10],
      [-127, -40],
    ] as const) {
      const parameters = setParameters({ txPower: wanted });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters, parameters)).toEqual([
        completed(LeSetExtendedAdvertisingParameters, { txPower }),
      ]);
    }
  });

  it('takes any interval for high duty cycle, which has its own', async () => {
    const parameters = setParameters({ properties: 0x1d, intervalMin: 0, intervalMax: 0 });
    expect(await host.exchange(LeSetExtendedAdvertisingParameters, parameters)).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
    ]);
  });

  it('makes four sets at the most', async () => {
    for (const [set, status] of [
      [1, Status.success],
      [2, Status.success],
      [3, Status.success],
      [4, Status.success],
      [5, Status.memoryCapacityExceeded],
      [1, Status.success],
    ] as const) {
      const parameters = setParameters({ set });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters, parameters)).toEqual([
        completed(LeSetExtendedAdvertisingParameters, { status }),
      ]);
    }
  });

  it('must suit the data that the set has already', async () => {
    host.command(LeSetExtendedAdvertisingParameters, setParameters());
    host.command(LeSetExtendedAdvertisingData, setData('aa'.repeat(32)));
    await host.packets();
    for (const [properties, status] of [
      [0x10, INVALID], // more than 31 bytes
      [0x02, INVALID], // no advertising data with scannable extended PDUs
      [0x01, Status.success],
    ] as const) {
      const parameters = setParameters({ properties });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters, parameters)).toEqual([
        completed(LeSetExtendedAdvertisingParameters, { status }),
      ]);
    }
  });
});

describe('the data commands', () => {
  const DATA = LeSetExtendedAdvertisingData;
  const RESPONSE = LeSetExtendedScanResponseData;
  const { intermediate, first, last, unchanged } = DataOperation;
  const TOO_LONG = 'aa'.repeat(32);

  beforeEach(async () => {
    for (const [set, properties] of [
      [0, 0],
      [1, 0x13],
      [2, 0x02],
    ] as const) {
      host.command(LeSetExtendedAdvertisingParameters, setParameters({ set, properties }));
    }
    await host.packets();
  });

  it.each([
    ['data for no set', DATA, setData('aa', { set: 9 }), UNKNOWN_SET],
    ['an operation', DATA, setData('aa', { set: 0, operation: 5 }), INVALID],
    ['a fragment preference', DATA, setData('aa', { set: 0, fragmentPreference: 2 }), INVALID],
    ['an empty fragment', DATA, setData('', { set: 0, operation: first }), INVALID],
    [
      'a fragment in the middle of nothing',
      DATA,
      setData('aa', { set: 0, operation: intermediate }),
      Status.commandDisallowed,
    ],
    [
      'the last fragment of nothing',
      DATA,
      setData('aa', { set: 0, operation: last }),
      Status.commandDisallowed,
    ],
    [
      'unchanged data while nothing is advertised',
      DATA,
      setData('', { set: 0, operation: unchanged }),
      INVALID,
    ],
    ['32 bytes in a legacy PDU', DATA, setData(TOO_LONG), INVALID],
    ['fragments for a legacy PDU', DATA, setData('aa', { operation: first }), INVALID],
    ['data for scannable extended PDUs', DATA, setData('aa', { set: 2 }), INVALID],
    ['a response for no set', RESPONSE, setData('aa', { set: 9 }), UNKNOWN_SET],
    ['a response that nobody can ask for', RESPONSE, setData('aa', { set: 0 }), INVALID],
    ['an unchanged response', RESPONSE, setData('', { set: 2, operation: unchanged }), INVALID],
    ['32 bytes in a legacy response', RESPONSE, setData(TOO_LONG), INVALID],
  ])('refuse %s', async (_what, command, parameters, status) => {
    expect(await host.exchange(command, parameters)).toEqual([completed(command, { status })]);
  });

  it.each([
    ['data', DATA, 0],
    ['a response', RESPONSE, 2],
  ])('refuse %s of another length than it says', async (_what, command, set) => {
    const cut = command.parameters.build(setData('aabb', { set })).subarray(0, -1);
    expect(await host.exchange(command.opcode, toHex(cut))).toEqual([
      completed(command, { status: INVALID }),
    ]);
  });

  it('let the response of a set that is not scannable be discarded', async () => {
    expect(await host.exchange(RESPONSE, setData('', { set: 0 }))).toEqual([
      completed(LeSetExtendedScanResponseData),
    ]);
  });

  it('take no fragments while the set is enabled', async () => {
    host.command(DATA, setData('aa', { set: 0 }));
    host.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{}] });
    await host.packets();
    expect(await host.exchange(DATA, setData('aa', { set: 0, operation: first }))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.commandDisallowed }),
    ]);
  });
});

describe('LE Set Extended Advertising Enable', () => {
  const ENABLE = LeSetExtendedAdvertisingEnable;

  beforeEach(async () => {
    host.command(LeSetExtendedAdvertisingParameters, setParameters());
    const highDuty = setParameters({ set: 2, properties: 0x1d });
    host.command(LeSetExtendedAdvertisingParameters, highDuty);
    await host.packets();
  });

  const expectNothing = async (): Promise<void> => {
    expect(await host.exchange(LeClearAdvertisingSets)).toEqual([
      completed(LeClearAdvertisingSets),
    ]);
  };

  it.each([
    ['enable', 2, [{ set: 1 }], INVALID],
    ['no set to enable', 1, [], INVALID],
    ['the same set twice', 1, [{ set: 1 }, { set: 1 }], INVALID],
    ['a set that there is not', 1, [{ set: 1 }, { set: 9 }], UNKNOWN_SET],
    ['high duty cycle for ever', 1, [{ set: 2 }], INVALID],
    ['high duty cycle for more than 1.28 s', 1, [{ set: 2, duration: 0x81 }], INVALID],
  ])('refuses %s, and enables nothing', async (_what, enable, sets, status) => {
    expect(await host.exchange(ENABLE, { enable, sets })).toEqual([completed(ENABLE, { status })]);
    await expectNothing();
  });

  it('refuses another number of sets than it has, and enables nothing', async () => {
    const parameters = ENABLE.parameters.build(
      filled(ENABLE.parameters, { enable: 1, sets: [{ set: 1 }] }),
    );
    parameters[1] = 2;
    expect(await host.exchange(ENABLE.opcode, toHex(parameters))).toEqual([
      completed(ENABLE, { status: INVALID }),
    ]);
    await expectNothing();
  });

  it('refuses a connectable set where there is no room for a link', async () => {
    const air = new VirtualAir({ clock: new SimClock() });
    const full = await ExtendedHost.create(air.controller({ peripheralLinks: 0 }));
    full.command(LeSetExtendedAdvertisingParameters, setParameters({ properties: 0x01 }));
    await full.packets();
    expect(
      await full.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([
      completed(LeSetExtendedAdvertisingEnable, { status: Status.connectionLimitExceeded }),
    ]);
  });
});

describe('LE Set Advertising Set Random Address', () => {
  it('is for a set that there is, and does not change under a connectable one', async () => {
    const command = LeSetAdvertisingSetRandomAddress;
    const parameters = { set: 1, address: bytes('0102030405c6') };
    expect(await host.exchange(command, parameters)).toEqual([
      completed(command, { status: Status.unknownAdvertisingIdentifier }),
    ]);
    await host.advertiseSet({ properties: 0x01 });
    expect(await host.exchange(command, parameters)).toEqual([
      completed(command, { status: Status.commandDisallowed }),
    ]);
  });
});
