import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PhoneKeyError, errorMessage } from '../../lib/errors.js';
import { check, needed, text } from '../../lib/platform/check.js';
import { checkHosts, serveHosts } from '../host-server.js';
import type { HostServerOptions } from '../host-server.js';
import { makeFolder, makeLink, removeLink, socketIn } from './symbolic-link.js';

const PYTHON = 'python3';
const BRIDGE = fileURLToPath(new URL('./bridge.py', import.meta.url));

const HINT =
  'It needs python3. Or serve HCI over TCP on 127.0.0.1:6402 and put a pty before ' +
  'it: socat PTY,link=PATH,rawer,wait-slave TCP:127.0.0.1:6402.';

/** Where HCI over a pseudo-terminal is served, and to whom. */
export interface PtyServerOptions extends HostServerOptions {
  /** Where the link to the pty's slave is made; nothing may be there. */
  readonly path: string;
  /** Called when the pty has ended by itself, upon which nothing is left of it. */
  readonly onLost?: () => void;
}

/** A serial port to the air. */
export interface PtyServer extends AsyncDisposable {
  /** As it was given. */
  readonly path: string;
  /** Powers the controller off; the pty and the link to it vanish. */
  close(): Promise<void>;
}

/**
 * HCI over a pseudo-terminal, for host stacks that want a serial port: `path` becomes a symbolic link to
 * its slave, which speaks H4, raw, at any speed, and has mode 0600. A fresh controller is powered on by the
 * first byte after the slave was opened, and powered off, as with serveH4, when its last user closes it.
 * After a malformed stream the slave is hung up, and `path` leads to another one.
 *
 * The pty is held by a Python program (decision 0004). It ends with this process, however that ends.
 * @throws PhoneKeyError `usage.invalid` when the link cannot be made, `radio.unavailable` without
 *   python3, and on Windows
 */
export const servePty = async (options: PtyServerOptions): Promise<PtyServer> => {
  checkHosts(options);
  check('path', options.path, needed(text));
  if (process.platform === 'win32') throw noPty('Windows has none');
  const path = resolve(options.path);
  const folder = await makeFolder();
  const undo: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      for (const step of undo.reverse()) await step();
    })());
  try {
    const server = await serveHosts({ path: socketIn(folder) }, options);
    undo.push(() => server.close());
    // A session of its own: Ctrl-C is for us. -I -S: neither modules nor variables of the user's.
    const bridge = spawn(PYTHON, ['-I', '-S', BRIDGE, folder, path], { detached: true });
    const ended = new Promise((resolve) => bridge.once('exit', resolve));
    undo.push(async () => {
      if (bridge.kill('SIGKILL')) await ended;
    });
    await ready(bridge);
    await makeLink(path, folder);
    undo.push(() => removeLink(path, folder));
    void ended.then(async () => {
      if (closed !== undefined) return;
      await close();
      options.onLost?.();
    });
  } catch (error) {
    await close();
    throw error instanceof PhoneKeyError ? error : noPty(errorMessage(error), error);
  }
  return { path: options.path, close, [Symbol.asyncDispose]: close };
};

/** Resolves when the bridge has made the pty. */
const ready = async (bridge: ChildProcessWithoutNullStreams): Promise<void> => {
  let complaint = '';
  bridge.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  bridge.stdin.on('error', () => undefined);
  try {
    await once(bridge, 'spawn');
  } catch (cause) {
    throw noPty(`${PYTHON} does not start`, cause);
  }
  for await (const line of createInterface({ input: bridge.stdout })) {
    if (line === 'ready') return;
  }
  throw noPty(complaint.trim().split('\n').at(-1) ?? '');
};

const noPty = (message: string, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', `no pseudo-terminal: ${message}`, { cause, hint: HINT });
