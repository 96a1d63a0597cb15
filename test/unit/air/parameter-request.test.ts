import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { LeSetEventMask } from '../../../lib/hci/commands/host-control.js';
import {
  Disconnect,
  LeConnectionUpdate,
  LeParameterRequestNegativeReply,
  LeParameterRequestReply,
} from '../../../lib/hci/commands/links.js';
import { answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  DisconnectionComplete,
  LeConnectionUpdateComplete,
  LeRemoteParameterRequest,
} from '../../../lib/hci/events/links.js';

const UPDATING = answered(LeConnectionUpdate);
const ASKED = event(LeRemoteParameterRequest, {
  handle: 0x40,
  intervalMin: 0x28,
  intervalMax: 0x32,
  latency: 4,
  timeout: 0x258,
});
/** LE Connection Update Complete with the shortest interval of the wish. */
const UPDATED = event(LeConnectionUpdateComplete, {
  handle: 0x40,
  interval: 0x28,
  latency: 4,
  timeout: 0x258,
});
const refused = (status: number): string =>
  event(LeConnectionUpdateComplete, { status, handle: 0x40 });

let clock: SimClock;
let central: TestHost;
let peripheral: TestHost;

beforeEach(async () => {
  clock = new SimClock();
  const air = new VirtualAir({ seed: 'parameters', clock });
  central = new TestHost(air.controller());
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) {
    await host.enableEvents();
    host.command(LeSetEventMask, { mask: bytes('3f00000000000000') });
  }
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
});

/** 50 to 62.5 ms, latency 4, time-out 6 s. */
const WANTED = { handle: 0x40, intervalMin: 0x28, intervalMax: 0x32, latency: 4, timeout: 0x258 };

describe('connection parameters that the peripheral asks for', () => {
  beforeEach(async () => {
    expect(await peripheral.exchange(LeConnectionUpdate, WANTED)).toEqual([UPDATING]);
    expect(await central.packets()).toEqual([ASKED]);
  });

  it('come into force when the host of the central grants them', async () => {
    expect(await central.exchange(LeParameterRequestReply, WANTED)).toEqual([
      completed(LeParameterRequestReply, { handle: 0x40 }),
      UPDATED,
    ]);
    expect(await peripheral.packets()).toEqual([UPDATED]);
    expect(clock.pending).toBe(0);
  });

  it('are refused with the reason that it gives', async () => {
    const answer = completed(LeParameterRequestNegativeReply, { handle: 0x40 });
    expect(
      await central.exchange(LeParameterRequestNegativeReply, {
        handle: 0x40,
        reason: Status.unacceptableConnectionParameters,
      }),
    ).toEqual([answer]);
    expect(await peripheral.packets()).toEqual([refused(Status.unacceptableConnectionParameters)]);
    expect(clock.pending).toBe(0);
    expect(await peripheral.exchange(LeConnectionUpdate, WANTED)).toEqual([UPDATING]);
  });

  it('are asked for once at a time', async () => {
    expect(await peripheral.exchange(LeConnectionUpdate, WANTED)).toEqual([
      answered(LeConnectionUpdate, Status.commandDisallowed),
    ]);
  });

  it('are not granted out of bounds, nor when nobody asks', async () => {
    const reply = LeParameterRequestReply;
    const short = { handle: 0x40, intervalMin: 0x28, intervalMax: 0x28, timeout: 4 };
    expect(await central.exchange(reply, short)).toEqual([
      completed(LeParameterRequestReply, { status: Status.invalidParameters, handle: 0x40 }),
    ]);
    expect(await peripheral.exchange(reply, WANTED)).toEqual([
      completed(LeParameterRequestReply, { status: Status.commandDisallowed, handle: 0x40 }),
    ]);
    expect(await central.exchange(reply, { ...WANTED, handle: 0x41 })).toEqual([
      completed(LeParameterRequestReply, { status: Status.unknownConnection, handle: 0x41 }),
    ]);
    expect(
      await peripheral.exchange(LeParameterRequestNegativeReply, {
        handle: 0x40,
        reason: Status.unacceptableConnectionParameters,
      }),
    ).toEqual([
      completed(LeParameterRequestNegativeReply, {
        status: Status.commandDisallowed,
        handle: 0x40,
      }),
    ]);
  });

  it('end the link when there is no answer for 40 s', async () => {
    await clock.advance(39_999);
    expect(await peripheral.packets()).toEqual([]);
    await clock.advance(1);
    expect(await peripheral.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.responseTimeout }),
    ]);
    expect(await central.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.responseTimeout }),
    ]);
    expect(clock.pending).toBe(0);
  });

  it('leave no timer behind when the link ends', async () => {
    await central.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated });
    expect(clock.pending).toBe(0);
  });
});

describe('connection parameters', () => {
  it('are refused with 0x1a by a host that does not want to be asked', async () => {
    await central.exchange(LeSetEventMask, { mask: bytes('1f00000000000000') });
    expect(await peripheral.exchange(LeConnectionUpdate, WANTED)).toEqual([
      UPDATING,
      refused(Status.unsupportedRemoteFeature),
    ]);
  });

  it('are changed by the central without asking', async () => {
    expect(await central.exchange(LeConnectionUpdate, WANTED)).toEqual([UPDATING, UPDATED]);
    expect(await peripheral.packets()).toEqual([UPDATED]);
  });

  it.each([
    ['an interval', { intervalMin: 5, intervalMax: 5, timeout: 0x258 }],
    ['intervals in the wrong order', { intervalMin: 0x32, intervalMax: 0x28, timeout: 0x258 }],
    ['a latency', { intervalMin: 6, intervalMax: 6, latency: 500, timeout: 0xc80 }],
    ['a timeout', { intervalMin: 6, intervalMax: 6, timeout: 9 }],
    [
      'a timeout that the latency does not allow',
      { intervalMin: 0x28, intervalMax: 0x28, latency: 10, timeout: 0x64 },
    ],
  ])('have bounds: %s', async (_what, wish) => {
    for (const host of [central, peripheral]) {
      expect(await host.exchange(LeConnectionUpdate, { handle: 0x40, ...wish })).toEqual([
        answered(LeConnectionUpdate, Status.invalidParameters),
      ]);
    }
  });
});
