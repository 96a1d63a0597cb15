import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that was started. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  /** Rejects when the program fails. */
  readonly done: Promise<void>;
  /** The next line of its output. */
  readonly line: () => Promise<string>;
}

/** Starts `program`; errors call it by `name`, and tell what it said on stderr. */
export const start = (
  name: string,
  program: string,
  args: readonly string[],
  env = process.env,
): Program => {
  const child = spawn(program, args, { env, stdio: 'pipe' });
  let talk = '';
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (talk += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const done = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`${name} ended with ${String(code)}: ${talk}`);
  });
  done.catch(() => undefined);
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done !== true) return next.value;
    await done;
    throw new Error(`${name} printed nothing`);
  };
  return { child, done, line };
};
