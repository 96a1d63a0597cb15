import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that others wrote, as a child of this process, which can be killed and started again over what it has kept. */
export interface ServerProcess {
  /** Resolves when it serves; once more after `kill`. */
  start(): Promise<void>;
  /** kill -9, of all its processes. Resolves when they are gone. */
  kill(): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** What it writes when it serves. */
  readonly ready: RegExp;
  /** Whose it is, where this process is root, as some servers refuse to be. */
  readonly uid?: number | undefined;
}

const NOBODY = 65_534;

/** Who servers run as: who runs this, but never root. */
export const serverUid = (): number | undefined => (process.getuid?.() === 0 ? NOBODY : undefined);

/** A temporary folder that servers can use. */
export const serverFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'phonekey-server-'));
  const uid = serverUid();
  if (uid !== undefined) chownSync(path, uid, uid);
  chmodSync(path, 0o700);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** Whether there is such a command. */
export const isInstalled = (command: string): boolean =>
  spawnSync(command, ['--version']).error === undefined;

/** A port that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export const serverProcess = ({ command, args, ready, uid }: ServerCommand): ServerProcess => {
  let running: { pid: number; gone: Promise<void> } | undefined;

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // A process group of its own, with all that it starts.
      const child = spawn(command, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
      });
      let said = '';
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-10_000);
        if (ready.test(said)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', reject);
      const gone = new Promise<void>((done) => {
        child.on('close', () => {
          running = undefined;
          reject(new Error(`${command} has ended:\n${said}`));
          done();
        });
      });
      if (child.pid !== undefined) running = { pid: child.pid, gone };
    });

  return {
    start,
    async kill() {
      if (running === undefined) return;
      const { pid, gone } = running;
      process.kill(-pid, 'SIGKILL');
      await gone;
    },
  };
};
