import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveH4, serveH4Socket, VirtualAir } from '../../../air/index.js';
import type { H4Server, VirtualController } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { H4Client } from '../../support/h4-client.js';
import { addressHex, createConnection, TestHost } from './test-host.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { ReadBdAddr } from '../../../lib/hci/commands/information.js';
import { LeCreateConnection } from '../../../lib/hci/commands/listening.js';
import { completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { HardwareErrorEvent } from '../../../lib/hci/events/general.js';
import { DisconnectionComplete } from '../../../lib/hci/events/links.js';

let clock: SimClock;
let air: VirtualAir;
let server: H4Server;
let hosts: number[];
let warnings: string[];
let clients: H4Client[];

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message: string) => void warnings.push(message),
};

const enter = async (): Promise<H4Client> => {
  const client = await H4Client.connect(server.port);
  clients.push(client);
  return client;
};

/** A client, and the controller that it got. */
const enterWithController = async (): Promise<[H4Client, VirtualController]> => {
  const before = air.controllers;
  const client = await enter();
  client.command(ReadBdAddr);
  await client.until(/^040e0a01091000/);
  const controller = air.controllers.find((each) => !before.includes(each));
  if (controller === undefined) throw new Error('no controller');
  return [client, controller];
};

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'h4', clock });
  hosts = [];
  warnings = [];
  clients = [];
  const count = (now: number): void => void hosts.push(now);
  server = await serveH4({ air, logger, clock, onConnect: count, onDisconnect: count });
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
});

