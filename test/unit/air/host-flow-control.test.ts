import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import {
  HostBufferSize,
  HostCompletedPackets,
  Reset,
  SetHostFlowControl,
} from '../../../lib/hci/commands/host-control.js';
import { Disconnect, ReadRemoteVersion } from '../../../lib/hci/commands/links.js';
import { acl, answered, completed, event } from '../../support/hci-packets.js';
import { PacketBoundary, Status } from '../../../lib/hci/constants.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { DisconnectionComplete, ReadRemoteVersionComplete } from '../../../lib/hci/events/links.js';

const ON = completed(SetHostFlowControl);

let central: TestHost;
let peripheral: TestHost;

/** 4 bytes of data from the central. */
const data = (first: string, handle = 0x40): string =>
  acl(handle, PacketBoundary.firstFromHost, `${first}000000`);
/** The same as the peripheral gets it. */
const received = (first: string, handle = 0x40): string =>
  acl(handle, PacketBoundary.first, `${first}000000`);

const connect = async (): Promise<void> => {
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
};

const counted = (count: number, handle = 0x40) => ({ completed: [{ handle, count }] });

/** Data that has come. */
const arrived = async (): Promise<string[]> =>
  (await peripheral.packets()).filter((packet) => packet.startsWith('02'));

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'flow control', clock: new SimClock() });
  central = new TestHost(air.controller());
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) await host.enableEvents();
});

describe('flow control from controller to host', () => {
  beforeEach(async () => {
    expect(await peripheral.exchange(SetHostFlowControl, { enable: 1 })).toEqual([ON]);
    // Two packets of 27 bytes.
    expect(await peripheral.exchange(HostBufferSize, { aclLength: 0x1b, aclCount: 2 })).toEqual([
      completed(HostBufferSize),
    ]);
    await connect();
    for (const first of ['01', '02', '03', '04']) central.send(data(first));
    await central.packets();
  });

  it('withholds data while the host has no buffer for it', async () => {
    expect(await arrived()).toEqual([received('01'), received('02')]);
    // On success the command has no answer.
    expect(await peripheral.exchange(HostCompletedPackets, counted(1))).toEqual([received('03')]);
    expect(await peripheral.exchange(HostCompletedPackets, counted(2))).toEqual([received('04')]);
  });

  it('does not withhold events', async () => {
    await peripheral.packets();
    expect(await peripheral.exchange(ReadRemoteVersion, { handle: 0x40 })).toEqual([
      answered(ReadRemoteVersion),
      event(ReadRemoteVersionComplete, { handle: 0x40, version: 9, company: 0xffff }),
    ]);
  });

  it('answers what cannot be with 0x12', async () => {
    await peripheral.packets();
    const refused = completed(HostCompletedPackets, { status: Status.invalidParameters });
    const [tooMany, anotherLink] = [counted(3), counted(1, 0x41)];
    for (const wrong of [tooMany, anotherLink]) {
      expect(await peripheral.exchange(HostCompletedPackets, wrong)).toEqual([refused]);
    }
    // Not as many as it says.
    for (const count of [2, 0]) {
      const parameters = HostCompletedPackets.parameters.build(counted(1));
      parameters[0] = count;
      expect(await peripheral.exchange(HostCompletedPackets.opcode, toHex(parameters))).toEqual([
        refused,
      ]);
    }
  });

  it('forgets a link that ends, and what the host had of it', async () => {
    await peripheral.packets();
    await central.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    expect(await peripheral.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ]);
    await connect();
    central.send(data('05', 0x41));
    central.send(data('06', 0x41));
    expect(await arrived()).toEqual(['05', '06'].map((first) => received(first, 0x41)));
  });

  it('stays as it is while there are links', async () => {
    expect(await peripheral.exchange(SetHostFlowControl)).toContain(
      completed(SetHostFlowControl, { status: Status.commandDisallowed }),
    );
  });

  it('ends with a reset', async () => {
    await peripheral.exchange(Reset);
    await peripheral.enableEvents();
    await central.exchange(Reset);
    await central.enableEvents();
    await connect();
    for (const first of ['01', '02', '03', '04']) {
      central.send(data(first, 0x41));
    }
    await central.packets();
    expect(await arrived()).toHaveLength(4);
    expect(
      await peripheral.exchange(Disconnect, { handle: 0x41, reason: Status.remoteUserTerminated }),
    ).toContain(answered(Disconnect));
  });
});

describe('the size of host buffers', () => {
  it('cuts data into pieces, with and without flow control', async () => {
    await peripheral.exchange(HostBufferSize, { aclLength: 3, aclCount: 2 });
    await connect();
    central.send(acl(0x40, PacketBoundary.firstFromHost, '0102030405060708'));
    expect(await arrived()).toEqual([
      acl(0x40, PacketBoundary.first, '010203'),
      acl(0x40, PacketBoundary.continuing, '040506'),
      acl(0x40, PacketBoundary.continuing, '0708'),
    ]);
  });

  it.each([
    { aclLength: 0, aclCount: 2 },
    { aclLength: 0x1b, aclCount: 0 },
  ])('is not nothing: %j', async (sizes) => {
    expect(await peripheral.exchange(HostBufferSize, sizes)).toEqual([
      completed(HostBufferSize, { status: Status.invalidParameters }),
    ]);
  });

  it.each([
    [2, Status.unsupportedFeature],
    [3, Status.unsupportedFeature],
    [4, Status.invalidParameters],
  ])('has no synchronous data: %i', async (enable, status) => {
    expect(await peripheral.exchange(SetHostFlowControl, { enable })).toEqual([
      completed(SetHostFlowControl, { status }),
    ]);
  });
});

describe('a host that never completes anything', () => {
  it('loses the link in the end', async () => {
    await peripheral.exchange(SetHostFlowControl, { enable: 1 });
    await peripheral.exchange(HostBufferSize, { aclLength: 0x1b, aclCount: 1 });
    await connect();
    let events: string[] = [];
    for (let i = 0; i < 300 && !events.some((e) => e.startsWith('0405')); i++) {
      for (let packet = 0; packet < 8; packet++) central.send(data('01'));
      events = await central.packets();
    }
    expect(events).toContain(
      event(DisconnectionComplete, { handle: 0x40, reason: Status.lowResources }),
    );
  });
});
