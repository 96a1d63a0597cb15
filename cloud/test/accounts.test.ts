import { beforeEach, describe, expect, it } from '@jest/globals';
import { sha256 } from '../service/secrets.js';
import { PASSWORD, Rig } from './support/rig.js';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

const ada = { name: 'ada', password: PASSWORD };

describe('accounts', () => {
  it('are made once, and keep no password', async () => {
    expect(await rig.ask('POST', '/v1/accounts', { body: ada })).toMatchObject({
      status: 201,
      body: { name: 'ada' },
    });
    expect(await rig.ask('POST', '/v1/accounts', { body: ada })).toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
    });
    expect(rig.store.accounts).toHaveLength(1);
    expect(JSON.stringify(rig.store.accounts)).not.toContain(PASSWORD);
  });

  it.each([
    ['no password', { name: 'ada' }],
    ['a short password', { name: 'ada', password: '1234567' }],
    ['an endless password', { name: 'ada', password: 'x'.repeat(201) }],
    ['a name with capitals', { ...ada, name: 'Ada' }],
    ['a long name', { ...ada, name: 'a'.repeat(65) }],
    ['no JSON', '{'],
    ['a list', []],
    ['null', null],
  ])('are refused with %s', async (_, body) => {
    expect(await rig.ask('POST', '/v1/accounts', { body })).toMatchObject({
      status: 400,
      body: { code: 'malformed' },
    });
    expect(rig.store.accounts).toEqual([]);
  });

  it('are not made by a form of a web page', async () => {
    const headers = { 'content-type': 'text/plain' };
    const { status } = await rig.ask('POST', '/v1/accounts', {
      body: JSON.stringify(ada),
      headers,
    });
    expect(status).toBe(400);
  });
});

describe('tokens', () => {
  beforeEach(() => rig.account('ada'));

  it('are shown once, and kept as a hash', async () => {
    const { status, body } = await rig.ask('POST', '/v1/tokens', {
      body: { ...ada, label: 'phone' },
    });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^pkc_[A-Za-z0-9_-]{43}$/);
    expect(rig.store.tokens[0]).toMatchObject({
      label: 'phone',
      hash: sha256(body.token as string),
    });
    expect(new Date(body.expiresAt as string).getTime() - rig.service.now().getTime()).toBe(
      30 * 86_400_000,
    );
    const list = await rig.ask('GET', '/v1/tokens', { token: body.token as string });
    expect(list.body.tokens).toMatchObject([{ id: body.id, label: 'phone' }]);
    expect(JSON.stringify(list.body)).not.toContain(body.token);
  });

  it.each([
    ['a wrong password', { name: 'ada', password: 'correct horsf' }],
    ['an unknown name', { name: 'bob', password: PASSWORD }],
  ])('are not given for %s, in the same words', async (_, body) => {
    expect(await rig.ask('POST', '/v1/tokens', { body })).toMatchObject({
      status: 401,
      body: { code: 'wrong-password', message: 'the name or the password is wrong' },
    });
    expect(rig.store.tokens).toEqual([]);
  });

  it('end after their time', async () => {
    const { body } = await rig.ask('POST', '/v1/tokens', {
      body: { ...ada, expiresInSeconds: 60 },
    });
    const token = body.token as string;
    await rig.clock.advance(59_999);
    expect((await rig.ask('GET', '/v1/cars', { token })).status).toBe(200);
    await rig.clock.advance(1);
    expect((await rig.ask('GET', '/v1/cars', { token })).status).toBe(401);
  });

  it('end when logged out, by themselves with any scope', async () => {
    const token = await rig.login('ada', ['log']);
    expect((await rig.ask('DELETE', '/v1/tokens/current', { token })).status).toBe(204);
    const after = await rig.ask('DELETE', '/v1/tokens/current', { token });
    expect(after.status).toBe(401);
    expect(after.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('end others only with the scope account, and none of another account', async () => {
    const token = await rig.login('ada');
    const narrow = await rig.login('ada', ['cars', 'log']);
    const [first, second] = rig.store.tokens.map(({ id }) => id);
    const other = await rig.person('bob');
    const end = (by: string, id: string) => rig.ask('DELETE', `/v1/tokens/${id}`, { token: by });
    expect((await end(narrow, first!)).status).toBe(403);
    expect((await end(other, first!)).status).toBe(404);
    expect((await end(token, second!)).status).toBe(204);
    expect((await rig.ask('GET', '/v1/cars', { token: narrow })).status).toBe(401);
    expect((await rig.ask('GET', '/v1/cars', { token })).status).toBe(200);
  });

  it('are taken from the header alone', async () => {
    const token = await rig.login('ada');
    for (const path of [`/v1/cars?token=${token}`, `/v1/cars?access_token=${token}`]) {
      expect((await rig.ask('GET', path)).status).toBe(401);
    }
    for (const authorization of [
      token,
      `Basic ${token}`,
      'Bearer',
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
    ]) {
      expect((await rig.ask('GET', '/v1/cars', { headers: { authorization } })).status).toBe(401);
    }
  });
});

describe('what is logged', () => {
  it('has no secret, however a client puts it', async () => {
    const token = await rig.person('ada');
    const { secret, claimCode } = await rig.register();
    await rig.ask('POST', '/v1/cars', { token, body: { claimCode } });
    await rig.ask('GET', `/v1/cars?token=${token}`, { token });
    await rig.ask('GET', `/v1/links/${token}`, { token });
    await rig.ask('DELETE', `/v1/tokens/${token}`, { token });
    await rig.ask('POST', '/v1/accounts', { body: { name: token, password: PASSWORD } });
    rig.store.before = () => Promise.reject(new Error(`no ${token} ${PASSWORD}`));
    expect((await rig.ask('GET', '/v1/cars', { token })).status).toBe(500);
    const log = rig.lines.join('\n');
    expect(log).toContain('request');
    expect(log).toContain('a request failed');
    for (const each of [token, secret, claimCode, PASSWORD]) expect(log).not.toContain(each);
  });
});
