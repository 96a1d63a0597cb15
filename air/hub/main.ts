/**
 * The hub process: `node main.js PATH`. Says `ready` on stdout once it serves the path, or `taken` when
 * another hub does; ends by itself.
 */
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/platform/clock.js';
import { createHubServer } from './server.js';
import { probe, publish, unpublish } from './socket-file.js';

const ATTEMPTS = 100;
const PAUSE_MS = 25;

const run = async (path: string): Promise<'ready' | 'taken' | 'failed'> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if ((await probe(path)) === 'live') return 'taken';
    const server: Server = createHubServer(systemClock, () => {
      stop();
    });
    const stop = (): void => {
      unpublish(server, path);
      server.close();
    };
    if (await publish(server, path)) {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          stop();
          process.exit(0);
        });
      }
      return 'ready';
    }
    server.close();
    await sleep(PAUSE_MS);
  }
  return 'failed';
};

const path = process.argv[2];
// The starter may be gone before it is told.
process.stdout.on('error', () => undefined);
const outcome = path === undefined ? 'failed' : await run(path);
process.stdout.end(`${outcome}\n`);
if (outcome === 'failed') process.exitCode = 1;
