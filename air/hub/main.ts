/**
 * The hub process: `node main.js [--seed=S] [--pace=P] [--faults=F] PATH`. Says `ready` on stdout once it
 * serves the path, or `taken` when another hub does; ends by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/platform/clock.js';
import { isErrno } from '../../local/errno.js';
import { tryLock } from '../../local/lock.js';
import { connectTo, isPipe, listenAt } from '../../local/sockets.js';
import { createHubServer } from './hub-server.js';
import { parseHubArguments } from './settings.js';
import type { HubSettings } from './settings.js';

const ATTEMPTS = 100;
const PAUSE_MS = 25;

/** One hub for one path, whoever starts and dies when: the system sees to it for pipes, a lock for sockets. */
const run = async (path: string, settings: HubSettings): Promise<'ready' | 'taken' | 'failed'> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const other = await connectTo(path);
    other?.destroy();
    if (other !== undefined) return 'taken';
    if (await start(path, settings)) return 'ready';
    await sleep(PAUSE_MS);
  }
  return 'failed';
};

/** False when another hub has the path, or is about to. */
const start = async (path: string, settings: HubSettings): Promise<boolean> => {
  const lock = isPipe(path) ? undefined : await tryLock(`${path}.lock`);
  if (lock === undefined && !isPipe(path)) return false;
  const onIdle = (): void => {
    void stop();
  };
  const server = createHubServer(systemClock, onIdle, settings);
  /** The lock goes last, as closing takes the socket away. */
  const stop = async (): Promise<void> => {
    server.close();
    await lock?.release();
  };
  try {
    await listenAt(server, path);
  } catch (error) {
    await stop();
    if (isErrno(error, 'EADDRINUSE')) return false;
    throw error;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void stop().finally(() => process.exit(0));
    });
  }
  return true;
};

// The starter may be gone before it is told.
process.stdout.on('error', () => undefined);
const { path, settings } = parseHubArguments(process.argv.slice(2));
const outcome = await run(path, settings);
process.stdout.end(`${outcome}\n`);
if (outcome === 'failed') process.exitCode = 1;
