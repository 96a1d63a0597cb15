import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { addressHex, createConnection, TestHost } from './test-host.js';
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

const entry = (host: TestHost): string => `00${addressHex(host.controller)}`;

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'accept list', clock });
  car = await make();
  stranger = await make();
  phone = await make();
});

describe('the filter accept list', () => {
  it('has 16 entries, each once', async () => {
    expect(await phone.exchange(LeReadAcceptListSize.opcode)).toEqual(['040e05010f200010']);
    for (let last = 0; last < 16; last++) {
      const added = `01${last.toString(16).padStart(12, '0')}`;
      for (const again of [added, added]) {
        expect(await phone.exchange(LeAddToAcceptList.opcode, again)).toEqual(['040e0401112000']);
      }
    }
    expect(await phone.exchange(LeAddToAcceptList.opcode, entry(car))).toEqual(['040e0401112007']);
    await phone.exchange(LeRemoveFromAcceptList.opcode, '01000000000001');
    expect(await phone.exchange(LeAddToAcceptList.opcode, entry(car))).toEqual(['040e0401112000']);
    expect(await phone.exchange(LeClearAcceptList.opcode)).toEqual(['040e0401102000']);
    expect(await phone.exchange(LeAddToAcceptList.opcode, '02000000000000')).toEqual([
      '040e0401112012',
    ]);
  });

  it('lets a scanner hear whom it names, and does not change meanwhile', async () => {
    await car.advertise();
    await stranger.advertise();
    await phone.exchange(LeAddToAcceptList.opcode, entry(car));
    phone.command(LeSetScanParameters.opcode, '01120012000001');
    phone.command(LeSetScanEnable.opcode, '0101');
    const reports = (await phone.packets()).filter((packet) => packet.startsWith('043e'));
    expect(reports).toHaveLength(2);
    for (const report of reports) expect(report).toContain(addressHex(car.controller));
    expect(await phone.exchange(LeAddToAcceptList.opcode, entry(stranger))).toEqual([
      '040e040111200c',
    ]);
    expect(await phone.exchange(LeClearAcceptList.opcode)).toEqual(['040e040110200c']);
  });

  it('lets an initiator connect to whoever of them comes first', async () => {
    await stranger.advertise();
    await phone.exchange(LeAddToAcceptList.opcode, entry(car));
    const parameters = createConnection(stranger.controller).replace(/^6000300000/, '6000300001');
    expect(await phone.exchange(LeCreateConnection.opcode, parameters)).toEqual(['040f0400010d20']);
    expect(await phone.exchange(LeClearAcceptList.opcode)).toEqual(['040e040110200c']);
    await car.advertise();
    expect(await phone.packets()).toEqual([
      `043e13010040000000${addressHex(car.controller)}060000002a0000`,
    ]);
    expect(await stranger.packets()).toEqual([]);
  });

  it('keeps strangers from an advertiser', async () => {
    await car.exchange(LeAddToAcceptList.opcode, entry(phone));
    car.command(LeSetAdvertisingParameters.opcode, 'a000a0000000000000000000000703');
    car.command(LeSetAdvertisingEnable.opcode, '01');
    await car.packets();
    stranger.scan(true);
    expect((await stranger.packets()).filter((p) => p.startsWith('043e'))).toHaveLength(1);
    stranger.command(LeSetScanEnable.opcode, '0000');
    stranger.connect(car.controller);
    await stranger.packets();
    await clock.advance(1000);
    expect(await stranger.packets()).toEqual([]);
    phone.connect(car.controller);
    expect(await phone.packets()).toContain(
      `043e13010040000000${addressHex(car.controller)}060000002a0000`,
    );
  });

  it('is empty after a reset', async () => {
    await car.advertise();
    await phone.exchange(LeAddToAcceptList.opcode, entry(car));
    await phone.exchange(Reset.opcode);
    await phone.enableEvents();
    phone.command(LeSetScanParameters.opcode, '01120012000001');
    phone.command(LeSetScanEnable.opcode, '0101');
    expect((await phone.packets()).filter((p) => p.startsWith('043e'))).toEqual([]);
  });
});
