import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { serverFolder, serverProcess, serverUid } from './server.js';
import type { ServerProcess } from './server.js';

export interface PostgresServer extends ServerProcess {
  /** `postgres://...`, by a Unix socket in its folder. */
  readonly url: string;
  /** Kills it, and removes what it kept. */
  remove(): Promise<void>;
}

/** A PostgreSQL of its own in a temporary folder, that has nothing yet and is not started. Durable: with fsync, as it is by default. */
export const postgresServer = (): PostgresServer => {
  const folder = serverFolder();
  const uid = serverUid();
  const data = join(folder.path, 'data');
  const init = spawnSync(
    'initdb',
    ['-D', data, '-U', 'phonekey', '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { encoding: 'utf8', ...(uid === undefined ? {} : { uid, gid: uid }) },
  );
  if (init.status !== 0) {
    folder.remove();
    throw new Error(`initdb failed: ${init.error?.message ?? init.stderr}`);
  }
  const server = serverProcess({
    command: 'postgres',
    args: ['-D', data, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder.path}`],
    ready: /database system is ready to accept connections/,
    uid,
  });
  return {
    ...server,
    url: `postgres://phonekey@${encodeURIComponent(folder.path)}/postgres`,
    async remove() {
      await server.kill();
      folder.remove();
    },
  };
};
