import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { LeSetEventMask, Reset } from '../../../lib/hci/commands/host-control.js';
import {
  Disconnect,
  LeReadMaximumDataLength,
  LeReadPhy,
  LeReadRemoteFeatures,
  LeReadSuggestedDataLength,
  LeSetDataLength,
  LeSetDefaultPhy,
  LeSetPhy,
  LeWriteSuggestedDataLength,
  ReadRemoteVersion,
} from '../../../lib/hci/commands/links.js';
import { acl, answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeDataLengthChange,
  LePhyUpdateComplete,
  LeReadRemoteFeaturesComplete,
  ReadRemoteVersionComplete,
} from '../../../lib/hci/events/links.js';

const HANDLE = '4000';
const MOST = 'fb004808'; // 251 bytes, 2120 us
const LEAST = '1b004801'; // 27 bytes, 328 us

let central: TestHost;
let peripheral: TestHost;

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'procedures', clock: new SimClock() });
  central = new TestHost(air.controller());
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) {
    await host.enableEvents();
    host.command(LeSetEventMask, { mask: bytes('ffffffffffffffff') });
  }
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
});

describe('what the peer is', () => {
  it.each([0, 1])('version and features, asked by either side (%i)', async (side) => {
    const host = [central, peripheral][side];
    expect(await host?.exchange(ReadRemoteVersion, { handle: 0x40 })).toEqual([
      answered(ReadRemoteVersion),
      event(ReadRemoteVersionComplete, { handle: 0x40, version: 9, company: 0xffff }),
    ]);
    expect(await host?.exchange(LeReadRemoteFeatures, { handle: 0x40 })).toEqual([
      answered(LeReadRemoteFeatures),
      event(LeReadRemoteFeaturesComplete, { handle: 0x40, features: bytes('2f41000000000000') }),
    ]);
    expect(await [peripheral, central][side]?.packets()).toEqual([]);
  });

  it('is not told of a link that is not there', async () => {
    for (const opcode of [ReadRemoteVersion.opcode, LeReadRemoteFeatures.opcode]) {
      expect((await central.exchange(opcode, '4100'))[0]).toMatch(/^040f0402/);
    }
  });
});

describe('data length', () => {
  it('reads the most, and what new links begin with', async () => {
    expect(await central.exchange(LeReadMaximumDataLength)).toEqual([
      completed(LeReadMaximumDataLength, {
        txOctets: 0xfb,
        txTime: 0x848,
        rxOctets: 0xfb,
        rxTime: 0x848,
      }),
    ]);
    expect(await central.exchange(LeReadSuggestedDataLength)).toEqual([
      completed(LeReadSuggestedDataLength, { octets: 0x1b, time: 0x148 }),
    ]);
    await central.exchange(LeWriteSuggestedDataLength, { octets: 0xfb, time: 0x848 });
    expect(await central.exchange(LeReadSuggestedDataLength)).toEqual([
      completed(LeReadSuggestedDataLength, { octets: 0xfb, time: 0x848 }),
    ]);
    await central.exchange(Reset);
    expect(await central.exchange(LeReadSuggestedDataLength)).toEqual([
      completed(LeReadSuggestedDataLength, { octets: 0x1b, time: 0x148 }),
    ]);
  });

  it('of new links is what the host suggests', async () => {
    await central.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    await central.exchange(LeWriteSuggestedDataLength, { octets: 0xfb, time: 0x848 });
    await peripheral.packets();
    await peripheral.advertise();
    central.connect(peripheral.controller);
    const handle = '4100';
    expect(await central.packets()).toContain(`043e0b07${handle}${MOST}${LEAST}`);
    expect(await peripheral.packets()).toContain(`043e0b07${handle}${LEAST}${MOST}`);
  });

  it('changes in one direction, and is told where it changes', async () => {
    const set = [
      completed(LeSetDataLength, { handle: 0x40 }),
      event(LeDataLengthChange, {
        handle: 0x40,
        txOctets: 0xfb,
        txTime: 0x848,
        rxOctets: 0x1b,
        rxTime: 0x148,
      }),
    ];
    expect(
      await central.exchange(LeSetDataLength, { handle: 0x40, octets: 0xfb, time: 0x848 }),
    ).toEqual(set);
    expect(await peripheral.packets()).toEqual([
      event(LeDataLengthChange, {
        handle: 0x40,
        txOctets: 0x1b,
        txTime: 0x148,
        rxOctets: 0xfb,
        rxTime: 0x848,
      }),
    ]);
    // Once more: nothing changes, nobody is told.
    expect(
      await central.exchange(LeSetDataLength, { handle: 0x40, octets: 0xfb, time: 0x848 }),
    ).toEqual([set[0]]);
    expect(await peripheral.packets()).toEqual([]);
  });

  it.each(['1a004801', 'fc004808', '1b004701', '1b009142'])('has bounds: %s', async (length) => {
    expect(await central.exchange(LeSetDataLength.opcode, HANDLE + length)).toEqual([
      completed(LeSetDataLength, { status: Status.invalidParameters, handle: 0x40 }),
    ]);
    expect(await central.exchange(LeWriteSuggestedDataLength.opcode, length)).toEqual([
      completed(LeWriteSuggestedDataLength, { status: Status.invalidParameters }),
    ]);
  });
});

