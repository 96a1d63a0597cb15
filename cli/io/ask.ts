import { createInterface } from 'node:readline/promises';
import type { Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Host } from '../context.js';

/** Both throw PhoneKeyError: `interrupted`, `usage.invalid` when the input ends before a line. */

/** The first line of stdin. */
export const readLine = (host: Host): Promise<string> =>
  firstLine(host, createInterface({ input: host.stdin }));

/** Asks the person at the terminal; the question goes to stderr. Ask only where stdin is a TTY. */
export const askLine = (host: Host, question: string): Promise<string> => {
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      host.stderr.write(chunk.toString());
      done();
    },
  });
  const terminal = host.stderr.isTTY === true;
  const lines = createInterface({ input: host.stdin, output, terminal });
  const answer = firstLine(host, lines).catch((error: unknown) => {
    host.stderr.write('\n'); // what follows is not part of the question
    throw error;
  });
  lines.setPrompt(question);
  lines.prompt();
  return answer;
};

const firstLine = async ({ interrupt }: Host, lines: Interface): Promise<string> => {
  const { signal } = interrupt;
  let onAbort = (): void => undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      onAbort = () => {
        reject(new PhoneKeyError('interrupted', 'interrupted'));
      };
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      // On a terminal in raw mode Ctrl-C is a key, not a signal.
      lines.once('SIGINT', () => {
        interrupt.abort();
      });
      lines.once('line', resolve);
      lines.once('close', () => {
        reject(new PhoneKeyError('usage.invalid', 'the input ended before a line was read'));
      });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    lines.close();
  }
};
