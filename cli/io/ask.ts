import { createInterface } from 'node:readline/promises';
import type { Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Host } from '../context.js';
import { orAborted } from './interrupt.js';

/** Both throw PhoneKeyError: `interrupted`, `usage.invalid` when the input ends before a line. */

/** The first line of stdin. */
export const readLine = (host: Host): Promise<string> =>
  firstLine(host, createInterface({ input: host.stdin }));

/**
 * What comes, until it ends or the signal aborts: a pipe may be silent for ever.
 * @throws PhoneKeyError `interrupted`, and what the stream fails with
 */
export async function* chunksOf(
  stream: AsyncIterable<Buffer | string>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next: IteratorResult<Buffer | string, unknown> = await orAborted(signal, chunks.next());
      if (next.done === true) return;
      yield Buffer.from(next.value);
    }
  } finally {
    chunks.return?.().catch(() => undefined); // not waited for: it would, for what is silent
  }
}

/** All of stdin, and of more than `most` bytes a little more than that. */
export const readAll = async ({ stdin, interrupt }: Host, most: number): Promise<Buffer> => {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(stdin, interrupt.signal)) {
    read.push(chunk);
    bytes += chunk.length;
    if (bytes > most) break;
  }
  return Buffer.concat(read);
};

/** Asks the person at the terminal; the question goes to stderr. Ask only where stdin is a TTY. */
export const askLine = (
  host: Host,
  question: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<string> => {
  let silent = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!silent) host.stderr.write(chunk.toString());
      done();
    },
  });
  // What is typed is echoed by us in that case, or not at all.
  const terminal = hidden || host.stderr.isTTY === true;
  const lines = createInterface({ input: host.stdin, output, terminal });
  const answer = firstLine(host, lines).catch((error: unknown) => {
    host.stderr.write('\n'); // what follows is not part of the question
    throw error;
  });
  lines.setPrompt(question);
  lines.prompt();
  silent = hidden;
  if (!hidden) return answer;
  return answer.then((line) => {
    host.stderr.write('\n'); // which was not echoed either
    return line;
  });
};

/**
 * Asks before something that cannot be taken back.
 * @param lost what is lost, as the beginning of a sentence: `a reset forgets every key`
 * @param means how to say it without being asked: `key car reset --yes`
 * @throws PhoneKeyError `usage.invalid` where the answer is not yes, or nobody is there to give one
 */
export const confirm = async (
  host: Host,
  question: string,
  lost: string,
  means: string,
): Promise<void> => {
  if (host.stdin.isTTY !== true) {
    throw new PhoneKeyError('usage.invalid', `${lost}, and there is no terminal to ask at`, {
      hint: `To do it without being asked: ${means}.`,
    });
  }
  const answer = await askLine(host, `${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new PhoneKeyError('usage.invalid', 'nothing was done: the answer was not yes', {
      hint: `Answer y, or do it without being asked: ${means}.`,
    });
  }
};

const firstLine = async ({ interrupt }: Host, lines: Interface): Promise<string> => {
  const line = new Promise<string>((resolve, reject) => {
    // On a terminal in raw mode Ctrl-C is a key, not a signal.
    lines.once('SIGINT', () => interrupt.abort());
    lines.once('line', resolve);
    lines.once('close', () =>
      reject(new PhoneKeyError('usage.invalid', 'the input ended before a line was read')),
    );
  });
  try {
    return await orAborted(interrupt.signal, line);
  } finally {
    lines.close();
  }
};