describe('PHY', () => {
  const phys = async (): Promise<string[]> => {
    for (const host of [central, peripheral]) await host.packets();
    const answers = [
      ...(await central.exchange(LeReadPhy, { handle: 0x40 })),
      ...(await peripheral.exchange(LeReadPhy, { handle: 0x40 })),
    ];
    for (const answer of answers) expect(answer).toMatch(/^040e080130200040000[12]0[12]$/);
    return answers.map((answer) => answer.slice(-4));
  };

  it('is 1M at first, and 2M once one asks for it', async () => {
    expect(await phys()).toEqual(['0101', '0101']);
    expect(await central.exchange(LeSetPhy, { handle: 0x40, tx: 2, rx: 2 })).toEqual([
      answered(LeSetPhy),
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
    expect(await peripheral.packets()).toEqual([
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
    expect(await phys()).toEqual(['0202', '0202']);
  });

  it('is what both want, each direction by itself; who asked is told in any case', async () => {
    // The peripheral sends on 1M only.
    await peripheral.exchange(LeSetPhy, { handle: 0x40, tx: 1, rx: 3 });
    expect(await phys()).toEqual(['0201', '0102']);
    expect(await central.exchange(LeSetPhy, { handle: 0x40, tx: 2, rx: 2 })).toEqual([
      answered(LeSetPhy),
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 1 }),
    ]);
    expect(await peripheral.packets()).toEqual([]);
  });

  it.each([
    ['no PHY', '000001', '12'],
    ['the coded PHY', '000401', '11'],
  ])('refuses %s', async (_what, wanted, status) => {
    expect(await central.exchange(LeSetDefaultPhy.opcode, wanted)).toEqual([
      `040e04013120${status}`,
    ]);
    expect(await central.exchange(LeSetPhy.opcode, `${HANDLE}${wanted}0000`)).toEqual([
      `040f04${status}013220`,
    ]);
  });

  it('has defaults for links to come', async () => {
    expect(await central.exchange(LeSetDefaultPhy, { all: 3 })).toEqual([
      completed(LeSetDefaultPhy),
    ]);
    expect(await central.exchange(LeReadPhy, { handle: 0x41 })).toEqual([
      completed(LeReadPhy, { status: Status.unknownConnection, handle: 0x41 }),
    ]);
  });
});

describe('at the pace of a real radio', () => {
  /** Connection events of 7.5 ms, with a packet each, that 251 bytes of data take from the central. */
  const eventsOf = async (length: string | undefined): Promise<number> => {
    const clock = new SimClock();
    const options = { seed: 'procedures', clock, pace: 'real', packetsPerEvent: 1 } as const;
    const air = new VirtualAir(options);
    [central, peripheral] = [new TestHost(air.controller()), new TestHost(air.controller())];
    for (const host of [central, peripheral]) await host.enableEvents();
    await peripheral.advertise();
    central.connect(peripheral.controller);
    await clock.advance(300);
    if (length !== undefined) central.command(LeSetDataLength.opcode, `${HANDLE}${length}`);
    await clock.advance(100);
    await peripheral.packets();
    central.send(
      acl(
        0x40,
        0,
        '0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
      ),
    );
    for (let events = 1; events < 100; events++) {
      await clock.advance(7.5);
      if ((await peripheral.packets()).length > 0) return events;
    }
    throw new Error('it did not arrive');
  };

  it('a greater data length saves packets', async () => {
    expect(await eventsOf(undefined)).toBe(10);
    expect(await eventsOf(MOST)).toBe(1);
    expect(await eventsOf('64004808')).toBe(3);
  });
});
