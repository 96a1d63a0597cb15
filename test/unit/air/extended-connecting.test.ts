import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { extendedCreate, ExtendedHost, setParameters } from './extended-host.js';
import { addressHex, addressOf } from './test-host.js';
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
} from '../../../lib/hci/commands/listening.js';
import { answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeAdvertisingSetTerminated } from '../../../lib/hci/events/advertising.js';
import {
  LeChannelSelectionAlgorithm,
  LeConnectionComplete,
  LeEnhancedConnectionComplete,
} from '../../../lib/hci/events/links.js';

const NO_RPA = '00'.repeat(6);
const PARAMETERS = '060000002a00' + '00';
/** LE Channel Selection Algorithm: #2. */
const ALGORITHM = event(LeChannelSelectionAlgorithm, { handle: 0x40, algorithm: 1 });

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;

/** LE Enhanced Connection Complete with a peer under its public address. */
const connected = (role: string, peer: ExtendedHost): string =>
  `043e1f0a004000${role}00${addressHex(peer.controller)}${NO_RPA}${NO_RPA}${PARAMETERS}`;

const create = (): string => extendedCreate(`00${addressHex(car.controller)}`);

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'extended connecting', clock });
  car = await ExtendedHost.create(air.controller({ peripheralLinks: 2 }));
  phone = await ExtendedHost.create(air.controller());
});

