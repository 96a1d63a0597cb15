import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectHub } from '../../air/index.js';
import { Countdown, perSecond } from '../measure.js';
import { discover, findEcho, roundTrips } from '../noble-bleno.js';
import { start } from '../process.js';
import type { Program } from '../process.js';
import type { TwoDevices } from '../two-devices.js';
import { echo, writeRequest } from './packets.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** A noble in this process and a bleno in one of its own, on the air of a hub in a third. */
export const overHub = async (): Promise<TwoDevices> => {
  const children = await startChildren('bleno');
  const transport = await connectHub(children.path);
  const found = await findEcho(transport);
  await found.connectAsync();
  const characteristics = await discover(found);
  return {
    measure: (_what, ms) => roundTrips(characteristics, ms),
    // The hub ends by itself once both have gone.
    close: async () => {
      transport.close();
      await children.end();
    },
  };
};

/** The same three processes and bytes, without Bluetooth: sockets, and one that passes on what the others say. */
export const relay = async (): Promise<TwoDevices> => {
  const children = await startChildren('relay', 'answer');
  const socket = connect(children.path);
  await once(socket, 'connect');
  const question = writeRequest(0);
  const { length } = Buffer.concat(echo(0));
  const answer = new Countdown();
  socket.on('data', (chunk: Buffer) => answer.count(chunk.length));
  return {
    measure: (_what, ms) =>
      perSecond(ms, () => {
        socket.write(question);
        return answer.wait(length);
      }),
    close: async () => {
      socket.destroy();
      await children.end();
    },
  };
};

/** Processes that meet at a path, one for each role of child.ts, when all are ready. */
const startChildren = async (...roles: readonly string[]) => {
  const directory = await mkdtemp(join(tmpdir(), 'phonekey-bench-'));
  const path = join(directory, 'sock');
  const started: Program[] = [];
  for (const role of roles) {
    const program = start(`the process ${role}`, process.execPath, [CHILD, role, path]);
    started.push(program);
    await program.line();
  }
  const end = async (): Promise<void> => {
    for (const { child, done } of started) {
      child.stdin.end();
      await done;
    }
    await rm(directory, { recursive: true });
  };
  return { path, end };
};
