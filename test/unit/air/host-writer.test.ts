import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { HostWriter } from '../../../air/host-writer.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { settle } from './test-host.js';
import { acl, event } from '../../support/hci-packets.js';
import { PacketBoundary } from '../../../lib/hci/constants.js';
import { NumberOfCompletedPackets } from '../../../lib/hci/events/general.js';

const COMPLETION = Buffer.from(
  event(NumberOfCompletedPackets, { completed: [{ handle: 0x40, count: 1 }] }),
  'hex',
);
const DATA = Buffer.from(acl(0x40, PacketBoundary.first, '01ff'), 'hex');

/** A writer and what it has written so far, in hex, an entry for each write. */
const rig = (
  buffers: number,
): { writer: HostWriter; written: string[]; socket: PassThrough; clock: SimClock } => {
  const clock = new SimClock();
  const socket = new PassThrough();
  const written: string[] = [];
  socket.on('data', (chunk: Buffer) => written.push(chunk.toString('hex')));
  const writer = new HostWriter(socket as unknown as Socket, buffers, clock);
  return { writer, written, socket, clock };
};

const hex = (...packets: Buffer[]): string => Buffer.concat(packets).toString('hex');

describe('what a host in another process is told', () => {
  it('goes together when it is said in one turn', async () => {
    const { writer, written } = rig(8);
    writer.write(DATA);
    writer.write(COMPLETION);
    writer.write(DATA);
    await settle();
    writer.write(DATA);
    await settle();
    expect(written).toEqual([hex(DATA, COMPLETION, DATA), hex(DATA)]);
  });

  it('waits for company when it is of completed packets, and keeps its order', async () => {
    const { writer, written } = rig(8);
    writer.write(COMPLETION);
    await settle();
    expect(written).toEqual([]);
    writer.write(DATA);
    await settle();
    expect(written).toEqual([hex(COMPLETION, DATA)]);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [8, 4],
  ])('does not wait once half of %i buffers are free', async (buffers, half) => {
    const { writer, written } = rig(buffers);
    for (let i = 1; i < half; i++) writer.write(COMPLETION);
    await settle();
    expect(written).toEqual([]);
    writer.write(COMPLETION);
    await settle();
    expect(written).toEqual([hex(...Array<Buffer>(half).fill(COMPLETION))]);
  });

  it('arrives even when nothing else is said', async () => {
    const { writer, written, socket, clock } = rig(8);
    for (let i = 0; i < 2; i++) {
      writer.write(COMPLETION);
      const data = once(socket, 'data');
      await clock.advance(10);
      await data;
    }
    expect(written).toEqual([hex(COMPLETION), hex(COMPLETION)]);
  });
});
