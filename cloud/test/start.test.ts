import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { startCloud } from '../index.js';
import { LATE_MS } from '../service/outage.js';
import type { CloudEvent, CloudOptions, RunningCloud } from '../types.js';
import { MemoryBroker } from './support/memory-broker.js';
import { MemoryStore } from './support/memory-store.js';
import { StreamReader } from './support/stream-reader.js';

const PASSWORD = 'correct horse';

let clock: SimClock;
let store: MemoryStore;
let broker: MemoryBroker;
let cloud: RunningCloud;
let resolvable: boolean[];
let events: string[];
const sockets: Socket[] = [];

const begin = (options: Partial<CloudOptions> = {}): Promise<RunningCloud> =>
  startCloud({
    store,
    broker,
    port: 0,
    passwordCost: 1,
    clock,
    onResolvable: (is) => resolvable.push(is),
    ...options,
  });

beforeEach(async () => {
  clock = new SimClock();
  store = new MemoryStore();
  broker = new MemoryBroker();
  resolvable = [];
  events = [];
  cloud = await begin();
  cloud.watch((event: CloudEvent) => events.push(event.type));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await clock.until(cloud.close());
});

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${cloud.url}${path}`, init);
const post = async (path: string, body: object, token = ''): Promise<Record<string, string>> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
};
const isHealthy = async (): Promise<boolean> => (await ask('/v1/health')).status === 200;

/** A person with a link to a car, over real sockets. */
const linked = async () => {
  await post('/v1/accounts', { name: 'ada', password: PASSWORD });
  const { token } = await post('/v1/tokens', { name: 'ada', password: PASSWORD });
  const { car, claimCode } = await post('/v1/car-registrations', { name: 'car' });
  await post('/v1/cars', { claimCode }, token);
  broker.online(car!);
  const headers = { authorization: `Bearer ${token!}` };
  const response = await ask(`/v1/cars/${car!}/links`, { method: 'POST', headers });
  const stream = new StreamReader(response.body!);
  const link = await stream.link();
  return { token: token!, car: car!, link, stream };
};

/** What comes back for raw bytes, until the other end closes or `enough` holds. */
const raw = async (bytes: string | Uint8Array): Promise<string> => {
  const socket = connect(cloud.address.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  socket.on('error', () => undefined);
  socket.end(bytes);
  await once(socket, 'close');
  return text;
};

describe('the service', () => {
  it('tells where it is', () => {
    expect(cloud.url).toBe(`http://127.0.0.1:${String(cloud.address.port)}`);
    expect(cloud.carUrl).toBe(broker.carUrl);
  });

  it('carries a link over a socket, and tells the car when the phone goes', async () => {
    const { token, car, link, stream } = await linked();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
    };
    const sent = await ask(`/v1/links/${link}`, {
      method: 'POST',
      headers,
      body: Uint8Array.of(1, 2),
    });
    expect(sent.status).toBe(204);
    expect(broker.take('frame')).toEqual([{ type: 'frame', link, frame: Uint8Array.of(1, 2) }]);
    broker.onCar(car, { type: 'frame', link, frame: Uint8Array.of(7) });
    expect(await stream.next()).toEqual({ event: 'frame', data: { frame: 'Bw==' } });
    const gone = new Promise<void>((resolve) => {
      broker.car = () => resolve();
    });
    await stream.cancel();
    await gone;
    expect(broker.take('frame')).toEqual([{ type: 'frame', link, frame: new Uint8Array() }]);
  });

  it('takes requests without a body, and no body that does not say how long it is', async () => {
    const { token, car } = await linked();
    const ask411 =
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n';
    expect(await raw(`POST /v1/accounts HTTP/1.1\r\nHost: a\r\n${ask411}`)).toMatch(
      /^HTTP\/1.1 411/,
    );
    const headers = { authorization: `Bearer ${token}` };
    for (const path of [`/v1/cars/${car}`, '/v1/tokens/current']) {
      expect((await ask(path, { method: 'DELETE', headers })).status).toBe(204);
    }
  });

  it('waits for no request that does not come', async () => {
    await clock.until(cloud.close());
    cloud = await begin({ limits: { requestMs: 100 } });
    const socket = connect(cloud.address.port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.write('POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{');
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1.1 (408|400)/);
  });

  it('ends links when it closes, and then broker and database', async () => {
    const { stream } = await linked();
    const closing = cloud.close();
    expect((await stream.rest()).at(-1)).toEqual({ event: 'closed', data: { reason: 'service' } });
    await clock.until(closing);
    expect([broker.isClosed, store.isClosed]).toEqual([true, true]);
    await expect(isHealthy()).rejects.toThrow('fetch failed');
    await cloud.close();
  });

  it('holds no more for a phone that does not read than its bound, and lets go of it', async () => {
    const { token, car } = await linked();
    const socket = connect(cloud.address.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /v1/cars/${car}/links HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    let text = first.toString();
    while (!text.includes('"link":"'))
      text += ((await once(socket.resume(), 'data')) as [Buffer])[0].toString();
    socket.pause();
    const slow = /"link":"([0-9a-f]{16})"/.exec(text)![1]!;
    broker.take('frame');
    let sent = 0;
    for (; broker.sent.length === 0 && sent < 1000; sent++) {
      broker.onCar(car, { type: 'frame', link: slow, frame: new Uint8Array(1000) });
    }
    expect(broker.take('frame')).toEqual([{ type: 'frame', link: slow, frame: new Uint8Array() }]);
    expect(sent).toBeLessThan(100);
  });
});

