import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const HOST = new URL('./host.mjs', import.meta.url).pathname;

export interface HostProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has said this line as often as it was asked for; rejects when it ends. */
  said(line: string): Promise<void>;
  tell(line: string): void;
  /** Ends it in order, or at once with SIGKILL, and waits. */
  end(signal?: 'SIGKILL'): Promise<void>;
}

/** Starts `host.mjs`; see there for the roles. */
export const startHost = (...parameters: readonly string[]): HostProcess => {
  const child = spawn(process.execPath, [HOST, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const wanted = new Map<string, number>();
  let wake: () => void = () => undefined;
  let ended = false;
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      lines.push(line);
      wake();
    })
    .on('close', () => {
      ended = true;
      wake();
    });
  return {
    child,
    said: async (line) => {
      const count = (wanted.get(line) ?? 0) + 1;
      wanted.set(line, count);
      while (lines.filter((said) => said === line).length < count) {
        if (ended) throw new Error(`ended without saying ${line}: ${lines.join(', ')}`);
        await new Promise<void>((resolve) => {
          const before = wake;
          wake = () => {
            before();
            resolve();
          };
        });
      }
    },
    tell: (line) => {
      child.stdin.write(`${line}\n`);
    },
    end: async (signal) => {
      if (signal === undefined) child.stdin.end();
      else child.kill(signal);
      await exited;
    },
  };
};

/** A private directory for a hub's socket. */
export const hubDirectory = (): { readonly path: string; readonly remove: () => void } => {
  const directory = mkdtempSync(join(tmpdir(), 'phonekey-air-'));
  return {
    path: join(directory, 'hub.sock'),
    remove: () => {
      rmSync(directory, { recursive: true });
    },
  };
};

/** Process ids of the hubs that serve this path (Linux). */
export const hubProcesses = (path: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return args[1]?.endsWith('hub/main.js') === true && args[2] === path;
      } catch {
        return false;
      }
    })
    .map(Number);
