import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { defaultHubPath } from '../../air/hub/socket.js';
import { run } from '../../cli/run.js';
import { testHost } from './cli-host.js';
import { Running } from './running.js';
import type { Finished } from './running.js';

/** The command as `npm run build` made it, and where Node keeps it compiled. */
const MAIN = resolve('dist/bin/key.js');
const CACHE = resolve('node_modules/.cache');

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
      XDG_CONFIG_HOME: join(this.home, 'config'),
      TMPDIR: this.home,
      KEY_HOME: this.home,
      KEY_AIR: this.#air,
      KEY_RADIO: 'virtual',
    };
  }

  /** Ends what still runs, waits until the air has ended, and removes the home. */
  async close(): Promise<void> {
    await this.end();
    await Cli.allClosed();
  }

  /** Ends what still runs. The air takes another second, for which `allClosed` waits once for a whole suite. */
  async end(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop('SIGKILL')));
    const ended = this.#air === this.home ? hubEnded(this.home) : Promise.resolve();
    closing.add(ended.then(() => rm(this.home, { recursive: true, force: true })));
  }

  static async allClosed(): Promise<void> {
    await Promise.all(closing);
    closing.clear();
  }
}

const closing = new Set<Promise<void>>();

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
