import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { Opcode } from '../../../lib/hci/constants.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { addressHex, createConnection, TestHost } from './test-host.js';

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
    expect(await phone.exchange(Opcode.leReadAcceptListSize)).toEqual(['040e05010f200010']);
    for (let last = 0; last < 16; last++) {
      const added = `01${last.toString(16).padStart(12, '0')}`;
      for (const again of [added, added]) {
        expect(await phone.exchange(Opcode.leAddToAcceptList, again)).toEqual(['040e0401112000']);
      }
    }
    expect(await phone.exchange(Opcode.leAddToAcceptList, entry(car))).toEqual(['040e0401112007']);
    await phone.exchange(Opcode.leRemoveFromAcceptList, '01000000000001');
    expect(await phone.exchange(Opcode.leAddToAcceptList, entry(car))).toEqual(['040e0401112000']);
    expect(await phone.exchange(Opcode.leClearAcceptList)).toEqual(['040e0401102000']);
    expect(await phone.exchange(Opcode.leAddToAcceptList, '02000000000000')).toEqual([
      '040e0401112012',
    ]);
  });

  it('lets a scanner hear whom it names, and does not change meanwhile', async () => {
    await car.advertise();
    await stranger.advertise();
    await phone.exchange(Opcode.leAddToAcceptList, entry(car));
    phone.command(Opcode.leSetScanParameters, '01120012000001');
    phone.command(Opcode.leSetScanEnable, '0101');
    const reports = (await phone.packets()).filter((packet) => packet.startsWith('043e'));
    expect(reports).toHaveLength(2);
    for (const report of reports) expect(report).toContain(addressHex(car.controller));
    expect(await phone.exchange(Opcode.leAddToAcceptList, entry(stranger))).toEqual([
      '040e040111200c',
    ]);
    expect(await phone.exchange(Opcode.leClearAcceptList)).toEqual(['040e040110200c']);
  });

  it('lets an initiator connect to whoever of them comes first', async () => {
    await stranger.advertise();
    await phone.exchange(Opcode.leAddToAcceptList, entry(car));
    const parameters = createConnection(stranger.controller).replace(/^6000300000/, '6000300001');
    expect(await phone.exchange(Opcode.leCreateConnection, parameters)).toEqual(['040f0400010d20']);
    expect(await phone.exchange(Opcode.leClearAcceptList)).toEqual(['040e040110200c']);
    await car.advertise();
    expect(await phone.packets()).toEqual([
      `043e13010040000000${addressHex(car.controller)}060000002a0000`,
    ]);
    expect(await stranger.packets()).toEqual([]);
  });

  it('keeps strangers from an advertiser', async () => {
    await car.exchange(Opcode.leAddToAcceptList, entry(phone));
    car.command(Opcode.leSetAdvertisingParameters, 'a000a0000000000000000000000703');
    car.command(Opcode.leSetAdvertisingEnable, '01');
    await car.packets();
    stranger.scan(true);
    expect((await stranger.packets()).filter((p) => p.startsWith('043e'))).toHaveLength(1);
    stranger.command(Opcode.leSetScanEnable, '0000');
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
    await phone.exchange(Opcode.leAddToAcceptList, entry(car));
    await phone.exchange(Opcode.reset);
    await phone.enableEvents();
    phone.command(Opcode.leSetScanParameters, '01120012000001');
    phone.command(Opcode.leSetScanEnable, '0101');
    expect((await phone.packets()).filter((p) => p.startsWith('043e'))).toEqual([]);
  });
});
