import { beforeEach, describe, expect, it } from '@jest/globals';
import { HEARTBEAT_MS } from '../service/event-stream.js';
import { Rig } from './support/rig.js';
import type { StreamReader } from './support/stream-reader.js';

const FRAME = Uint8Array.of(1, 2, 3);
const EMPTY = new Uint8Array();

let rig: Rig;
let token: string;
let car: string;

const begin = async (limits: ConstructorParameters<typeof Rig>[0] = {}): Promise<void> => {
  rig = new Rig(limits);
  token = await rig.person('ada');
  car = await rig.carOf(token);
};
beforeEach(() => begin());

const open = (by = token): Promise<StreamReader> =>
  rig.stream('POST', `/v1/cars/${car}/links`, { token: by });
const opened = async (by = token): Promise<{ link: string; stream: StreamReader }> => {
  const stream = await open(by);
  return { link: await stream.link(), stream };
};
const send = (link: string, body: Uint8Array | string, by = token) =>
  rig.ask('POST', `/v1/links/${link}`, { token: by, body });
const fromCar = (link: string, frame: Uint8Array, by = car): void => {
  rig.broker.onCar(by, { type: 'frame', link, frame });
};

describe('a link', () => {
  it('carries frames both ways, as they are and in order', async () => {
    const { link, stream } = await opened();
    expect(link).toMatch(/^[0-9a-f]{16}$/);
    expect((await send(link, FRAME)).status).toBe(204);
    expect(rig.broker.take('frame')).toEqual([{ type: 'frame', link, frame: FRAME }]);
    fromCar(link, Uint8Array.of(7));
    fromCar(link, Uint8Array.of(8, 9));
    expect(await stream.next()).toEqual({ event: 'frame', data: { frame: 'Bw==' } });
    expect(await stream.next()).toEqual({ event: 'frame', data: { frame: 'CAk=' } });
  });

  it('is in the log of the car before the phone is told of it', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { logCommand } = rig.store;
    rig.store.logCommand = async (entry) => {
      await held;
      return logCommand.call(rig.store, entry);
    };
    let isTold = false;
    const opening = open().then((stream) => {
      isTold = true;
      return stream;
    });
    await rig.clock.advance(100);
    expect(isTold).toBe(false);
    release();
    const link = await (await opening).link();
    expect(rig.store.log).toMatchObject([{ kind: 'link-opened', report: link }]);
  });

  it('is not opened where the log cannot be written, and leaves no place taken', async () => {
    rig.store.logCommand = () => Promise.reject(new Error('the disk is full'));
    for (let count = 0; count < 20; count++) {
      const { status } = await rig.ask('POST', `/v1/cars/${car}/links`, { token });
      expect(status).toBe(500);
    }
  });

  it('is not opened to a car that is away', async () => {
    rig.broker.offline(car);
    const answer = await rig.ask('POST', `/v1/cars/${car}/links`, { token });
    expect(answer).toMatchObject({ status: 409, body: { code: 'car-offline' } });
    expect(rig.store.log).toEqual([]);
  });

  it('is not opened while the broker is away', async () => {
    rig.broker.connected = false;
    const answer = await rig.ask('POST', `/v1/cars/${car}/links`, { token });
    expect(answer).toMatchObject({ status: 503, body: { code: 'broker-away' } });
  });

  it('says that a frame did not go', async () => {
    const { link } = await opened();
    rig.broker.isAway = true;
    expect(await send(link, FRAME)).toMatchObject({ status: 503, body: { code: 'broker-away' } });
  });

  const ENDS: [string, string, (link: string) => Promise<void>][] = [
    ['the car ends it', 'car', async (link) => fromCar(link, EMPTY)],
    ['the car goes away', 'offline', async () => rig.broker.offline(car)],
    ['it is silent', 'service', () => rig.clock.advance(90_000)],
  ];
  it.each(ENDS)('ends when %s', async (_, reason, how) => {
    const { link, stream } = await opened();
    await how(link);
    expect((await stream.rest()).at(-1)).toEqual({ event: 'closed', data: { reason } });
    expect((await send(link, FRAME)).status).toBe(404);
  });

  it('is not silent while something comes, from either side', async () => {
    const { link, stream } = await opened();
    await rig.clock.advance(89_000);
    await send(link, FRAME);
    await rig.clock.advance(89_000);
    fromCar(link, FRAME);
    await rig.clock.advance(89_000);
    expect((await send(link, FRAME)).status).toBe(204);
    await stream.cancel();
  });

  it('tells the car when the phone goes', async () => {
    const { link, stream } = await opened();
    await stream.cancel();
    expect(rig.broker.take('frame')).toEqual([{ type: 'frame', link, frame: EMPTY }]);
    expect((await send(link, FRAME)).status).toBe(404);
    expect(rig.clock.pending).toBe(0);
  });

  it('ends by an empty frame of the phone', async () => {
    const { link, stream } = await opened();
    expect((await send(link, EMPTY)).status).toBe(204);
    expect(await stream.rest()).toEqual([]);
    expect(rig.broker.take('frame')).toEqual([{ type: 'frame', link, frame: EMPTY }]);
  });

  it('beats while nothing is said', async () => {
    const { stream } = await opened();
    await rig.clock.advance(HEARTBEAT_MS);
    expect(await stream.next()).toEqual({ comment: 'still here' });
  });

  it('takes frames of 1024 bytes, and no longer ones', async () => {
    const { link, stream } = await opened();
    expect((await send(link, new Uint8Array(1024))).status).toBe(204);
    expect(await send(link, new Uint8Array(1025))).toMatchObject({ status: 413 });
    fromCar(link, new Uint8Array(1025));
    expect(await stream.next()).toEqual({ event: 'closed', data: { reason: 'service' } });
  });

  it('takes bytes and nothing else', async () => {
    const { link } = await opened();
    expect((await send(link, '{}')).status).toBe(400);
    expect((await send('0'.repeat(16), FRAME)).status).toBe(404);
    expect((await send('x', FRAME)).status).toBe(400);
  });

  it('belongs to the token that opened it', async () => {
    const { link } = await opened();
    const other = await rig.login('ada');
    expect((await send(link, FRAME, other)).status).toBe(404);
    expect((await send(link, EMPTY, other)).status).toBe(404);
    expect((await send(link, FRAME)).status).toBe(204);
  });

  it('is touched by no other car, which learns that it has none', async () => {
    const { link, stream } = await opened();
    const bob = await rig.person('bob');
    const other = await rig.carOf(bob);
    fromCar(link, FRAME, other);
    fromCar(link, EMPTY, other);
    expect(rig.broker.sent).toEqual([
      { car: other, message: { type: 'frame', link, frame: EMPTY } },
    ]);
    fromCar(link, Uint8Array.of(5));
    expect(await stream.next()).toEqual({ event: 'frame', data: { frame: 'BQ==' } });
  });

  it('ends with its token, by log-out and by time', async () => {
    const { stream } = await opened();
    await rig.ask('DELETE', '/v1/tokens/current', { token });
    expect(await stream.next()).toEqual({ event: 'closed', data: { reason: 'service' } });
    await rig.clock.advance(30 * 86_400_000);
    expect(rig.clock.pending).toBe(0);
  });

  it('ends when its token expires', async () => {
    const body = { name: 'ada', password: 'correct horse', expiresInSeconds: 60 };
    const short = (await rig.ask('POST', '/v1/tokens', { body })).body.token;
    const { link, stream } = await opened(short);
    await rig.clock.advance(60_000);
    expect((await stream.rest()).map(({ event }) => event)).not.toContain('frame');
    expect(rig.broker.take('frame')).toEqual([{ type: 'frame', link, frame: EMPTY }]);
  });

  it('ends when its account is no member any more', async () => {
    const bob = await rig.person('bob');
    const member = `/v1/cars/${car}/members/bob`;
    await rig.ask('PUT', member, { token });
    const { stream } = await opened(bob);
    const own = await opened();
    await rig.ask('DELETE', member, { token });
    expect(await stream.next()).toEqual({ event: 'closed', data: { reason: 'service' } });
    expect((await rig.ask('POST', `/v1/cars/${car}/links`, { token: bob })).status).toBe(404);
    expect((await send(own.link, FRAME)).status).toBe(204);
  });

  it('is not opened to who is removed while it opens', async () => {
    const bob = await rig.person('bob');
    await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token });
    const { logCommand } = rig.store;
    rig.store.logCommand = async (entry) => {
      await logCommand.call(rig.store, entry);
      await rig.ask('DELETE', `/v1/cars/${car}/members/bob`, { token });
    };
    expect((await rig.ask('POST', `/v1/cars/${car}/links`, { token: bob })).status).toBe(409);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('bounds of links', () => {
  it('are kept for an account, a car and the service, and free a place when a link ends', async () => {
    await begin({ linksPerAccount: 2, linksPerCar: 3, links: 4 });
    const bob = await rig.person('bob');
    await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token });
    const first = await opened();
    await opened();
    const refused = await rig.ask('POST', `/v1/cars/${car}/links`, { token });
    expect(refused).toMatchObject({ status: 429, body: { code: 'too-many' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await opened(bob);
    expect((await rig.ask('POST', `/v1/cars/${car}/links`, { token: bob })).status).toBe(429);
    await first.stream.cancel();
    await opened(bob);
    const eve = await rig.person('eve');
    const other = await rig.carOf(eve);
    await rig.stream('POST', `/v1/cars/${other}/links`, { token: eve });
    expect((await rig.ask('POST', `/v1/cars/${other}/links`, { token: eve })).status).toBe(429);
  });

  it('are kept for the bytes of a link', async () => {
    await begin({ linkBytes: 100 });
    const { link, stream } = await opened();
    await send(link, new Uint8Array(60));
    fromCar(link, new Uint8Array(41));
    expect(await stream.next()).toEqual({ event: 'closed', data: { reason: 'service' } });
  });

  it('are kept for a phone that does not read', async () => {
    await begin({ streamBytes: 2000 });
    const { link } = await opened();
    for (let count = 0; count < 50; count++) fromCar(link, new Uint8Array(100));
    expect((await send(link, FRAME)).status).toBe(404);
    const frames = rig.broker.take('frame');
    expect(frames[0]).toEqual({ type: 'frame', link, frame: EMPTY });
    expect(frames.length).toBeLessThan(50);
  });
});
