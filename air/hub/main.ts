/**
 * The hub process: `node main.js [--seed=S] [--pace=P] [--faults=F] PATH`. Says `ready` on stdout once it
 * serves the path, or `taken` when another hub does; ends by itself.
 */
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/platform/clock.js';
import { createHubServer } from './server.js';
import { parseHubArguments, type HubSettings } from './settings.js';
import { probe, publish, unpublish } from './socket-file.js';

const ATTEMPTS = 100;
const PAUSE_MS = 25;

const run = async (path: string, settings: HubSettings): Promise<'ready' | 'taken' | 'failed'> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if ((await probe(path)) === 'live') return 'taken';
    const onIdle = (): void => {
      stop();
    };
    const server: Server = createHubServer(systemClock, onIdle, settings);
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

// The starter may be gone before it is told.
process.stdout.on('error', () => undefined);
const { path, settings } = parseHubArguments(process.argv.slice(2));
const outcome = await run(path, settings);
process.stdout.end(`${outcome}\n`);
if (outcome === 'failed') process.exitCode = 1;
