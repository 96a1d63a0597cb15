import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import type { AclBuffers } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { createConnection, peerOf, TestHost } from './test-host.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { LeReadBufferSize } from '../../../lib/hci/commands/information.js';
import { Disconnect, LeConnectionUpdate } from '../../../lib/hci/commands/links.js';
import {
  LeCreateConnection,
  LeCreateConnectionCancel,
} from '../../../lib/hci/commands/listening.js';
import { ReadRssi } from '../../../lib/hci/commands/power.js';
import { acl, answered, bytes, completed, event } from '../../support/hci-packets.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import {
  DataBufferOverflow,
  HardwareErrorEvent,
  NumberOfCompletedPackets,
} from '../../../lib/hci/events/general.js';
import {
  DisconnectionComplete,
  LeConnectionComplete,
  LeConnectionUpdateComplete,
} from '../../../lib/hci/events/links.js';

let clock: SimClock;
let air: VirtualAir;
let car: TestHost;
let phone: TestHost;

const makeHost = async (x = 0, aclBuffers?: AclBuffers, peripheralLinks = 1): Promise<TestHost> => {
  const host = new TestHost(
    air.controller({ position: { x, y: 0 }, peripheralLinks, ...(aclBuffers && { aclBuffers }) }),
  );
  await host.enableEvents();
  return host;
};

/** LE Connection Complete with noble's parameters. */
const connected = (
  handle: number,
  role: ConnectionRole,
  { controller }: TestHost,
  peer = peerOf(controller),
): string => event(LeConnectionComplete, { handle, role, ...peer, interval: 6, timeout: 0x2a });

const { central, peripheral } = ConnectionRole;

const link = async (): Promise<void> => {
  await car.advertise();
  phone.connect(car.controller);
  await phone.packets();
  await car.packets();
};

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'connections', clock });
  car = await makeHost();
  phone = await makeHost(5);
});

