import { beforeEach, describe, expect, it } from '@jest/globals';
import { Rig } from './support/rig.js';

const LIST = Uint8Array.of(1, 2, 3, 4);
const GRANT = Buffer.from('a grant').toString('base64');

let rig: Rig;
let token: string;
let car: string;
beforeEach(async () => {
  rig = new Rig({ objectsWaiting: 3 });
  token = await rig.person('ada');
  car = await rig.carOf(token);
  await rig.clock.advance(0);
});

const leave = (body: unknown = LIST, by = token) =>
  rig.ask('POST', `/v1/cars/${car}/revocation-lists`, { token: by, body });
const given = async () => {
  await rig.clock.advance(0);
  return rig.broker.take('object');
};

describe('a revocation list', () => {
  it('is given to a car that is there at once', async () => {
    const { status, body } = await leave();
    expect(status).toBe(201);
    expect(await given()).toEqual([{ type: 'object', object: body.id, bytes: LIST }]);
  });

  it('is given to a car that was away when it comes', async () => {
    rig.broker.offline(car);
    const { body } = await leave();
    await rig.clock.advance(3_600_000);
    expect(await given()).toEqual([]);
    rig.broker.online(car);
    expect(await given()).toMatchObject([{ object: body.id }]);
  });

  it('is given again until the car has confirmed it, and then no more', async () => {
    const { body } = await leave();
    await given();
    await rig.clock.advance(29_999);
    expect(await given()).toEqual([]);
    await rig.clock.advance(1);
    expect(await given()).toHaveLength(1);
    await rig.clock.advance(60_000);
    expect(await given()).toHaveLength(1);
    rig.broker.onCar(car, { type: 'confirm', object: body.id });
    await rig.service.cars.settled();
    await rig.clock.advance(86_400_000);
    expect(await given()).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });

  it('waits while broker or database are away', async () => {
    rig.broker.isAway = true;
    await leave();
    await rig.clock.advance(0);
    rig.broker.isAway = false;
    rig.store.before = () => Promise.reject(new Error('away'));
    await rig.clock.advance(30_000);
    rig.store.before = () => Promise.resolve();
    await rig.clock.advance(60_000);
    expect(await given()).toHaveLength(1);
  });

  it('is confirmed by no other car', async () => {
    const { body } = await leave();
    const other = await rig.carOf(await rig.person('bob'));
    rig.broker.onCar(other, { type: 'confirm', object: body.id });
    await rig.service.cars.settled();
    expect(rig.store.objects[0]?.confirmedAt).toBeUndefined();
  });

  it('is read by members, confirmed or not', async () => {
    const { body } = await leave();
    rig.broker.onCar(car, { type: 'confirm', object: body.id });
    await rig.service.cars.settled();
    const answer = await rig.ask('GET', `/v1/cars/${car}/revocation-lists`, { token });
    expect(answer.body.objects).toEqual([
      { id: body.id, bytes: 'AQIDBA==', createdAt: expect.any(String) },
    ]);
  });

  it('is the same object when it is left again', async () => {
    expect((await leave()).body).toEqual((await leave()).body);
  });

  it('has bytes, and not too many', async () => {
    expect((await leave(new Uint8Array())).status).toBe(400);
    expect((await leave(new Uint8Array(16_384))).status).toBe(201);
    expect((await leave(new Uint8Array(16_385))).status).toBe(413);
    expect((await leave('{}')).status).toBe(400);
  });

  it('of a member does not take the room of the owner', async () => {
    rig.broker.offline(car);
    const bob = await rig.person('bob');
    await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token });
    for (const each of [1, 2, 3]) expect((await leave(Uint8Array.of(each), bob)).status).toBe(201);
    expect(await leave(Uint8Array.of(4), bob)).toMatchObject({
      status: 409,
      body: { code: 'too-many-wait' },
    });
    expect((await leave(Uint8Array.of(5))).status).toBe(201);
  });
});

describe('a grant', () => {
  const grant = (fields: object = {}, by = token) =>
    rig.ask('POST', '/v1/grants', {
      token: by,
      body: { car, account: 'bob', bytes: GRANT, ...fields },
    });
  let bob: string;
  beforeEach(async () => {
    bob = await rig.person('bob');
  });
  const waiting = async (by = bob) =>
    (await rig.ask('GET', '/v1/grants', { token: by })).body.objects;

  it('waits for its account until that has it', async () => {
    const { status, body } = await grant();
    expect(status).toBe(201);
    expect(await waiting()).toEqual([
      { id: body.id, car, bytes: GRANT, createdAt: expect.any(String) },
    ]);
    expect(await waiting(token)).toEqual([]);
    const path = `/v1/grants/${body.id}`;
    expect((await rig.ask('DELETE', path, { token })).status).toBe(404);
    expect((await rig.ask('DELETE', path, { token: bob })).status).toBe(204);
    expect(await waiting()).toEqual([]);
    expect((await rig.ask('DELETE', path, { token: bob })).status).toBe(404);
  });

  it('comes from members of the car alone', async () => {
    expect((await grant({ account: 'ada' }, bob)).status).toBe(404);
    expect(await waiting(token)).toEqual([]);
  });

  it.each([
    [{ account: 'nobody' }, 404],
    [{ car: '0'.repeat(32) }, 404],
    [{ car: 'x' }, 400],
    [{ bytes: '' }, 400],
    [{ bytes: 'not base64!' }, 400],
    [{ bytes: 7 }, 400],
    [{ bytes: Buffer.alloc(16_384).toString('base64') }, 201],
    [{ bytes: Buffer.alloc(16_386).toString('base64') }, 413],
    [{ bytes: Buffer.alloc(30_000).toString('base64') }, 413],
  ])('with %j is answered %d', async (fields, status) => {
    expect((await grant(fields)).status).toBe(status);
  });

  it('is one of few that wait from one sender', async () => {
    for (const each of ['one1', 'two2', 'thr3'])
      expect((await grant({ bytes: each })).status).toBe(201);
    expect((await grant({ bytes: 'for4' })).status).toBe(409);
  });
});
