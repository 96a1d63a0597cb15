import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { extendedCreate, ExtendedHost, LINK, setParameters } from './extended-host.js';
import { addressOf, peerOf } from './test-host.js';
import { LeAddToAcceptList } from '../../../lib/hci/commands/addresses.js';
import {
  LeRemoveAdvertisingSet,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from '../../../lib/hci/commands/extended-advertising.js';
import { LeSetEventMask } from '../../../lib/hci/commands/host-control.js';
import { Disconnect, LeReadPhy } from '../../../lib/hci/commands/links.js';
import {
  LeCreateConnectionCancel,
  LeExtendedCreateConnection,
  PhyBit,
} from '../../../lib/hci/commands/listening.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { answered, bytes, completed, event, readEvent } from '../../support/hci-packets.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import { LeAdvertisingSetTerminated } from '../../../lib/hci/events/advertising.js';
import {
  LeChannelSelectionAlgorithm,
  LeConnectionComplete,
  LeEnhancedConnectionComplete,
} from '../../../lib/hci/events/links.js';

/** LE Channel Selection Algorithm: #2. */
const ALGORITHM = event(LeChannelSelectionAlgorithm, { handle: 0x40, algorithm: 1 });

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;

/** LE Enhanced Connection Complete with a peer under its public address. */
const connected = (
  role: ConnectionRole,
  peer: ExtendedHost,
  parameters = { interval: 6, timeout: 0x2a },
): string =>
  event(LeEnhancedConnectionComplete, {
    handle: 0x40,
    role,
    peerAddress: addressOf(peer.controller),
    ...parameters,
  });

type Create = ParametersOf<typeof LeExtendedCreateConnection>;

const create = (fields: Partial<Create> = {}): Create =>
  extendedCreate({ ...peerOf(car.controller), ...fields });

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'extended connecting', clock });
  car = await ExtendedHost.create(air.controller({ peripheralLinks: 2 }));
  phone = await ExtendedHost.create(air.controller());
});