describe('HCI over H4/TCP', () => {
  it('gives every connection a controller of its own', async () => {
    const [one, other] = [await enter(), await enter()];
    const addresses = [];
    for (const client of [one, other]) {
      client.command(Reset);
      expect(await client.until(/./)).toBe(completed(Reset));
      client.command(ReadBdAddr);
      addresses.push((await client.until(/./)).slice(14));
    }
    expect(addresses).toEqual(air.controllers.map(addressHex));
    expect(new Set(addresses).size).toBe(2);
    expect(hosts).toEqual([1, 2]);
  });

  it('cuts off who sends no packet for 10 s, and powers nothing on for him', async () => {
    const [silent, halting] = [await enter(), await enter()];
    halting.send(Buffer.from('01030c', 'hex'));
    const [client] = await enterWithController();
    await clock.advance(10_000);
    await Promise.all([silent.closed, halting.closed]);
    expect(hosts).toEqual([1]);
    client.command(Reset);
    expect(await client.until(/./)).toBe(completed(Reset));
  });

  it('takes bytes in any pieces', async () => {
    const client = await enter();
    for (const byte of [1, 3, 12, 0, 1]) client.send(Buffer.from([byte]));
    expect(await client.until(/./)).toBe(completed(Reset));
    client.send(Buffer.from('0910', 'hex'));
    client.send(Buffer.from('0001030c00', 'hex'));
    await client.until(/^040e0a01091000/);
    expect(await client.until(/./)).toBe(completed(Reset));
  });

  it('closing is power-off: the peer loses the link with reason 0x08', async () => {
    const [client, controller] = await enterWithController();
    const car = new TestHost(air.controller());
    await car.enableEvents();
    await car.advertise();
    await client.enableEvents();
    client.command(LeCreateConnection, createConnection(car.controller));
    await client.until(/^043e130100/);
    await car.packets();
    const closed = new Promise<void>((resolve) => controller.onClose(resolve));
    client.close();
    await closed;
    expect(await car.packets()).toEqual([]);
    await clock.advance(420); // the supervision timeout of the request
    expect(await car.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);
    expect(hosts).toEqual([1, 0]);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a packet that is too long', Buffer.from('024000ffff', 'hex')],
    ['noise after a command', Buffer.from('01030c00ff', 'hex')],
  ])('answers %s with a hardware error, and ends that connection alone', async (_what, bytes) => {
    const other = await enter();
    const [client, controller] = await enterWithController();
    client.send(bytes);
    await client.until(/^04100102$/);
    await client.closed;
    expect(controller.closed).toBe(true);
    expect(warnings).toEqual(['malformed H4 stream from a host']);
    other.command(Reset);
    expect(await other.until(/./)).toBe(completed(Reset));
  });

  it('goes on after a packet that is framed well and wrong inside', async () => {
    const client = await enter();
    client.send(Buffer.from('0240f00000', 'hex'));
    expect(await client.until(/./)).toBe(event(HardwareErrorEvent, { code: 1 }));
    client.command(Reset);
    expect(await client.until(/./)).toBe(completed(Reset));
  });

  it('powers all controllers off when it closes', async () => {
    const [client, controller] = await enterWithController();
    await server.close();
    await server.close();
    await client.closed;
    expect(controller.closed).toBe(true);
  });

  it('lets a host wait for its controller, and cuts it off when there is none', async () => {
    let attempts = 0;
    const late = await serveH4({
      air: {
        controller: async () => {
          await new Promise(setImmediate);
          if (++attempts > 1) throw new Error('no air');
          return air.controller();
        },
      },
      logger,
    });
    try {
      const first = await H4Client.connect(late.port);
      first.command(Reset);
      expect(await first.until(/./)).toBe(completed(Reset));
      const second = await H4Client.connect(late.port);
      second.command(Reset);
      expect(await second.until(/./)).toBe(event(HardwareErrorEvent, { code: 3 }));
      await second.closed;
      expect(warnings).toEqual(['no controller for a host']);
    } finally {
      await late.close();
    }
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'localhost', 'example.org', '127.0.0.1.example.org'])(
    'is not served on %s',
    async (host) => {
      await expect(serveH4({ air, host })).rejects.toMatchObject({ code: 'usage.invalid' });
    },
  );

  it('is served elsewhere where that is asked for, at an address', async () => {
    const open = await serveH4({ air, host: '0.0.0.0', expose: true });
    const client = await H4Client.connect(open.port);
    clients.push(client);
    client.command(Reset);
    expect(await client.until(/./)).toBe(completed(Reset));
    await open.close();
    await expect(serveH4({ air, host: 'localhost', expose: true })).rejects.toMatchObject({
      code: 'usage.invalid',
    });
  });

  it.each([
    [undefined, 8],
    [2, 2],
  ])('gives a host %s links as a peripheral', async (peripheralLinks, links) => {
    const several = await serveH4({ air, ...(peripheralLinks && { peripheralLinks }) });
    const client = await H4Client.connect(several.port);
    clients.push(client);
    client.command(Reset);
    await client.until(/./);
    expect(air.controllers.at(-1)?.peripheralLinks).toBe(links);
    await several.close();
  });

  it('says when the port is taken', async () => {
    await expect(serveH4({ air, port: server.port })).rejects.toMatchObject({
      code: 'radio.unavailable',
    });
  });
});

(process.platform === 'win32' ? describe.skip : describe)('HCI over H4 at a Unix socket', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'h4-'));
    path = join(directory, 'air.sock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    [false, 0o600],
    [true, 0o666],
  ])('is for who may open it (expose: %s), and vanishes', async (expose, mode) => {
    const local = await serveH4Socket({ air, path, expose });
    expect(statSync(path).mode & 0o777).toBe(mode);
    const client = await H4Client.connect(path);
    clients.push(client);
    client.command(Reset);
    expect(await client.until(/./)).toBe(completed(Reset));
    await local.close();
    await client.closed;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes the place of a dead socket, and of nothing else', async () => {
    const first = await serveH4Socket({ air, path });
    const there = { code: 'usage.invalid', message: `${path} is there already` };
    await expect(serveH4Socket({ air, path })).rejects.toMatchObject(there);
    renameSync(path, `${path}.dead`); // it outlives its server under this name
    await first.close();
    renameSync(`${path}.dead`, path);
    await (await serveH4Socket({ air, path })).close();
    writeFileSync(path, 'mine');
    await expect(serveH4Socket({ air, path })).rejects.toMatchObject(there);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it.each(['no/such/directory', 'x'.repeat(104)])('says what is wrong with %s', async (name) => {
    await expect(serveH4Socket({ air, path: join(directory, name) })).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringMatching(/choose/i),
    });
  });
});
