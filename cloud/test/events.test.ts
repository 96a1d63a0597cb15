import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Limits } from '../service/limits.js';
import { Rig } from './support/rig.js';
import type { StreamReader } from './support/stream-reader.js';

let rig: Rig;
let token: string;
let car: string;

const begin = async (limits: Partial<Limits> = {}): Promise<void> => {
  rig = new Rig(limits);
  token = await rig.person('ada');
  car = await rig.carOf(token);
};
beforeEach(() => begin());

const read = (lastId?: string, by = token): Promise<StreamReader> =>
  rig.stream('GET', '/v1/events', {
    token: by,
    ...(lastId !== undefined && { headers: { 'last-event-id': lastId } }),
  });
const toggle = (which = car): void => {
  rig.broker.offline(which);
  rig.broker.online(which);
};
const report = async (number: string): Promise<void> => {
  const told = { report: number, link: 'a'.repeat(16), command: 'unlock', outcome: 'done' };
  rig.broker.onCar(car, { type: 'report', report: told });
  await rig.service.cars.settled();
};

describe('events', () => {
  it('tell of the cars of the account, with a time and an id', async () => {
    const stream = await read();
    toggle();
    await report('1');
    const first = await stream.next();
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-\d+$/),
      event: 'car-offline',
      data: { at: rig.service.now().toISOString(), car },
    });
    expect(await stream.next()).toMatchObject({ event: 'car-online', data: { car } });
    expect(await stream.next()).toMatchObject({
      event: 'command',
      data: { car, command: 'unlock', outcome: 'done' },
    });
  });

  it('tell a report that comes again once', async () => {
    const stream = await read();
    await report('1');
    await report('1');
    toggle();
    expect(await stream.next()).toMatchObject({ event: 'command' });
    expect(await stream.next()).toMatchObject({ event: 'car-offline' });
  });

  it('tell that an object was delivered', async () => {
    const path = `/v1/cars/${car}/revocation-lists`;
    const { body } = await rig.ask('POST', path, { token, body: Uint8Array.of(1) });
    const stream = await read();
    rig.broker.onCar(car, { type: 'confirm', object: body.id });
    expect(await stream.next()).toMatchObject({
      event: 'object-delivered',
      data: { car, object: body.id },
    });
  });

  it('go on after the last id, and miss nothing', async () => {
    const stream = await read();
    toggle();
    const { id } = (await stream.next())!;
    await stream.cancel();
    toggle();
    const again = await read(id);
    for (const event of ['car-online', 'car-offline', 'car-online']) {
      expect(await again.next()).toMatchObject({ event });
    }
  });

  it('say where some are missed: of another start, or too long ago', async () => {
    await begin({ eventsKept: 3 });
    const stream = await read();
    toggle();
    const { id } = (await stream.next())!;
    await stream.cancel();
    toggle();
    toggle();
    for (const last of [id!, 'deadbeef-1', 'nonsense', `${id!.slice(0, 8)}-999`]) {
      const again = await read(last);
      expect(await again.next()).toEqual({ event: 'missed', data: {} });
      for (const event of ['car-online', 'car-offline', 'car-online']) {
        expect(await again.next()).toMatchObject({ event });
      }
      await again.cancel();
    }
  });

  it('tell nobody of the cars of others, and members nothing of commands', async () => {
    const bob = await rig.person('bob');
    const eve = await rig.person('eve');
    await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token });
    const own = await rig.carOf(eve);
    const [ofBob, ofEve] = [await read(undefined, bob), await read(undefined, eve)];
    await report('1');
    toggle();
    toggle(own);
    expect(await ofBob.next()).toMatchObject({ event: 'car-offline', data: { car } });
    expect(await ofEve.next()).toMatchObject({ event: 'car-offline', data: { car: own } });
  });

  it('end for who is no member any more, and begin for who becomes one', async () => {
    const bob = await rig.person('bob');
    const stream = await read(undefined, bob);
    toggle();
    await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token });
    rig.broker.offline(car);
    expect(await stream.next()).toMatchObject({ event: 'car-offline' });
    await rig.ask('DELETE', `/v1/cars/${car}/members/bob`, { token });
    rig.broker.online(car);
    rig.service.events.publish({ type: 'recovered' });
    expect(await stream.next()).toMatchObject({ event: 'recovered' });
  });

  it('end with their token, and where the database is away', async () => {
    const stream = await read();
    await rig.ask('DELETE', '/v1/tokens/current', { token });
    expect(await stream.rest()).toEqual([]);
    const again = await read(undefined, await rig.login('ada'));
    rig.store.before = () => Promise.reject(new Error('away'));
    toggle();
    expect(await again.rest()).toEqual([]);
  });

  it('are bounded in streams, and in what waits for one that is not read', async () => {
    await begin({ eventStreamsPerAccount: 2, eventStreams: 3, streamBytes: 1000 });
    const first = await read();
    await read();
    expect((await rig.ask('GET', '/v1/events', { token })).status).toBe(429);
    const bob = await rig.person('bob');
    await read(undefined, bob);
    expect((await rig.ask('GET', '/v1/events', { token: bob })).status).toBe(429);
    await first.cancel();
    await read(undefined, bob);
    for (let count = 0; count < 100; count++) rig.service.events.publish({ type: 'recovered' });
    await rig.clock.advance(0);
    expect(rig.service.eventReaders).toEqual([]);
    expect(rig.service.streams.size).toBe(0);
    const full = await read('deadbeef-1');
    expect((await full.rest()).length).toBeLessThan(100);
    expect(rig.service.eventReaders).toEqual([]);
  });

  it('are no stream without somebody to read it', async () => {
    expect((await rig.request('HEAD', '/v1/events', { token })).status).toBe(400);
    expect(rig.service.streams.size).toBe(0);
    expect(rig.service.eventReaders).toEqual([]);
  });

  it('reach who watches in the process, until that stops', () => {
    const seen: string[] = [];
    const stop = rig.service.events.watch(({ type }) => seen.push(type));
    toggle();
    stop();
    toggle();
    expect(seen).toEqual(['car-offline', 'car-online']);
  });
});
