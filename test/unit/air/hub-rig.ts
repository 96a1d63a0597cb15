import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultHubPath, makeHubDirectory } from '../../../air/hub/socket.js';
import { createHubServer } from '../../../air/hub/hub-server.js';
import type { HubSettings } from '../../../air/hub/settings.js';
import { systemClock } from '../../../lib/platform/clock.js';
import type { Clock } from '../../../lib/platform/clock.js';
import { listenAt } from '../../../local/sockets.js';

/** A hub in this process, at a path of its own. */
export interface HubRig {
  readonly server: Server;
  readonly path: string;
  /** The hub's ends of its connections, as they come. */
  readonly accepted: readonly Socket[];
  /** How often the hub has said that it is of no use. */
  idle(): number;
  /** A connection, once the hub has it. */
  enter(): Promise<Socket>;
  close(): Promise<void>;
}

export const startHub = async (
  clock: Clock = systemClock,
  settings: HubSettings = {},
  mostHosts?: number,
): Promise<HubRig> => {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const path = defaultHubPath(directory);
  let idle = 0;
  const server = createHubServer(
    clock,
    () => {
      idle++;
    },
    settings,
    mostHosts,
  );
  const accepted: Socket[] = [];
  server.on('connection', (socket: Socket) => accepted.push(socket));
  await makeHubDirectory(path);
  await listenAt(server, path);
  const entered: Socket[] = [];
  return {
    server,
    path,
    accepted,
    idle: () => idle,
    async enter() {
      const count = accepted.length + 1;
      const socket = connect(path);
      entered.push(socket);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      while (accepted.length < count) await once(server, 'connection');
      return socket;
    },
    async close() {
      for (const socket of [...entered, ...accepted]) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
      await rm(directory, { recursive: true });
    },
  };
};

/** All that comes from now on until the other side has closed, as JSON objects. */
export const readLines = async (socket: Socket): Promise<Record<string, unknown>[]> => {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
