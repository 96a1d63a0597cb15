import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { startHub } from './hub-rig.js';
import type { HubRig } from './hub-rig.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { ReadSupportedCommands } from '../../../lib/hci/commands/information.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { completed } from '../../support/hci-packets.js';

jest.setTimeout(30_000);

const RESET = commandPacket(Reset.opcode);

const closed = async (socket: Socket): Promise<void> => {
  if (!socket.resume().closed) await once(socket, 'close');
};

let hub: HubRig;
afterEach(() => hub.close());

it('cuts off a host that does not read, and no other', async () => {
  hub = await startHub();
  const [deaf, other] = [await hub.enter(), await hub.enter()];
  deaf.pause();
  const [deafEnd] = hub.accepted;
  if (deafEnd === undefined) throw new Error('nobody came');
  const cut = once(deafEnd, 'close');
  // Each command of 4 bytes has an answer of 71: 3 MB, more than the system's buffers and the limit.
  const command = commandPacket(ReadSupportedCommands.opcode);
  deaf.write(Buffer.concat(Array.from({ length: 45_000 }, () => command)));
  await cut;
  other.write(command);
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(answer.length).toBe(71);
});

describe('a hub', () => {
  let clock: SimClock;
  beforeEach(async () => {
    clock = new SimClock();
    hub = await startHub(clock);
  });

  /** A host on the air, which has been answered. */
  const enterHost = async (): Promise<Socket> => {
    const host = await hub.enter();
    host.write(RESET);
    await once(host, 'data');
    return host;
  };

  const leave = async (socket: Socket): Promise<void> => {
    const end = hub.accepted.at(-1);
    if (end === undefined) throw new Error('nobody came');
    socket.destroy();
    await once(end, 'close');
  };

  it('is idle when no host has come for 5 s, whoever else has', async () => {
    const silent = await hub.enter();
    const control = await hub.enter();
    control.write('{"op":"info"}\n');
    await once(control, 'data');
    await clock.advance(4999);
    expect(hub.idle()).toBe(0);
    await clock.advance(1);
    expect(hub.idle()).toBe(1);
    await Promise.all([silent, control].map(closed));
  });

  it('is idle a second after its last host, not after its last control connection', async () => {
    const host = await enterHost();
    await clock.advance(60_000);
    expect(hub.idle()).toBe(0);
    await leave(host);
    await clock.advance(500);
    const control = await hub.enter();
    control.write('{"op":"tap"}\n');
    await once(control, 'data');
    await clock.advance(499);
    expect(hub.idle()).toBe(0);
    await clock.advance(1);
    expect(hub.idle()).toBe(1);
    await closed(control);
  });

  it('stays when a host comes in the last moment', async () => {
    await leave(await enterHost());
    await clock.advance(999);
    await enterHost();
    await clock.advance(60_000);
    expect(hub.idle()).toBe(0);
  });

  it('takes a host whose first bytes come one by one', async () => {
    const host = await hub.enter();
    for (const byte of RESET) {
      host.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    const [answer] = (await once(host, 'data')) as [Buffer];
    expect(answer.toString('hex')).toBe(completed(Reset));
  });
});
