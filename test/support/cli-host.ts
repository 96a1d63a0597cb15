import { PassThrough } from 'node:stream';
import { createContext } from '../../cli/context.js';
import type { Context, Host } from '../../cli/context.js';
import { CLOUD_URL } from '../../cli/cloud/url.js';
import type { GlobalOptions } from '../../cli/global-options.js';
import type { Sink } from '../../cli/io/output.js';
import { Interrupt } from '../../cli/io/interrupt.js';

export interface TestHost extends Host {
  readonly stdin: PassThrough & { isTTY?: boolean };
  /** What was written so far. */
  readonly written: { out: string; err: string };
  readonly stderr: Sink & { isTTY?: boolean };
  /** Resolves when what is on stderr matches. */
  wrote(pattern: RegExp): Promise<void>;
}

/** A process around the command that is none; `tty`: a person sits at its stdin. */
export const testHost = ({ tty = false, env = {} } = {}): TestHost => {
  const written = { out: '', err: '' };
  const waiting = new Set<() => void>();
  const wrote = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(written.err)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    stdin: Object.assign(new PassThrough(), { isTTY: tty }),
    stdout: { write: (text) => (written.out += text) },
    stderr: {
      write: (text) => {
        written.err += text;
        for (const look of [...waiting]) look();
      },
    },
    wrote,
    env,
    interrupt: new Interrupt(),
    written,
  };
};

export const testContext = (
  host: TestHost,
  options: Partial<GlobalOptions> & { readonly home: string },
): Context<'radio'> =>
  createContext({ radio: 'virtual', timeout: 5, cloudUrl: CLOUD_URL, ...options }, host, 'radio');
