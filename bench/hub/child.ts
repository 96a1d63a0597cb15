/**
 * The other processes of the hub's figures: `node child.js ROLE PATH`, where PATH is of a Unix socket.
 * ROLE bleno: an echo in the hub there, which it starts. relay: passes what each of two
 * connections says to the other. answer: connects, and answers each Write Request. Says `ready` on stdout
 * and ends when its stdin does.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { connectOrStartHub } from '../../air/index.js';
import { startEcho } from '../noble-bleno.js';
import { echo, writeRequest } from './packets.js';

const bleno = async (path: string): Promise<void> => {
  await startEcho(await connectOrStartHub(path));
};

const relay = async (path: string): Promise<void> => {
  let waiting: Socket | undefined;
  const server = createServer((socket) => {
    if (waiting === undefined) waiting = socket;
    else waiting.pipe(socket).pipe(waiting);
  });
  server.listen(path);
  await once(server, 'listening');
};

const answer = async (path: string): Promise<void> => {
  const socket = connect(path);
  await once(socket, 'connect');
  const answers = Buffer.concat(echo(0));
  const { length } = writeRequest(0);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    for (bytes += chunk.length; bytes >= length; bytes -= length) socket.write(answers);
  });
};

const ROLES: Readonly<Record<string, (path: string) => Promise<void>>> = { bleno, relay, answer };

const [role = '', path = ''] = process.argv.slice(2);
await ROLES[role]?.(path);
console.log('ready');
process.stdin.on('end', () => process.exit()).resume();
