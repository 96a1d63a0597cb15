import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { defaultHubPath } from '../../air/hub/path.js';
import { run } from '../../cli/run.js';
import { testHost } from './cli-host.js';

/** The command as `npm run build` made it, and where Node keeps it compiled. */
const MAIN = resolve('dist/bin/key.js');
const CACHE = resolve('node_modules/.cache');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface CliOptions {
  /** Whose air it is on (default: one of its own). */
  readonly air?: Cli;
  /**
   * Commands that run to the end do so in the test's own process, from the sources: a tenth of the work.
   * For tests of what a command does, where others have seen that the built one does it too.
   */
  readonly inside?: boolean;
}

/** Runs the built `key` in processes of its own, without a terminal, in a home of its own. */
export class Cli {
  readonly home: string;
  readonly #running = new Set<Running>();
  /** Where the air is shared with others, theirs. */
  readonly #air: string;
  readonly #inside: boolean;

  private constructor(home: string, air: string, inside: boolean) {
    this.home = home;
    this.#air = air;
    this.#inside = inside;
  }

  static async create({ air, inside = false }: CliOptions = {}): Promise<Cli> {
    const home = await mkdtemp(join(tmpdir(), 'key-'));
    return new Cli(home, air?.home ?? home, inside);
  }

  /** The same home, with processes of its own. */
  outside(): Cli {
    return new Cli(this.home, this.#air, false);
  }

  /** The same home, with commands that run in the test's own process. */
  inside(): Cli {
    return new Cli(this.home, this.#air, true);
  }

  /** Runs to the end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.#inside ? this.#runInside(args, options) : this.start(args, options).finished;
  }

  async #runInside(
    args: readonly string[],
    { env = {}, input = '' }: RunOptions,
  ): Promise<Finished> {
    const variables = { ...this.#env(), ...env };
    const host = testHost({ env: variables });
    host.stdin.end(input);
    const before = { ...process.env };
    Object.assign(process.env, variables);
    const code = run(args, host); // has read the variables before it first waits
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    return { code: await code, stdout: host.written.out, stderr: host.written.err };
  }

  /** Runs to the end with `--json`; gives what is on stdout, and on failure the error object. */
  async json(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<{ readonly code: number | null; readonly value: unknown }> {
    const { code, stdout, stderr } = await this.run(['--json', ...args], options);
    const lines = (code === 0 ? stdout : stderr).trimEnd().split('\n');
    return { code, value: JSON.parse(lines.at(-1) ?? '') as unknown };
  }

  start(args: readonly string[], { env = {}, input = '' }: RunOptions = {}): Running {
    const { PATH = '', SystemRoot = '' } = process.env;
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH, SystemRoot, XDG_CACHE_HOME: CACHE, ...this.#env(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined); // it may end without reading
    child.stdin.end(input);
    const running = new Running(child);
    this.#running.add(running);
    running.finished.then(
      () => this.#running.delete(running),
      () => undefined,
    );
    return running;
  }

  #env(): Record<string, string> {
    return {
      HOME: this.home,
      TMPDIR: this.home,
      KEY_HOME: this.home,
      KEY_AIR: this.#air,
      KEY_RADIO: 'virtual',
    };
  }

  /** Ends what still runs, waits until the air has ended, and removes the home. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop('SIGKILL')));
    if (this.#air === this.home) await hubEnded(this.home);
    await rm(this.home, { recursive: true, force: true });
  }
}

/** What `Running` needs of a process: its 'close' event gives the exit code, 'error' says that none will come. */
export interface Program extends EventEmitter {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  kill(signal: NodeJS.Signals): unknown;
}

/** A command that has not ended yet. */
export class Running {
  readonly finished: Promise<Finished>;
  readonly #child: Program;
  readonly #text = { stdout: '', stderr: '' };
  readonly #listeners = new Set<() => void>();
  #ended = false;

  constructor(child: Program) {
    this.#child = child;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#text[name] += chunk;
        this.#tell();
      });
    }
    this.finished = once(child, 'close')
      .finally(() => (this.#ended = true))
      .then(([code]) => ({ code: code as number | null, ...this.#text }));
    this.finished
      .catch(() => undefined)
      .finally(() => {
        this.#tell();
      });
  }

  /** Resolves when the output matches; rejects when the command ends without. */
  async until(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#text[stream]);
        if (match === null && !this.#ended) return;
        this.#listeners.delete(look);
        if (match !== null) resolve(match);
        else reject(new Error(`ended without ${String(pattern)}:\n${JSON.stringify(this.#text)}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  async stop(signal: NodeJS.Signals): Promise<Finished> {
    if (!this.#ended) this.#child.kill(signal);
    return this.finished;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A hub ends by itself once nobody is connected, and takes its socket away. */
const hubEnded = async (home: string): Promise<void> => {
  const path = defaultHubPath(home);
  if (!existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const watcher = watch(dirname(path));
  try {
    while (existsSync(path)) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
};
