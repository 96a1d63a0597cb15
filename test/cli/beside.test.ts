import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carHome } from '../../cli/car/home.js';
import { pathsFor } from '../../cli/config/paths.js';
import { run } from '../../cli/run.js';
import { controlPath } from '../../firmware-sim/index.js';
import { testHost } from '../support/cli-host.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('the directory of a car', () => {
  it('leaves room for its socket, whatever the name', () => {
    const paths = pathsFor({ home: '/home/somebody/.local/share/phonekey' }, {});
    const names = ['car', 'My red car', '\u00e9'.repeat(16), '\u{1F697}'.repeat(8), 'A'.repeat(32)];
    for (const name of names) expect(() => controlPath(carHome(paths, name))).not.toThrow();
    expect(new Set(names.map((name) => carHome(paths, name))).size).toBe(names.length);
  });
});

describe('a car that has stopped answering', () => {
  let door: Server;
  let asked: Promise<Socket>;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    const directory = carHome(pathsFor({ home }, {}), 'car');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    door = createServer((socket) => sockets.push(socket.resume()));
    door.listen(controlPath(directory));
    await once(door, 'listening');
    asked = once(door, 'connection').then(([socket]) => socket as Socket);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    door.close();
    await once(door, 'close');
  });

  const command = async (...args: string[]) => {
    const host = testHost();
    const finished = run(['--home', home, '--json', ...args], host);
    return { host, finished };
  };
  const lastError = ({ err }: { readonly err: string }): unknown =>
    JSON.parse(err.trimEnd().split('\n').at(-1) ?? '');

  it('may have done what it was told', async () => {
    const { host, finished } = await command('--timeout', '0.2', 'car', 'tap');
    expect(await finished).toBe(5);
    expect(lastError(host.written)).toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
    });
  });

  it('may have done it, too, when it dies', async () => {
    const { finished } = await command('car', 'drive');
    (await asked).destroy();
    expect(await finished).toBe(5);
  });

  it('is not reached by who only looks', async () => {
    const { host, finished } = await command('--timeout', '0.2', 'car', 'status');
    expect(await finished).toBe(4);
    expect(lastError(host.written)).toMatchObject({ code: 'car.silent', mayHaveSucceeded: false });
  });

  it('does not keep Ctrl-C waiting', async () => {
    const { host, finished } = await command('car', 'tap');
    await asked;
    host.interrupt.abort();
    expect(await finished).toBe(130);
    expect(lastError(host.written)).toMatchObject({ code: 'interrupted', mayHaveSucceeded: true });
  });
});

it('a car that is not there is named', async () => {
  const host = testHost();
  expect(await run(['--home', home, 'car', 'tap', '--name', 'Red car'], host)).toBe(4);
  expect(host.written.err).toContain("key car start --name 'Red car'.");
});
