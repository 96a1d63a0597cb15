import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { H4Server } from '../../../air/index.js';
import { preparePython } from '../../../scripts/python.js';

const FOLDER = 'test/interop/bumble';

let python: string | undefined;

export function prepareBumble(): void {
  python = preparePython('interop-bumble', FOLDER);
}

/** The transport of bumble that leads to the server. */
export const overTcp = ({ host, port }: H4Server): string => `tcp-client:${host}:${String(port)}`;

export interface BumbleEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A program of this folder that runs, over a transport as bumble names it: its events, and its end. */
export class BumbleRun {
  readonly #child;
  readonly #lines;
  readonly #closed: Promise<unknown>;
  #errors = '';

  constructor(program: string, transport: string, ...args: readonly string[]) {
    if (python === undefined) throw new Error('prepareBumble comes first');
    this.#child = spawn(python, ['-B', `${FOLDER}/${program}`, transport, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdin.on('error', () => undefined); // it may have ended
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** A line for its stdin. */
  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its stdin. */
  sayNoMore(): void {
    this.#child.stdin.end();
  }

  /** The next event; rejects with what the program complains of when it ends instead. */
  async next(): Promise<BumbleEvent> {
    const { done, value } = await this.#lines.next();
    if (done !== true) return JSON.parse(value) as BumbleEvent;
    await this.#closed;
    throw new Error(`bumble ended: ${this.#errors}`);
  }

  /** The rest of the events; rejects unless the program ends in order. */
  async rest(): Promise<BumbleEvent[]> {
    const events: BumbleEvent[] = [];
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) break;
      events.push(JSON.parse(value) as BumbleEvent);
    }
    await this.#closed;
    if (this.#child.exitCode !== 0) throw new Error(`bumble failed: ${this.#errors}`);
    return events;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