describe('options', () => {
  it.each([
    ['another address than loopback without expose', { host: '0.0.0.0' }],
    ['a cost that is none', { passwordCost: 99 }],
  ])('are refused: %s; and what was given is closed', async (_, options) => {
    store = new MemoryStore();
    broker = new MemoryBroker();
    await expect(begin(options)).rejects.toThrow(RangeError);
    expect([broker.isClosed, store.isClosed]).toEqual([true, true]);
  });

  it('may let in others, when told', async () => {
    const exposed = await begin({ host: '0.0.0.0', expose: true });
    await clock.until(exposed.close());
  });

  it('say that the port is taken', async () => {
    await expect(begin({ port: cloud.address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('of outages are checked', async () => {
    await expect(cloud.fail('500', 0)).rejects.toThrow(RangeError);
    await expect(cloud.fail('500', Infinity)).rejects.toThrow(RangeError);
    await expect(cloud.fail('none' as '500', 1)).rejects.toThrow(RangeError);
  });
});

describe('an outage', () => {
  const FOR_MS = 60_000;

  it('500: everything is answered so, and links end', async () => {
    const { stream } = await linked();
    await cloud.fail('500', FOR_MS);
    expect(cloud.outage).toBe('500');
    expect((await stream.rest()).at(-1)).toEqual({ event: 'closed', data: { reason: 'service' } });
    for (const path of ['/v1/health', '/v1/cars', '/nothing']) {
      expect((await ask(path)).status).toBe(500);
    }
    await clock.advance(FOR_MS);
    expect(await isHealthy()).toBe(true);
    expect(events.slice(-2)).toEqual(['failing', 'recovered']);
  });

  it('timeout: connections are taken and nothing is answered, up to its end', async () => {
    await cloud.fail('timeout', FOR_MS);
    const taken = new Promise<void>((resolve) => {
      const listener = (): void => {
        unsubscribe('http.server.request.start', listener);
        resolve();
      };
      subscribe('http.server.request.start', listener);
    });
    const answered = raw('GET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n');
    await taken;
    await clock.advance(FOR_MS - 1);
    await cloud.recover();
    expect(await answered).toBe('');
    expect(await isHealthy()).toBe(true);
  });

  it('refuse: the port is closed, and the same one opens again', async () => {
    const { port } = cloud.address;
    const { stream } = await linked();
    const failing = cloud.fail('refuse', FOR_MS);
    expect((await stream.rest()).at(-1)).toEqual({ event: 'closed', data: { reason: 'service' } });
    await failing;
    await expect(isHealthy()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await cloud.recover();
    expect(cloud.address.port).toBe(port);
    expect(await isHealthy()).toBe(true);
  });

  it('slow: every answer comes late', async () => {
    await cloud.fail('slow', FOR_MS);
    const before = clock.pending;
    const answered = isHealthy();
    while (clock.pending === before) await new Promise(setImmediate);
    let isThere = false;
    void answered.then(() => (isThere = true));
    await clock.advance(LATE_MS - 1);
    expect(isThere).toBe(false);
    await clock.advance(1);
    expect(await answered).toBe(true);
  });

  it('flap: down, then up', async () => {
    await cloud.fail('flap', FOR_MS);
    expect(await isHealthy()).toBe(false);
    await clock.advance(4000);
    expect(await isHealthy()).toBe(true);
    await clock.advance(4000);
    expect(await isHealthy()).toBe(false);
    await clock.advance(FOR_MS);
    expect(await isHealthy()).toBe(true);
  });

  it('dns: others are told that the name is gone, and who knows the address is served', async () => {
    await cloud.fail('dns', FOR_MS);
    expect(resolvable).toEqual([false]);
    expect(await isHealthy()).toBe(true);
    await clock.advance(FOR_MS);
    expect(resolvable).toEqual([false, true]);
  });

  it('keeps what cars say, and their connection', async () => {
    const { car } = await linked();
    await cloud.fail('500', FOR_MS);
    const report = { report: '1', link: 'a'.repeat(16), command: 'lock', outcome: 'done' };
    broker.onCar(car, { type: 'report', report });
    while (broker.take('reported').length === 0) await new Promise(setImmediate);
    expect(store.log[0]).toMatchObject({ command: 'lock' });
    expect(broker.isClosed).toBe(false);
  });

  it('cannot be begun over the network', async () => {
    const { paths } = (await (await ask('/v1/openapi.json')).json()) as { paths: object };
    expect(JSON.stringify(Object.keys(paths))).not.toMatch(/fail|outage/);
  });
});

describe('bytes of any kind', () => {
  it.each([
    ['nothing', ''],
    ['no HTTP', '\0\xff\r\n\r\n'],
    ['a long header', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`],
    [
      'two lengths',
      'POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['a bad path', 'GET //%zz%00/../.. HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /v1/health HTTP/1.0\r\n\r\n'],
    ['a host that is none', 'GET /v1/health HTTP/1.1\r\nHost: a b\\c\r\nConnection: close\r\n\r\n'],
    ['a whole URL', 'GET http://[::1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    [
      'a body that ends early',
      'POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name"',
    ],
    [
      'chunks that are none',
      'POST /v1/accounts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    ],
  ])('do not break it: %s', async (_, bytes) => {
    const text = await raw(Buffer.from(bytes, 'latin1'));
    expect(text).not.toMatch(/^HTTP\/1\.1 5/);
    expect(await isHealthy()).toBe(true);
  });
});
