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
import { PhyBit } from '../../../lib/hci/commands/listening.js';
import { acl, answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeDataLengthChange,
  LePhyUpdateComplete,
  LeReadRemoteFeaturesComplete,
  ReadRemoteVersionComplete,
} from '../../../lib/hci/events/links.js';

const MOST = { octets: 251, time: 2120 };
const LEAST = { octets: 27, time: 328 };

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
    for (const command of [ReadRemoteVersion, LeReadRemoteFeatures]) {
      expect(await central.exchange(command, { handle: 0x41 })).toEqual([
        answered(command, Status.unknownConnection),
      ]);
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
    const tx = { txOctets: MOST.octets, txTime: MOST.time };
    const rx = { rxOctets: LEAST.octets, rxTime: LEAST.time };
    expect(await central.packets()).toContain(
      event(LeDataLengthChange, { handle: 0x41, ...tx, ...rx }),
    );
    expect(await peripheral.packets()).toContain(
      event(LeDataLengthChange, {
        handle: 0x41,
        txOctets: LEAST.octets,
        txTime: LEAST.time,
        rxOctets: MOST.octets,
        rxTime: MOST.time,
      }),
    );
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

  it.each([
    { ...LEAST, octets: 26 },
    { ...MOST, octets: 252 },
    { ...LEAST, time: 327 },
    { ...LEAST, time: 17_041 },
  ])('has bounds: %j', async (length) => {
    expect(await central.exchange(LeSetDataLength, { handle: 0x40, ...length })).toEqual([
      completed(LeSetDataLength, { status: Status.invalidParameters, handle: 0x40 }),
    ]);
    expect(await central.exchange(LeWriteSuggestedDataLength, length)).toEqual([
      completed(LeWriteSuggestedDataLength, { status: Status.invalidParameters }),
    ]);
  });
});

describe('PHY', () => {
  /** Both ends say that they send and receive on these. */
  const expectPhys = async (
    ofCentral: readonly [tx: number, rx: number],
    ofPeripheral: readonly [tx: number, rx: number],
  ): Promise<void> => {
    for (const host of [central, peripheral]) await host.packets();
    for (const [host, [tx, rx]] of [
      [central, ofCentral],
      [peripheral, ofPeripheral],
    ] as const) {
      expect(await host.exchange(LeReadPhy, { handle: 0x40 })).toEqual([
        completed(LeReadPhy, { handle: 0x40, tx, rx }),
      ]);
    }
  };

  it('is 1M at first, and 2M once one asks for it', async () => {
    await expectPhys([1, 1], [1, 1]);
    expect(await central.exchange(LeSetPhy, { handle: 0x40, tx: 2, rx: 2 })).toEqual([
      answered(LeSetPhy),
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
    expect(await peripheral.packets()).toEqual([
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
    await expectPhys([2, 2], [2, 2]);
  });

  it('is what both want, each direction by itself; who asked is told in any case', async () => {
    // The peripheral sends on 1M only.
    await peripheral.exchange(LeSetPhy, { handle: 0x40, tx: 1, rx: 3 });
    await expectPhys([2, 1], [1, 2]);
    expect(await central.exchange(LeSetPhy, { handle: 0x40, tx: 2, rx: 2 })).toEqual([
      answered(LeSetPhy),
      event(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 1 }),
    ]);
    expect(await peripheral.packets()).toEqual([]);
  });

  it.each([
    ['no PHY', { tx: 0, rx: 1 }, Status.invalidParameters],
    ['the coded PHY', { tx: PhyBit.coded, rx: 1 }, Status.unsupportedFeature],
  ])('refuses %s', async (_what, wanted, status) => {
    expect(await central.exchange(LeSetDefaultPhy, wanted)).toEqual([
      completed(LeSetDefaultPhy, { status }),
    ]);
    expect(await central.exchange(LeSetPhy, { handle: 0x40, ...wanted })).toEqual([
      answered(LeSetPhy, status),
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
  const eventsOf = async (length: typeof MOST | undefined): Promise<number> => {
    const clock = new SimClock();
    const options = { seed: 'procedures', clock, pace: 'real', packetsPerEvent: 1 } as const;
    const air = new VirtualAir(options);
    [central, peripheral] = [new TestHost(air.controller()), new TestHost(air.controller())];
    for (const host of [central, peripheral]) await host.enableEvents();
    await peripheral.advertise();
    central.connect(peripheral.controller);
    await clock.advance(300);
    if (length !== undefined) central.command(LeSetDataLength, { handle: 0x40, ...length });
    await clock.advance(100);
    await peripheral.packets();
    central.send(acl(0x40, 0, '00'.repeat(251)));
    for (let events = 1; events < 100; events++) {
      await clock.advance(7.5);
      if ((await peripheral.packets()).length > 0) return events;
    }
    throw new Error('it did not arrive');
  };

  it('a greater data length saves packets', async () => {
    expect(await eventsOf(undefined)).toBe(10);
    expect(await eventsOf(MOST)).toBe(1);
    expect(await eventsOf({ ...MOST, octets: 100 })).toBe(3);
  });
});
