import { describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { HubTransport } from '../../../air/hub/transport.js';
import { settle } from './test-host.js';

/** A transport and the chunks of each of its writes, in hex. */
const rig = (): { transport: HubTransport; writes: string[][] } => {
  const writes: string[][] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push([chunk.toString('hex')]);
      done();
    },
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }) => (chunk as Buffer).toString('hex')));
      done();
    },
  });
  return { transport: new HubTransport(socket as unknown as Socket), writes };
};

describe("a host's way to the hub", () => {
  it('takes what is sent at once in one write', async () => {
    const { transport, writes } = rig();
    transport.send(Buffer.from([1]));
    transport.send(Buffer.from([2]));
    expect(writes).toEqual([]);
    await settle();
    transport.send(Buffer.from([3]));
    await settle();
    expect(writes).toEqual([['01', '02'], ['03']]);
  });

  it('leaves the bytes to the host, which may write to them again', async () => {
    const { transport, writes } = rig();
    const packet = Buffer.from([1]);
    transport.send(packet);
    packet.fill(9);
    await settle();
    expect(writes).toEqual([['01']]);
  });
});
