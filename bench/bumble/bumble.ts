import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { preparePython } from '../../scripts/python.js';
import { SETUP } from '../two-devices.js';
import type { Measured, TwoDevices } from '../two-devices.js';

const PROGRAM = 'bench/bumble/two_devices.py';

/** Longer than it takes to get ready, and to end what was begun. */
const SLOWEST_MS = 30_000;

/** Two devices of Google bumble on its own virtual link, in a process of their own. */
export class Bumble implements TwoDevices {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #complaint = '';

  private constructor(python: string) {
    const child = spawn(python, ['-B', PROGRAM, JSON.stringify(SETUP)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#closed = once(child, 'close');
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Throws where Python is missing, or bumble and cannot be fetched. */
  static start(): Bumble {
    return new Bumble(preparePython('interop-bumble', 'test/interop/bumble'));
  }

  async measure(what: Measured, ms: number): Promise<number> {
    this.#child.stdin?.write(`${what} ${String(ms)}\n`);
    const stuck = setTimeout(() => this.#child.kill('SIGKILL'), ms + SLOWEST_MS);
    const line = await this.#lines.next();
    clearTimeout(stuck);
    if (line.done === true) {
      await this.#closed;
      throw new Error(`bumble ended: ${this.#complaint}`);
    }
    return Number(line.value);
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }
}
