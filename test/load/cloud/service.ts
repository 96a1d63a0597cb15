import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, freePort } from '../../support/servers/server.js';
import { mosquittoServer } from '../../support/servers/mosquitto.js';
import { postgresServer } from '../../support/servers/postgres.js';
import type { FromService, ToService } from './messages.js';

const CHILD = fileURLToPath(new URL('./service-child.js', import.meta.url));

/** What can be killed with SIGKILL, and started again on what it has kept. */
export interface Killable {
  readonly name: 'service' | 'database' | 'broker';
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** A cloud of processes; the database and the broker are in that of the service where they are the embedded ones. */
export interface CloudProcesses {
  readonly parts: readonly Killable[];
  readonly url: string;
  readonly carUrl: string;
  /** Kills all of it, and removes what it kept. */
  close(): Promise<void>;
}

/** Whether PostgreSQL and Mosquitto are on the PATH. */
export const hasServers = (): boolean =>
  ['postgres', 'initdb', 'mosquitto', 'mosquitto_ctrl'].every(isInstalled);

/** @param servers with PostgreSQL and Mosquitto, or with the embedded ones */
export const startCloudProcesses = async (servers: boolean): Promise<CloudProcesses> => {
  const home = mkdtempSync(join(tmpdir(), 'phonekey-cloud-'));
  const database = servers ? postgresServer() : undefined;
  const broker = servers ? await mosquittoServer() : undefined;
  await Promise.all([database?.start(), broker?.start()]);
  const brokerUrl = broker && new URL(broker.url);
  if (broker && brokerUrl) {
    brokerUrl.username = broker.username;
    brokerUrl.password = broker.password;
  }
  const options: ToService = {
    type: 'start',
    home,
    port: await freePort(),
    brokerPort: await freePort(),
    databaseUrl: database?.url,
    brokerUrl: brokerUrl?.href,
  };
  let child: ChildProcess | undefined;
  let ready = { url: '', carUrl: '' };
  const service: Killable = {
    name: 'service',
    async start() {
      child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.send(options);
      const [said] = (await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(() => [{ type: 'failed', why: 'it ended' }]),
      ])) as [FromService];
      if (said.type === 'failed') throw new Error(`the service did not start: ${said.why}`);
      ready = said;
    },
    async kill() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const gone = once(running, 'exit');
      running.kill('SIGKILL');
      await gone;
    },
  };
  await service.start();
  const parts: Killable[] = [service];
  if (database) parts.push({ ...database, name: 'database' });
  if (broker) parts.push({ ...broker, name: 'broker' });
  return {
    parts,
    url: ready.url,
    carUrl: ready.carUrl,
    async close() {
      await service.kill();
      await Promise.all([database?.remove(), broker?.remove()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
};
