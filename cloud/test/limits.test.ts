import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { LIMITS } from '../service/limits.js';
import type { Limits } from '../service/limits.js';
import { Passwords } from '../service/passwords.js';
import { countedAddress, Rates } from '../service/rates.js';
import { Recent } from '../service/recent.js';
import { Rig } from './support/rig.js';

const RATE = { burst: 2, perMinute: 6 };
const REFUSED = { status: 429, code: 'too-many' };

describe('a rate', () => {
  it('lets a burst through, then one at a time as time goes by', async () => {
    const clock = new SimClock();
    const rates = new Rates(clock);
    const take =
      (key = 'a') =>
      () =>
        rates.take('logins', RATE, key);
    take()();
    take()();
    expect(take()).toThrow(expect.objectContaining({ ...REFUSED, retryAfterS: 10 }));
    take('b')();
    await clock.advance(9_999);
    expect(take()).toThrow(expect.objectContaining({ ...REFUSED, retryAfterS: 1 }));
    await clock.advance(1);
    take()();
    expect(take()).toThrow(expect.objectContaining(REFUSED));
    await clock.advance(3_600_000);
    take()();
    take()();
    expect(take()).toThrow(expect.objectContaining(REFUSED));
  });

  it('keeps a bounded number of keys, those that were used last', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).toBe(1);
    recent.set('c', 3);
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('counts %s as %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});

describe('the rate of', () => {
  const often = (kind: keyof Limits) => new Rig({ [kind]: RATE });
  const three = async (act: () => Promise<{ status: number }>): Promise<number[]> => {
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) statuses.push((await act()).status);
    return statuses;
  };
  const login = (rig: Rig, name: string) => () =>
    rig.ask('POST', '/v1/tokens', { body: { name, password: 'wrong horse' } });

  it('log-ins, for one name from one address; another name is not hindered', async () => {
    const rig = often('loginsPerName');
    expect(await three(login(rig, 'ada'))).toEqual([401, 401, 429]);
    expect(await three(login(rig, 'bob'))).toEqual([401, 401, 429]);
  });

  it.each(['logins', 'loginsWithName'] as const)('log-ins by %s', async (kind) => {
    expect(await three(login(often(kind), 'ada'))).toEqual([401, 401, 429]);
  });

  it('accounts', async () => {
    const rig = often('accounts');
    const make = () =>
      rig.ask('POST', '/v1/accounts', { body: { name: 'ada', password: '12345678' } });
    expect(await three(make)).toEqual([201, 409, 429]);
  });

  it('registrations', async () => {
    const rig = often('registrations');
    const make = () => rig.ask('POST', '/v1/car-registrations', { body: { name: 'car' } });
    expect(await three(make)).toEqual([201, 201, 429]);
  });

  it('tries of claim codes, by account', async () => {
    const rig = often('claims');
    const [ada, bob] = [await rig.person('ada'), await rig.person('bob')];
    const claim = (token: string) => () =>
      rig.ask('POST', '/v1/cars', { token, body: { claimCode: 'ABCDEFGHJK' } });
    expect(await three(claim(ada))).toEqual([404, 404, 429]);
    expect(await three(claim(bob))).toEqual([404, 404, 429]);
  });

  it('objects', async () => {
    const rig = often('objects');
    const token = await rig.person('ada');
    const path = `/v1/cars/${await rig.carOf(token)}/revocation-lists`;
    const leave = () => rig.ask('POST', path, { token, body: Uint8Array.of(1) });
    expect(await three(leave)).toEqual([201, 201, 429]);
  });

  it('requests of an address, whatever they are', async () => {
    const rig = often('perAddress');
    expect(await three(() => rig.ask('GET', '/v1/nothing'))).toEqual([404, 404, 429]);
  });

  it('requests by token, and by account over all its tokens', async () => {
    for (const [kind, second] of [
      ['perToken', 200],
      ['perAccount', 429],
    ] as const) {
      const rig = often(kind);
      const [one, two] = [await rig.person('ada'), await rig.login('ada')];
      expect(await three(() => rig.ask('GET', '/v1/cars', { token: one }))).toEqual([
        200, 200, 429,
      ]);
      expect((await rig.ask('GET', '/v1/cars', { token: two })).status).toBe(second);
    }
  });
});

describe('bodies', () => {
  it('have a bound, and say how long they are', async () => {
    const rig = new Rig();
    const body = JSON.stringify({ name: 'ada', password: 'correct horse' });
    const padded = `${body}${' '.repeat(LIMITS.jsonBytes - body.length)}`;
    const make = (each: string, headers = {}) =>
      rig.ask('POST', '/v1/accounts', { body: each, headers });
    expect((await make(padded)).status).toBe(201);
    expect(await make(`${padded} `)).toMatchObject({ status: 413, body: { code: 'too-large' } });
    expect(await make(body, { 'transfer-encoding': 'chunked' })).toMatchObject({
      status: 411,
      body: { code: 'length-required' },
    });
  });
});

describe('time', () => {
  it('is bounded for an answer, where the database hangs', async () => {
    const rig = new Rig();
    const token = await rig.person('ada');
    rig.store.before = () => new Promise(() => undefined);
    const asked = rig.ask('GET', '/v1/cars', { token });
    await rig.clock.advance(LIMITS.answerMs);
    expect(await asked).toMatchObject({ status: 503, body: { code: 'too-slow' } });
    expect(rig.clock.pending).toBe(0);
  });
});

describe('passwords', () => {
  const passwords = () => new Passwords(1, seededRandom('passwords'));

  it('match themselves alone, each with a salt of its own', async () => {
    const some = passwords();
    const hash = await some.hash('grüße');
    expect(await some.hash('grüße')).not.toBe(hash);
    expect(await some.matches('grüße', hash)).toBe(true);
    // The same letters, as another keyboard writes them.
    expect(await some.matches('gru\u0308ße', hash)).toBe(true);
    expect(await some.matches('grusse', hash)).toBe(false);
    expect(await some.matches('', undefined)).toBe(false);
    expect(await some.matches('grüße', 'plain')).toBe(false);
  });

  it('of an earlier cost still match', async () => {
    const hash = await new Passwords(2, seededRandom('earlier')).hash('correct horse');
    expect(await passwords().matches('correct horse', hash)).toBe(true);
  });

  it('are hashed for unknown names, too, and so many at a time', async () => {
    const some = passwords();
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, () => some.matches('correct horse', undefined)),
    );
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(12);
    expect(refused[0]).toMatchObject({ reason: REFUSED });
    expect(await some.matches('correct horse', undefined)).toBe(false);
  });
});