describe('LE Extended Create Connection', () => {
  it.each([
    ['extended', '0100'],
    ['legacy', '1300'],
  ])('connects to a set with %s PDUs', async (_what, properties) => {
    await car.advertiseSet({ properties });
    expect(await phone.exchange(LeExtendedCreateConnection.opcode, create())).toEqual([
      answered(LeExtendedCreateConnection),
      connected('00', car),
      ALGORITHM,
    ]);
    // Nothing comes between the link and the end of the advertising that led to it.
    expect(await car.packets()).toEqual([
      connected('01', phone),
      event(LeAdvertisingSetTerminated, { set: 1, handle: 0x40 }),
      ALGORITHM,
    ]);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet),
    ]);
  });

  it('gives the legacy event to a host that has masked the other one', async () => {
    phone.command(LeSetEventMask, { mask: bytes('1f00000000000000') });
    await car.advertiseSet({ properties: '0100' });
    expect(await phone.exchange(LeExtendedCreateConnection.opcode, create())).toEqual([
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
    await car.advertiseSet({ properties: '0100', secondaryPhy: '02' });
    const peer = `00${addressHex(car.controller)}`;
    const for1M = '60003000' + '0600120000002a00' + '04000600';
    const for2M = '60003000' + '1800180000006400' + '00000000';
    const parameters = `0000${peer}03${for1M}${for2M}`;
    const [, event] = await phone.exchange(LeExtendedCreateConnection.opcode, parameters);
    expect(event).toBe(connected('00', car).replace(PARAMETERS, '18000000640000'));
    expect(await phone.exchange(LeReadPhy, { handle: 0x40 })).toEqual([
      completed(LeReadPhy, { handle: 0x40, tx: 2, rx: 2 }),
    ]);
  });

  it('ends the set that was answered, not another one with the same address', async () => {
    await car.advertiseSet({ handle: '01' });
    await car.advertiseSet({ handle: '02', properties: '0100' });
    await car.advertiseSet({ handle: '03', properties: '1300' });
    await phone.exchange(LeExtendedCreateConnection.opcode, create());
    const terminated = (await car.packets()).filter((packet) => packet.startsWith('043e0612'));
    expect(terminated).toHaveLength(1);
    expect(terminated[0]).toMatch(/^043e06120002|^043e06120003/);
    expect(await car.exchange(LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      completed(LeRemoveAdvertisingSet, { status: Status.commandDisallowed }),
    ]);
  });

  it('tells how many events it took, where they are counted', async () => {
    await car.advertiseSet({ properties: '0100' }, '', '', '0000ff');
    await clock.advance(350);
    await phone.exchange(LeExtendedCreateConnection.opcode, create());
    const [terminated = ''] = (await car.packets()).filter((p) => p.startsWith('043e0612'));
    expect(terminated.slice(0, 16)).toBe('043e061200014000');
    expect(Number.parseInt(terminated.slice(16), 16)).toBeGreaterThanOrEqual(3);
  });

  it('is cancelled with the enhanced event', async () => {
    await phone.exchange(LeExtendedCreateConnection.opcode, create());
    expect(await phone.exchange(LeExtendedCreateConnection.opcode, create())).toEqual([
      answered(LeExtendedCreateConnection, Status.commandDisallowed),
    ]);
    expect(await phone.exchange(LeCreateConnectionCancel)).toEqual([
      completed(LeCreateConnectionCancel),
      event(LeEnhancedConnectionComplete, { status: Status.unknownConnection }),
    ]);
  });

  it('goes to the accept list, too', async () => {
    await car.advertiseSet({ properties: '0100' });
    await phone.exchange(LeAddToAcceptList, { address: addressOf(car.controller) });
    const anyone = create().replace(/^00/, '01');
    const [, event] = await phone.exchange(LeExtendedCreateConnection.opcode, anyone);
    expect(event).toBe(connected('00', car));
  });

  it('does not connect to what cannot be connected to', async () => {
    await car.advertiseSet({ handle: '01' });
    await car.advertiseSet({ handle: '02', properties: '1000' });
    await phone.exchange(LeExtendedCreateConnection.opcode, create());
    await clock.advance(1000);
    expect(await phone.packets()).toEqual([]);
  });

  it.each([
    ['a filter policy', (p: string) => p.replace(/^00/, '02'), '12'],
    ['an own address type', (p: string) => p.replace(/^0000/, '0004'), '12'],
    ['a random address that is not set', (p: string) => p.replace(/^0000/, '0001'), '12'],
    ['a peer address type', (p: string) => p.replace(/^000000/, '000004'), '12'],
    ['the coded PHY', (p: string) => withPhys(p, '04'), '11'],
    ['LE 2M alone', (p: string) => withPhys(p, '02'), '12'],
    ['parameters for one PHY of two', (p: string) => withPhys(p, '03'), '12'],
    ['a scan window above its interval', (p: string) => p.replace('60003000', '30006000'), '12'],
    ['a timeout too short', (p: string) => p.replace('2a00', '0200'), '12'],
    ['event lengths in the wrong order', (p: string) => p.replace('04000600', '06000400'), '12'],
  ])('refuses %s', async (_what, spoil, status) => {
    const parameters = spoil(create());
    expect(await phone.exchange(LeExtendedCreateConnection.opcode, parameters)).toEqual([
      `040f04${status}014320`,
    ]);
  });
});

/** Another Initiating_PHYs, the byte after the peer's address. */
const withPhys = (parameters: string, phys: string): string =>
  parameters.slice(0, 18) + phys + parameters.slice(20);

describe('several centrals', () => {
  it('connect to one set after the other, while there is room', async () => {
    const other = await ExtendedHost.create(air.controller());
    const third = await ExtendedHost.create(air.controller());
    for (const handle of ['01', '02', '03']) {
      await car.advertiseSet({ handle, properties: '0100' });
    }
    for (const central of [phone, other]) {
      const [, event] = await central.exchange(LeExtendedCreateConnection.opcode, create());
      expect(event).toMatch(/^043e1f0a00/);
    }
    await third.exchange(LeExtendedCreateConnection.opcode, create());
    await clock.advance(500);
    expect(await third.packets()).toEqual([]);
    await car.packets();
    car.command(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    await car.packets();
    await clock.advance(500);
    expect((await third.packets())[0]).toMatch(/^043e1f0a00/);
    car.command(LeSetExtendedAdvertisingParameters.opcode, setParameters({ properties: '0100' }));
    expect(
      await car.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toContain(
      completed(LeSetExtendedAdvertisingEnable, { status: Status.connectionLimitExceeded }),
    );
  });
});
