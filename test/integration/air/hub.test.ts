import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { connectHub, defaultHubPath } from '../../../air/index.js';
import type { AirTransport } from '../../../air/index.js';
import {
  endHubs,
  hubDirectory,
  hubGone,
  hubProcesses,
  onlyHub,
  startHost,
} from './support/processes.js';
import type { HostProcess } from './support/processes.js';

let path: string;
let remove: () => void;
let hosts: HostProcess[];
const transports: AirTransport[] = [];

const start = (role: string, name = 'car', x = '0'): HostProcess => {
  const host = startHost(role, path, name, x);
  hosts.push(host);
  return host;
};

const joinHub = async (): Promise<AirTransport> => {
  const transport = await connectHub(path);
  transports.push(transport);
  return transport;
};

beforeEach(() => {
  ({ path, remove } = hubDirectory());
  hosts = [];
});

afterEach(async () => {
  for (const transport of transports.splice(0)) transport.close();
  for (const host of hosts) if (host.child.exitCode === null) await host.end('SIGKILL');
  await endHubs(path);
  remove();
});

describe('the hub', () => {
  it('is not there before a car has started it, and the error says what to do', async () => {
    await expect(connectHub(path)).rejects.toMatchObject({
      code: 'radio.unavailable',
      hint: expect.stringContaining('Start the car first'),
    });
    await expect(connectHub(join(path, 'no', 'such', 'hub.sock'))).rejects.toMatchObject({
      code: 'radio.unavailable',
    });
  });

  it('is one, also when five cars start at the same time, and all of them share it', async () => {
    const starters = Array.from({ length: 5 }, () => start('starter'));
    await Promise.all(starters.map((starter) => starter.said('up')));
    await joinHub();
    const serving = await onlyHub(path);
    await Promise.all(starters.slice(0, 4).map((starter) => starter.end()));
    expect(hubProcesses(path)).toEqual([serving]);
    expect(starters.at(-1)?.child.exitCode).toBeNull();
  });

  it('keeps its socket to its owner', async () => {
    await start('starter').said('up');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).isSocket()).toBe(true);
    expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('ends by itself, and leaves nothing behind', async () => {
    const starter = start('starter');
    await starter.said('up');
    await starter.end();
    await hubGone(path);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('survives that a client is killed', async () => {
    const starter = start('starter');
    await starter.said('up');
    const [hub] = hubProcesses(path);
    const transport = await joinHub();
    await starter.end('SIGKILL');
    await joinHub();
    expect(hubProcesses(path)).toEqual([hub]);
    expect(transport.closed).toBe(false);
  });

  it('ends a connection that is no H4, and no other one', async () => {
    await start('starter').said('up');
    const transport = await joinHub();
    const stranger = connect(path);
    const closed = once(stranger, 'close');
    stranger.resume(); // the hub says why
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    await joinHub();
    expect(transport.closed).toBe(false);
  });

  it('tells its clients when it is killed, and five starters replace it by one', async () => {
    const first = start('starter');
    await first.said('up');
    const [hub = 0] = hubProcesses(path);
    const stale = statSync(path).ino;
    process.kill(hub, 'SIGKILL');
    await first.said('closed');
    expect(statSync(path).ino).toBe(stale);
    await expect(connectHub(path)).rejects.toMatchObject({ code: 'radio.unavailable' });

    const starters = Array.from({ length: 5 }, () => start('starter'));
    await Promise.all(starters.map((starter) => starter.said('up')));
    await joinHub();
    await onlyHub(path);
    expect(readdirSync(dirname(path)).sort()).toEqual(['hub.sock', 'hub.sock.lock']);
  });

  it('replaces what is no socket, and the lock of a process whose pid another one has', async () => {
    writeFileSync(path, '');
    const birth = process.platform === 'linux' ? 'ab'.repeat(8) : '0'.repeat(16);
    const pid = process.platform === 'linux' ? process.pid : 2 ** 31 - 1;
    writeFileSync(`${path}.lock`, JSON.stringify({ pid, birth, nonce: '0'.repeat(16) }));
    await start('starter').said('up');
    await joinHub();
    await onlyHub(path);
  });

  it('is refused in a directory that is open to others', async () => {
    const open = join(dirname(path), 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    await expect(connectHub(join(open, 'hub.sock'))).rejects.toMatchObject({
      code: 'radio.unavailable',
      hint: expect.stringContaining('chmod 700'),
    });
  });
});

describe('the default path of the hub', () => {
  it('is in the home directory, or short where that is too long', () => {
    expect(defaultHubPath('/home/u/.key')).toBe('/home/u/.key/air/hub.sock');
    const long = `/${'x'.repeat(100)}`;
    expect(Buffer.byteLength(defaultHubPath(long))).toBeLessThan(104);
    expect(defaultHubPath(long)).toBe(defaultHubPath(long));
    expect(defaultHubPath(long)).not.toBe(defaultHubPath(`${long}y`));
  });
});