describe('connecting', () => {
  it('gives Command Status, then Connection Complete at both ends', async () => {
    await car.advertise();
    phone.connect(car.controller);
    expect(await phone.packets()).toEqual([
      answered(LeCreateConnection),
      connected(0x40, central, car),
    ]);
    expect(await car.packets()).toEqual([connected(0x40, peripheral, phone)]);
  });

  it('waits for the advertiser, and refuses a second attempt meanwhile', async () => {
    phone.connect(car.controller);
    expect(await phone.packets()).toEqual([answered(LeCreateConnection)]);
    expect(await phone.exchange(LeCreateConnection, createConnection(car.controller))).toEqual([
      answered(LeCreateConnection, Status.commandDisallowed),
    ]);
    await car.advertise();
    expect(await phone.packets()).toEqual([connected(0x40, central, car)]);
  });

  it('goes between random static addresses, where both have set one', async () => {
    const [carAddress, phoneAddress] = [bytes('0102030405c0'), bytes('0102030405f0')] as const;
    await car.exchange(LeSetRandomAddress, { address: carAddress });
    await phone.exchange(LeSetRandomAddress, { address: phoneAddress });
    car.command(LeSetAdvertisingParameters, {
      intervalMin: 0xa0,
      intervalMax: 0xa0,
      ownAddressType: 1,
      channels: 7,
    });
    car.command(LeSetAdvertisingEnable, { enable: 1 });
    await car.packets();
    const atCar = { peerAddressType: 1, peerAddress: carAddress };
    const atPhone = { peerAddressType: 1, peerAddress: phoneAddress };
    const parameters = { ...createConnection(car.controller), ...atCar, ownAddressType: 1 };
    expect(await phone.exchange(LeCreateConnection, parameters)).toEqual([
      answered(LeCreateConnection),
      connected(0x40, central, car, atCar),
    ]);
    expect(await car.packets()).toEqual([connected(0x40, peripheral, phone, atPhone)]);
  });

  it('can be cancelled', async () => {
    phone.connect(car.controller);
    await phone.packets();
    expect(await phone.exchange(LeCreateConnectionCancel)).toEqual([
      completed(LeCreateConnectionCancel),
      event(LeConnectionComplete, { status: Status.unknownConnection }),
    ]);
    await car.advertise();
    expect(await car.packets()).toEqual([]);
  });

  it('ends in one way only when it is cancelled at the last moment', async () => {
    await car.advertise();
    phone.connect(car.controller);
    phone.command(LeCreateConnectionCancel);
    const [status, cancelled, complete, ...more] = await phone.packets();
    expect([status, cancelled]).toEqual([
      answered(LeCreateConnection),
      completed(LeCreateConnectionCancel),
    ]);
    expect(complete).toMatch(/^043e1301(00|02)/);
    expect(more).toEqual([]);
    const accepted = (await car.packets()).length === 1;
    expect(accepted).toBe(complete === connected(0x40, central, car));
  });

  it('is not possible out of range', async () => {
    phone.controller.moveTo(100, 0);
    await car.advertise();
    phone.connect(car.controller);
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([answered(LeCreateConnection)]);
  });

  it('needs both directions: who is heard must hear the answer', async () => {
    const deaf = new TestHost(air.controller({ sensitivity: -60 }));
    await deaf.enableEvents();
    await deaf.advertise();
    const refused = jest.spyOn(phone.controller, 'refused');
    phone.connect(deaf.controller);
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([answered(LeCreateConnection)]);
    // One attempt at once, and one for each advertising event of 100 ms.
    expect(refused).toHaveBeenCalledTimes(11);
  });

  it('stops the advertising, and one link is the most that a peripheral has', async () => {
    await link();
    phone.scan(false);
    await phone.packets();
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([]);
    expect(await car.exchange(LeSetAdvertisingEnable, { enable: 1 })).toEqual([
      completed(LeSetAdvertisingEnable, { status: Status.connectionLimitExceeded }),
    ]);
    expect(await phone.exchange(LeCreateConnection, createConnection(car.controller))).toEqual([
      answered(LeCreateConnection, Status.connectionAlreadyExists),
    ]);
  });

  it('goes to one of two phones; the other one gets the next chance', async () => {
    const other = await makeHost(6);
    phone.connect(car.controller);
    other.connect(car.controller);
    await phone.packets();
    await other.packets();
    await car.advertise();
    expect(await phone.packets()).toEqual([connected(0x40, central, car)]);
    expect(await other.packets()).toEqual([]);
    phone.command(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    await phone.packets();
    await car.exchange(LeSetAdvertisingEnable, { enable: 1 });
    expect(await other.packets()).toEqual([connected(0x40, central, car)]);
  });
});

describe('several links', () => {
  it('of one controller, in both roles, with handles of their own', async () => {
    const hub = await makeHost(1, undefined, 2);
    const other = await makeHost(2);
    await hub.advertise();
    phone.connect(hub.controller);
    await phone.packets();
    await hub.packets();
    await hub.exchange(LeSetAdvertisingEnable, { enable: 1 });
    other.connect(hub.controller);
    await other.packets();
    expect(await hub.packets()).toEqual([connected(0x41, peripheral, other)]);
    await car.advertise();
    hub.connect(car.controller);
    expect(await hub.packets()).toEqual([
      answered(LeCreateConnection),
      connected(0x42, central, car),
    ]);

    hub.send(acl(0x41, 0, '01000400aa'));
    expect(await other.packets()).toEqual([acl(0x40, 2, '01000400aa')]);
    hub.send(acl(0x42, 0, '01000400bb'));
    await hub.packets();
    expect((await car.packets()).at(-1)).toBe(acl(0x40, 2, '01000400bb'));
    expect(await phone.packets()).toEqual([]);
  });
});

describe('data', () => {
  it('arrives with the boundary flag of a controller, and is acknowledged', async () => {
    await link();
    phone.send(acl(0x40, 0, '03000400010203'));
    phone.send(acl(0x40, 1, 'ffee'));
    expect(await car.packets()).toEqual([acl(0x40, 2, '03000400010203'), acl(0x40, 1, 'ffee')]);
    expect(await phone.packets()).toEqual([
      event(NumberOfCompletedPackets, { completed: [{ handle: 0x40, count: 1 }] }),
      event(NumberOfCompletedPackets, { completed: [{ handle: 0x40, count: 1 }] }),
    ]);
  });

  it('overflows the buffers that were announced with an event, and drops what is too much', async () => {
    phone = await makeHost(5, { length: 27, count: 1 });
    await link();
    expect(await phone.exchange(LeReadBufferSize)).toEqual([
      completed(LeReadBufferSize, { length: 0x1b, count: 1 }),
    ]);
    phone.send(acl(0x40, 0, '01000400aa'));
    phone.send(acl(0x40, 0, '01000400bb'));
    expect(await phone.packets()).toEqual([
      event(DataBufferOverflow, { linkType: 1 }),
      event(NumberOfCompletedPackets, { completed: [{ handle: 0x40, count: 1 }] }),
    ]);
    expect(await car.packets()).toEqual([acl(0x40, 2, '01000400aa')]);
    phone.send(acl(0x40, 0, '00'.repeat(28)));
    expect(await phone.packets()).toEqual([event(HardwareErrorEvent, { code: 1 })]);
  });

  it('for a handle that is gone is dropped in silence', async () => {
    phone.send(acl(0x40, 0, '01000400aa'));
    expect(await phone.packets()).toEqual([]);
  });

  /** Bits 14 and 15 of the handle field: broadcast flags. */
  const broadcast = acl(0x40 | (1 << 14), 0, '01000400aa');

  it.each([acl(0x40, 3, '01000400aa'), broadcast])('with bad flags is malformed: %s', async (p) => {
    await link();
    phone.send(p);
    expect(await phone.packets()).toEqual([event(HardwareErrorEvent, { code: 1 })]);
    expect(await car.packets()).toEqual([]);
  });
});

describe('disconnecting', () => {
  it.each([
    ['the central', () => [phone, car] as const],
    ['the peripheral', () => [car, phone] as const],
  ])('by %s: the peer is told the reason', async (_name, ends) => {
    await link();
    const [one, other] = ends();
    expect(
      await one.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ).toEqual([
      answered(Disconnect),
      event(DisconnectionComplete, { handle: 0x40, reason: Status.terminatedByLocalHost }),
    ]);
    expect(await other.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ]);
    expect(
      await other.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ).toEqual([answered(Disconnect, Status.unknownConnection)]);
  });

  it('lets arrive what was sent before', async () => {
    await link();
    phone.send(acl(0x40, 0, '01000400aa'));
    phone.command(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    phone.controller.close();
    expect(await car.packets()).toEqual([
      acl(0x40, 2, '01000400aa'),
      event(DisconnectionComplete, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('takes only reasons that a host may give', async () => {
    await link();
    expect(
      await phone.exchange(Disconnect, { handle: 0x40, reason: Status.connectionTimeout }),
    ).toEqual([answered(Disconnect, Status.invalidParameters)]);
    expect(await car.packets()).toEqual([]);
  });
});

describe('losing a link', () => {
  it('takes the supervision timeout, and gives reason 0x08 at both ends', async () => {
    await link();
    phone.controller.moveTo(100, 0);
    await clock.advance(419);
    expect(await car.packets()).toEqual([]);
    await clock.advance(1);
    expect(await car.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);
    expect(await phone.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('does not happen when the peer comes back in time; what waited arrives then, in order', async () => {
    await link();
    phone.controller.moveTo(100, 0);
    phone.send(acl(0x40, 0, '01000400aa'));
    phone.send(acl(0x40, 0, '01000400bb'));
    await clock.advance(400);
    expect(await car.packets()).toEqual([]);
    expect(await phone.packets()).toEqual([]);
    phone.controller.moveTo(5, 0);
    await clock.advance(1000);
    expect(await car.packets()).toEqual([acl(0x40, 2, '01000400aa'), acl(0x40, 2, '01000400bb')]);
    expect(await phone.packets()).toHaveLength(2);
  });

  it.each([
    [
      'power-off',
      () => {
        phone.controller.close();
      },
    ],
    [
      'reset',
      () => {
        phone.command(Reset);
      },
    ],
  ])('by %s of the peer', async (_name, fail) => {
    await link();
    fail();
    const atPhone = await phone.packets();
    expect(atPhone.filter((packet) => packet.startsWith('0405'))).toEqual([]);
    expect(await car.packets()).toEqual([]);
    await clock.advance(420);
    expect(await car.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer when both ends are off', async () => {
    await link();
    air.close();
    expect(clock.pending).toBe(0);
  });
});

describe('a link', () => {
  it('has a signal strength at each end', async () => {
    await link();
    expect(await phone.exchange(ReadRssi, { handle: 0x40 })).toEqual([
      completed(ReadRssi, { handle: 0x40, rssi: -74 }),
    ]);
    phone.controller.moveTo(1, 0);
    expect(await car.exchange(ReadRssi, { handle: 0x40 })).toEqual([
      completed(ReadRssi, { handle: 0x40, rssi: -59 }),
    ]);
  });

  it('changes its parameters for both ends, at the wish of the central', async () => {
    await link();
    const wish = { handle: 0x40, intervalMin: 0x10, intervalMax: 0x20, latency: 1, timeout: 0x64 };
    const updated = event(LeConnectionUpdateComplete, {
      handle: 0x40,
      interval: 0x10,
      latency: 1,
      timeout: 0x64,
    });
    expect(await phone.exchange(LeConnectionUpdate, wish)).toEqual([
      answered(LeConnectionUpdate),
      updated,
    ]);
    expect(await car.packets()).toEqual([updated]);
    phone.controller.moveTo(100, 0);
    await clock.advance(999);
    expect(await car.packets()).toEqual([]);
    await clock.advance(1);
    expect(await car.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);
  });
});
