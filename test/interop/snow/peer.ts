import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { toHex } from '../../../lib/platform/bytes.js';
import { fromHex } from '../../vectors/support.js';

const TARGET = 'node_modules/.cache/snow-peer';

/** Builds the Rust program of this folder, and returns its path. */
export function buildPeer(): string {
  const args = ['build', '--locked', '--manifest-path', 'test/interop/snow/Cargo.toml'];
  execFileSync('cargo', [...args, '--target-dir', TARGET], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${TARGET}/debug/phonekey-snow-peer`;
}

/** A running program; see src/main.rs for its commands. */
export class Peer {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #write: (line: string) => void;

  constructor(program: string) {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#write = (line) => child.stdin.write(`${line}\n`);
  }

  /** Throws the reason where the program answers with an error. */
  async ask(verb: string, ...values: Uint8Array[]): Promise<Uint8Array> {
    this.#write([verb, ...values.map((value) => toHex(value) || '-')].join(' '));
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the snow peer has ended');
    const [word, ...rest] = answer.value.split(' ');
    if (word !== 'ok') throw new Error(rest.join(' '));
    return fromHex(rest[0] === '-' ? '' : (rest[0] ?? ''));
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}
