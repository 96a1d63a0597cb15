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
import { Status } from '../../../lib/hci/constants.js';
import { DisconnectionComplete, ReadRemoteVersionComplete } from '../../../lib/hci/events/links.js';

const HANDLE = '4000';
const ON = completed(SetHostFlowControl);

let central: TestHost;
let peripheral: TestHost;

/** 4 bytes of data from the central. */
const data = (first: string): string => `0240000400${first}000000`;
/** The same as the peripheral gets it. */
const received = (first: string): string => `0240200400${first}000000`;

const connect = async (): Promise<void> => {
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
};

const counted = (count: string): string => `01${HANDLE}${count}`;

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
    expect(await peripheral.exchange(HostCompletedPackets.opcode, counted('0100'))).toEqual([
      received('03'),
    ]);
    expect(await peripheral.exchange(HostCompletedPackets.opcode, counted('0200'))).toEqual([
      received('04'),
    ]);
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
    for (const wrong of [
      counted('0300'), // more than it has
      '0141000100', // another link
      '02' + '40000100', // not as many as it says
      '00' + '40000100',
    ]) {
      expect(await peripheral.exchange(HostCompletedPackets.opcode, wrong)).toEqual([
        completed(HostCompletedPackets, { status: Status.invalidParameters }),
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
    central.send(data('05').replace(/^024000/, '024100'));
    central.send(data('06').replace(/^024000/, '024100'));
    expect(await arrived()).toEqual(
      ['05', '06'].map((first) => received(first).replace(/^024020/, '024120')),
    );
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
    const handle = '4100';
    for (const first of ['01', '02', '03', '04']) {
      central.send(data(first).replace(/^024000/, '024100'));
    }
    await central.packets();
    expect(await arrived()).toHaveLength(4);
    expect(await peripheral.exchange(Disconnect.opcode, `${handle}13`)).toContain(
      answered(Disconnect),
    );
  });
});

describe('the size of host buffers', () => {
  it('cuts data into pieces, with and without flow control', async () => {
    await peripheral.exchange(HostBufferSize, { aclLength: 3, aclCount: 2 });
    await connect();
    central.send(acl(0x40, 0, '0102030405060708'));
    expect(await arrived()).toEqual(['0240200300010203', '0240100300040506', '02401002000708']);
  });

  it.each(['0000' + '00' + '0200' + '0000', '1b00' + '00' + '0000' + '0000'])(
    'is not nothing: %s',
    async (sizes) => {
      expect(await peripheral.exchange(HostBufferSize.opcode, sizes)).toEqual([
        completed(HostBufferSize, { status: Status.invalidParameters }),
      ]);
    },
  );

  it.each([
    ['02', '11'],
    ['03', '11'],
    ['04', '12'],
  ])('has no synchronous data: %s', async (mode, status) => {
    expect(await peripheral.exchange(SetHostFlowControl.opcode, mode)).toEqual([
      `040e0401310c${status}`,
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
