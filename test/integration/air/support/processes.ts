import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
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

/** Ends the hubs that serve this path, and waits until they have gone. */
export const endHubs = async (path: string): Promise<void> => {
  for (const pid of hubProcesses(path)) process.kill(pid, 'SIGTERM');
  await hubGone(path);
};

/** Waits until no hub serves this path. */
export const hubGone = async (path: string): Promise<void> => {
  await hubsLeft(path, 0);
};

/** Waits until starters that came too late have ended, and gives the one hub that stays. */
export const onlyHub = async (path: string): Promise<number> => {
  const [hub] = await hubsLeft(path, 1);
  if (hub === undefined) throw new Error('no hub is left');
  return hub;
};

/** A hub is nobody's child, so that there is no event for its end. */
const hubsLeft = async (path: string, count: number): Promise<number[]> => {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const hubs = hubProcesses(path);
    if (hubs.length <= count) return hubs;
    if (performance.now() > deadline) throw new Error(`${String(hubs.length)} hubs do not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Process ids of the hubs that serve this path. */
export const hubProcesses = (path: string): number[] =>
  commandLines()
    .filter(({ args }) => args.includes('hub/main.js') && args.endsWith(path))
    .map(({ pid }) => pid);

/** Of all processes: from /proc, as small Linux containers have no `ps`. */
const commandLines = (): { readonly pid: number; readonly args: string }[] => {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-Ao', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => ({ pid: Number.parseInt(line, 10), args: line.trimEnd() }));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), args: readCommandLine(name) }));
};

const readCommandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trimEnd();
  } catch {
    return '';
  }
};