describe('LE Extended Create Connection', () => {
  it.each([
    ['extended', 0x01],
    ['legacy', 0x13],
  ])('connects to a set with %s PDUs', async (_what, properties) => {
    await car.advertiseSet({ properties });
    expect(await phone.exchange(LeExtendedCreateConnection, create())).toEqual([
      answered(LeExtendedCreateConnection),
      connected(ConnectionRole.central, car),
      ALGORITHM,
    ]);
    // Nothing comes between the link and the end of the advertising that led to it.
    expect(await car.packets()).toEqual([
      connected(ConnectionRole.peripheral, phone),
      event(LeAdvertisingSetTerminated, { set: 1, handle: 0x40 }),
      ALGORITHM,
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet),
    ]);
  });

  it('gives the legacy event to a host that has masked the other one', async () => {
    phone.command(LeSetEventMask, { mask: bytes('1f00000000000000') });
    await car.advertiseSet({ properties: 0x01 });
    expect(await phone.exchange(LeExtendedCreateConnection, create())).toEqual([
      completed(LeSetEventMask),
      answered(LeExtendedCreateConnection),
      event(LeConnectionComplete, {
        handle: 0x40,
        peerAddress: addressOf(car.controller),
        interval: 6,
        timeout: 0x2a,
      }),
    ]);
  });

  it('begins on the secondary PHY, with the parameters for that', async () => {
    await car.advertiseSet({ properties: 0x01, secondaryPhy: 2 });
    const for2M = { ...LINK, intervalMin: 0x18, intervalMax: 0x18, timeout: 0x64 };
    const both = create({ phys: PhyBit.le1M | PhyBit.le2M, links: [LINK, for2M] });
    const [, event] = await phone.exchange(LeExtendedCreateConnection, both);
    const parameters = { interval: 0x18, timeout: 0x64 };
    expect(event).toBe(connected(ConnectionRole.central, car, parameters));
    expect(await phone.exchange(LeReadPhy, { handle: 0x40 })).toEqual([
      completed(LeReadPhy, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
  });

  it('ends the set that was answered, not another one with the same address', async () => {
    await car.advertiseSet({ set: 1 });
    await car.advertiseSet({ set: 2, properties: 0x01 });
    await car.advertiseSet({ set: 3, properties: 0x13 });
    await phone.exchange(LeExtendedCreateConnection, create());
    const terminated = (await car.packets()).filter((packet) => packet.startsWith('043e0612'));
    expect(terminated).toHaveLength(1);
    expect(terminated[0]).toMatch(/^043e06120002|^043e06120003/);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet, { status: Status.commandDisallowed }),
    ]);
  });

  it('tells how many events it took, where they are counted', async () => {
    await car.advertiseSet({ properties: 0x01 }, '', '', { maxEvents: 0xff });
    await clock.advance(350);
    await phone.exchange(LeExtendedCreateConnection, create());
    const [terminated] = (await car.packets()).filter((p) => p.startsWith('043e0612'));
    const { events, ...rest } = readEvent(LeAdvertisingSetTerminated, terminated);
    expect(rest).toEqual({ status: Status.success, set: 1, handle: 0x40 });
    expect(events).toBeGreaterThanOrEqual(3);
  });

  it('is cancelled with the enhanced event', async () => {
    await phone.exchange(LeExtendedCreateConnection, create());
    expect(await phone.exchange(LeExtendedCreateConnection, create())).toEqual([
      answered(LeExtendedCreateConnection, Status.commandDisallowed),
    ]);
    expect(await phone.exchange(LeCreateConnectionCancel)).toEqual([
      completed(LeCreateConnectionCancel),
      event(LeEnhancedConnectionComplete, { status: Status.unknownConnection }),
    ]);
  });

  it('goes to the accept list, too', async () => {
    await car.advertiseSet({ properties: 0x01 });
    await phone.exchange(LeAddToAcceptList, { address: addressOf(car.controller) });
    const anyone = create({ filterPolicy: 1 });
    const [, event] = await phone.exchange(LeExtendedCreateConnection, anyone);
    expect(event).toBe(connected(ConnectionRole.central, car));
  });

  it('does not connect to what cannot be connected to', async () => {
    await car.advertiseSet({ set: 1 });
    await car.advertiseSet({ set: 2, properties: 0x10 });
    await phone.exchange(LeExtendedCreateConnection, create());
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([]);
  });

  it.each<readonly [string, Partial<Create>, number]>([
    ['a filter policy', { filterPolicy: 2 }, Status.invalidParameters],
    ['an own address type', { ownAddressType: 4 }, Status.invalidParameters],
    ['a random address that is not set', { ownAddressType: 1 }, Status.invalidParameters],
    ['a peer address type', { peerAddressType: 4 }, Status.invalidParameters],
    ['the coded PHY', { phys: PhyBit.coded }, Status.unsupportedFeature],
    ['LE 2M alone', { phys: PhyBit.le2M }, Status.invalidParameters],
    [
      'parameters for one PHY of two',
      { phys: PhyBit.le1M | PhyBit.le2M },
      Status.invalidParameters,
    ],
    [
      'a scan window above its interval',
      { links: [{ ...LINK, scanInterval: 0x30, scanWindow: 0x60 }] },
      Status.invalidParameters,
    ],
    ['a timeout too short', { links: [{ ...LINK, timeout: 2 }] }, Status.invalidParameters],
    [
      'event lengths in the wrong order',
      { links: [{ ...LINK, eventLengthMin: 6, eventLengthMax: 4 }] },
      Status.invalidParameters,
    ],
  ])('refuses %s', async (_what, fields, status) => {
    expect(await phone.exchange(LeExtendedCreateConnection, create(fields))).toEqual([
      answered(LeExtendedCreateConnection, status),
    ]);
  });
});

describe('several centrals', () => {
  it('connect to one set after the other, while there is room', async () => {
    const other = await ExtendedHost.create(air.controller());
    const third = await ExtendedHost.create(air.controller());
    for (const set of [1, 2, 3]) {
      await car.advertiseSet({ set, properties: 0x01 });
    }
    for (const central of [phone, other]) {
      const [, event] = await central.exchange(LeExtendedCreateConnection, create());
      expect(event).toMatch(/^043e1f0a00/);
    }
    await third.exchange(LeExtendedCreateConnection, create());
    await clock.advance(500);
    expect(await third.packets()).toEqual([]);
    await car.packets();
    car.command(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    await car.packets();
    await clock.advance(500);
    expect((await third.packets())[0]).toMatch(/^043e1f0a00/);
    car.command(LeSetExtendedAdvertisingParameters, setParameters({ properties: 0x01 }));
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toContain(
      completed(LeSetExtendedAdvertisingEnable, { status: Status.connectionLimitExceeded }),
    );
  });
});
