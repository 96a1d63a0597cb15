import { afterEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Opcode } from '../../../air/hci/constants.js';
import { commandPacket } from '../../../air/hci/packets.js';
import { defaultHubPath, makeHubDirectory } from '../../../air/hub/path.js';
import { createHubServer } from '../../../air/hub/server.js';
import { systemClock } from '../../../lib/platform/clock.js';

jest.setTimeout(30_000);

let server: Server;
let directory: string;
const hosts: Socket[] = [];

const enter = async (): Promise<Socket> => {
  const host = connect(defaultHubPath(directory));
  hosts.push(host);
  await once(host, 'connect');
  return host;
};

afterEach(async () => {
  for (const host of hosts.splice(0)) host.destroy();
  server.close();
  await rm(directory, { recursive: true });
});

it('cuts off a host that does not read, and no other', async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-'));
  server = createHubServer(systemClock, () => undefined);
  const accepted: Socket[] = [];
  server.on('connection', (socket: Socket) => accepted.push(socket));
  await makeHubDirectory(defaultHubPath(directory));
  server.listen(defaultHubPath(directory));
  await once(server, 'listening');
  const [deaf, other] = [await enter(), await enter()];
  deaf.on('error', () => undefined);
  deaf.pause();
  while (accepted.length < 2) await once(server, 'connection');
  const [deafEnd] = accepted;
  if (deafEnd === undefined) throw new Error('nobody came');
  const cut = once(deafEnd, 'close');
  // Each command of 4 bytes has an answer of 71: 3 MB, more than the system's buffers and the limit.
  const command = Buffer.from(commandPacket(Opcode.readSupportedCommands));
  deaf.write(Buffer.concat(Array.from({ length: 45_000 }, () => command)));
  await cut;
  other.write(command);
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(answer.length).toBe(71);
});
