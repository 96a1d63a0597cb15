import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost, addressHex, addressOf, createConnection, identityOf } from './test-host.js';
import {
  LeAddToAcceptList,
  LeClearAcceptList,
  LeReadAcceptListSize,
  LeRemoveFromAcceptList,
} from '../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import {
  LeCreateConnection,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeConnectionComplete } from '../../../lib/hci/events/links.js';

let clock: SimClock;
let air: VirtualAir;
let car: TestHost;
let stranger: TestHost;
let phone: TestHost;

const make = async (): Promise<TestHost> => {
  const host = new TestHost(air.controller());
  await host.enableEvents();
  return host;
};

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'accept list', clock });
  car = await make();
  stranger = await make();
  phone = await make();
});

describe('the filter accept list', () => {
  it('has 16 entries, each once', async () => {
    expect(await phone.exchange(LeReadAcceptListSize)).toEqual([
      completed(LeReadAcceptListSize, { size: 0x10 }),
    ]);
    for (let last = 0; last < 16; last++) {
      const added = { addressType: 1, address: Uint8Array.of(0, 0, 0, 0, 0, last) };
      for (const again of [added, added]) {
        expect(await phone.exchange(LeAddToAcceptList, again)).toEqual([
          completed(LeAddToAcceptList),
        ]);
      }
    }
    expect(await phone.exchange(LeAddToAcceptList, identityOf(car.controller))).toEqual([
      completed(LeAddToAcceptList, { status: Status.memoryCapacityExceeded }),
    ]);
    await phone.exchange(LeRemoveFromAcceptList, {
      addressType: 1,
      address: bytes('000000000001'),
    });
    expect(await phone.exchange(LeAddToAcceptList, identityOf(car.controller))).toEqual([
      completed(LeAddToAcceptList),
    ]);
    expect(await phone.exchange(LeClearAcceptList)).toEqual([completed(LeClearAcceptList)]);
    expect(await phone.exchange(LeAddToAcceptList, { addressType: 2 })).toEqual([
      completed(LeAddToAcceptList, { status: Status.invalidParameters }),
    ]);
  });

  it('lets a scanner hear whom it names, and does not change meanwhile', async () => {
    await car.advertise();
    await stranger.advertise();
    await phone.exchange(LeAddToAcceptList, identityOf(car.controller));
    phone.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12, filterPolicy: 1 });
    phone.command(LeSetScanEnable, { enable: 1, filterDuplicates: 1 });
    const reports = (await phone.packets()).filter((packet) => packet.startsWith('043e'));
    expect(reports).toHaveLength(2);
    for (const report of reports) expect(report).toContain(addressHex(car.controller));
    expect(await phone.exchange(LeAddToAcceptList, identityOf(stranger.controller))).toEqual([
      completed(LeAddToAcceptList, { status: Status.commandDisallowed }),
    ]);
    expect(await phone.exchange(LeClearAcceptList)).toEqual([
      completed(LeClearAcceptList, { status: Status.commandDisallowed }),
    ]);
  });

  it('lets an initiator connect to whoever of them comes first', async () => {
    await stranger.advertise();
    await phone.exchange(LeAddToAcceptList, identityOf(car.controller));
    const parameters = { ...createConnection(stranger.controller), filterPolicy: 1 };
    expect(await phone.exchange(LeCreateConnection, parameters)).toEqual([
      answered(LeCreateConnection),
    ]);
    expect(await phone.exchange(LeClearAcceptList)).toEqual([
      completed(LeClearAcceptList, { status: Status.commandDisallowed }),
    ]);
    await car.advertise();
    expect(await phone.packets()).toEqual([
      event(LeConnectionComplete, {
        handle: 0x40,
        peerAddress: addressOf(car.controller),
        interval: 6,
        timeout: 0x2a,
      }),
    ]);
    expect(await stranger.packets()).toEqual([]);
  });

  it('keeps strangers from an advertiser', async () => {
    await car.exchange(LeAddToAcceptList, identityOf(phone.controller));
    car.command(LeSetAdvertisingParameters, {
      intervalMin: 0xa0,
      intervalMax: 0xa0,
      channels: 7,
      filterPolicy: 3,
    });
    car.command(LeSetAdvertisingEnable, { enable: 1 });
    await car.packets();
    stranger.scan(true);
    expect((await stranger.packets()).filter((p) => p.startsWith('043e'))).toHaveLength(1);
    stranger.command(LeSetScanEnable);
    stranger.connect(car.controller);
    await stranger.packets();
    await clock.advance(1000);
    expect(await stranger.packets()).toEqual([]);
    phone.connect(car.controller);
    expect(await phone.packets()).toContain(
      event(LeConnectionComplete, {
        handle: 0x40,
        peerAddress: addressOf(car.controller),
        interval: 6,
        timeout: 0x2a,
      }),
    );
  });

  it('is empty after a reset', async () => {
    await car.advertise();
    await phone.exchange(LeAddToAcceptList, identityOf(car.controller));
    await phone.exchange(Reset);
    await phone.enableEvents();
    phone.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12, filterPolicy: 1 });
    phone.command(LeSetScanEnable, { enable: 1, filterDuplicates: 1 });
    expect((await phone.packets()).filter((p) => p.startsWith('043e'))).toEqual([]);
  });
});
