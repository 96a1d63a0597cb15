import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
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
