import { describe, expect, it } from '@jest/globals';
import { CloudClient, registerCar } from '../../../lib/cloud/index.js';
import { errorWith } from '../../support/errors.js';
import { clientOf, json, nothing, stream, TOKEN, URL } from './fake-fetch.js';
import type { Asked } from './fake-fetch.js';

const TIME = '2026-11-30T12:00:00.000Z';

const ANSWERS = {
  listed: { id: 't1', scopes: ['command'], expiresAt: TIME, label: null },
  car: {
    id: 'c1',
    name: 'Blue',
    membership: 'owner',
    online: true,
    advertises: [{ uuid: '9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10', data: '01ab' }],
  },
  object: { id: 'o1', bytes: 'AQI=', createdAt: TIME, car: 'c1' },
  entry: {
    id: 'l1',
    at: TIME,
    account: 'ada',
    kind: 'command',
    command: 'unlock',
    commandId: '0102030405060708',
    outcome: 'done',
  },
};

type Calls = readonly (readonly [
  string,
  (client: CloudClient) => Promise<unknown>,
  string,
  unknown,
  unknown,
  unknown,
])[];

/** What is called; the request; its body, the answer, and what the caller gets. */
const CALLS: Calls = [
  ['health', (c) => c.health(), 'GET /v1/health', undefined, { status: 'ok' }, { status: 'ok' }],
  [
    'createAccount',
    (c) => c.createAccount({ name: 'ada', password: 'p' }),
    'POST /v1/accounts',
    { name: 'ada', password: 'p' },
    { name: 'ada' },
    undefined,
  ],
  [
    'createToken',
    (c) =>
      c.createToken(
        { name: 'ada', password: 'p' },
        { scopes: ['command'], expiresInSeconds: 60, label: 'phone' },
      ),
    'POST /v1/tokens',
    { name: 'ada', password: 'p', scopes: ['command'], expiresInSeconds: 60, label: 'phone' },
    { ...ANSWERS.listed, token: 'secret-secret', more: 1 },
    { ...ANSWERS.listed, token: 'secret-secret', label: undefined },
  ],
  [
    'tokens',
    (c) => c.tokens(),
    'GET /v1/tokens',
    undefined,
    { tokens: [ANSWERS.listed] },
    [{ ...ANSWERS.listed, label: undefined }],
  ],
  [
    'deleteToken',
    (c) => c.deleteToken('current'),
    'DELETE /v1/tokens/current',
    undefined,
    null,
    undefined,
  ],
  [
    'claimCar',
    (c) => c.claimCar('AB-12'),
    'POST /v1/cars',
    { claimCode: 'AB-12' },
    { id: 'c1', name: 'Blue' },
    { id: 'c1', name: 'Blue' },
  ],
  ['cars', (c) => c.cars(), 'GET /v1/cars', undefined, { cars: [ANSWERS.car] }, [ANSWERS.car]],
  ['removeCar', (c) => c.removeCar('c1'), 'DELETE /v1/cars/c1', undefined, null, undefined],
  [
    'addMember',
    (c) => c.addMember('c1', 'b.b'),
    'PUT /v1/cars/c1/members/b.b',
    undefined,
    null,
    undefined,
  ],
  [
    'removeMember',
    (c) => c.removeMember('c1', 'bob'),
    'DELETE /v1/cars/c1/members/bob',
    undefined,
    null,
    undefined,
  ],
  [
    'commands',
    (c) => c.commands('c1', { before: 'l9', limit: 5 }),
    'GET /v1/cars/c1/commands?before=l9&limit=5',
    undefined,
    { commands: [ANSWERS.entry] },
    [ANSWERS.entry],
  ],
  [
    'sendRevocationList',
    (c) => c.sendRevocationList('c1', Uint8Array.of(1, 2)),
    'POST /v1/cars/c1/revocation-lists',
    Uint8Array.of(1, 2),
    { id: 'o1' },
    'o1',
  ],
  [
    'revocationLists',
    (c) => c.revocationLists('c1'),
    'GET /v1/cars/c1/revocation-lists',
    undefined,
    { objects: [{ ...ANSWERS.object, car: undefined }] },
    [{ ...ANSWERS.object, car: undefined, bytes: Uint8Array.of(1, 2) }],
  ],
  [
    'giveGrant',
    (c) => c.giveGrant({ car: 'c1', account: 'bob', bytes: Uint8Array.of(1, 2) }),
    'POST /v1/grants',
    { car: 'c1', account: 'bob', bytes: 'AQI=' },
    { id: 'o1' },
    'o1',
  ],
  [
    'grants',
    (c) => c.grants(),
    'GET /v1/grants',
    undefined,
    { objects: [ANSWERS.object] },
    [{ ...ANSWERS.object, bytes: Uint8Array.of(1, 2) }],
  ],
  ['deleteGrant', (c) => c.deleteGrant('o1'), 'DELETE /v1/grants/o1', undefined, null, undefined],
];

describe('a client of a cloud', () => {
  it.each(CALLS)('asks what its API says: %s', async (_, call, request, body, answer, result) => {
    const { client, asked, clock } = clientOf(() => (answer === null ? nothing() : json(answer)));
    expect(await call(client)).toEqual(result);
    const [{ url, init }] = asked as [Asked];
    expect(`${String(init.method)} ${url}`).toBe(request.replace(' ', ` ${URL}`));
    expect(init).toMatchObject({ redirect: 'manual', credentials: 'omit' });
    const isBytes = body instanceof Uint8Array;
    const headers = {
      ...(body !== undefined && {
        'content-type': isBytes ? 'application/octet-stream' : 'application/json',
      }),
      authorization: `Bearer ${TOKEN}`,
    };
    expect(init.headers).toEqual(headers);
    const sent: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    expect(sent).toEqual(body);
    expect(clock.pending).toBe(0);
  });

  it.each(CALLS.filter(([, , , , answer]) => answer !== null))(
    'takes no answer that is another one: %s',
    async (name, call, _, __, answer) => {
      if (name === 'createAccount') return; // whose answer says nothing
      for (const wrong of ['', '[]', '"x"', '{', JSON.stringify({ x: 1 }).repeat(2)]) {
        const { client } = clientOf(() => new Response(wrong));
        await expect(call(client)).rejects.toEqual(errorWith('cloud.malformed'));
      }
      if (name === 'health') return; // which may say anything
      for (const wrong of mutations(answer)) {
        const { client } = clientOf(() => json(wrong));
        await expect(call(client)).rejects.toEqual(errorWith('cloud.malformed'));
      }
    },
  );

  it('registers a car, which has no token', async () => {
    const answer = {
      car: 'c1',
      secret: 'secret-secret',
      claimCode: 'AB-12',
      claimExpiresAt: TIME,
      brokerUrl: 'mqtts://b.example:8883',
    };
    const { asked, fetch } = clientOf(() => json(answer));
    expect(await registerCar({ url: URL, fetch }, 'Blue')).toEqual(answer);
    expect(asked[0]).toMatchObject({
      url: `${URL}/v1/car-registrations`,
      init: { method: 'POST', headers: { 'content-type': 'application/json' } },
    });
  });

  it.each([
    [400, 'usage.invalid'],
    [401, 'cloud.logged-out'],
    [403, 'cloud.not-permitted'],
    [404, 'cloud.not-permitted'],
    [409, 'cloud.conflict'],
    [413, 'usage.invalid'],
    [418, 'cloud.malformed'],
    [422, 'usage.invalid'],
    [429, 'cloud.limited'],
    [500, 'cloud.failed'],
    [503, 'cloud.failed'],
    [599, 'cloud.failed'],
    [301, 'cloud.malformed'],
    [307, 'cloud.malformed'],
  ] as const)('says by a code what %i means: %s', async (status, code) => {
    for (const told of [
      '',
      'nonsense',
      JSON.stringify({ code: 'x', message: 'no\u001b[2J room' }),
    ]) {
      const { client, clock } = clientOf(
        () => new Response(told, { status, headers: { location: 'https://evil.example/' } }),
      );
      const error: unknown = await client.cars().catch((each: unknown) => each);
      expect(error).toEqual(errorWith(code));
      expect(String(error)).not.toContain('\u001b');
      if (told.startsWith('{') && status >= 400)
        expect(String(error)).toContain('no\ufffd[2J room');
      expect(clock.pending).toBe(0);
    }
  });

  it('says that a car is away, and how long to wait', async () => {
    const away = clientOf(() => json({ code: 'car-offline', message: 'x' }, 409)).client;
    await expect(away.cars()).rejects.toEqual(errorWith('cloud.car-offline'));
    for (const [after, hint] of [
      ['30', 'Wait 30 s and try again.'],
      ['99999999', 'Wait a minute and try again.'],
      ['soon', 'Wait a minute and try again.'],
    ] as const) {
      const { client } = clientOf(
        () => new Response('', { status: 429, headers: { 'retry-after': after } }),
      );
      await expect(client.cars()).rejects.toMatchObject({ code: 'cloud.limited', hint });
    }
  });

  it.each([
    ['ENOTFOUND', 'the name of the cloud does not resolve: cloud.example'],
    ['EAI_AGAIN', 'the name of the cloud does not resolve: cloud.example'],
    ['ECONNREFUSED', 'the cloud takes no connections: cloud.example'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'the certificate of the cloud cannot be trusted: cloud.example',
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'the certificate of the cloud cannot be trusted: cloud.example',
    ],
    [TOKEN, 'the cloud cannot be reached: cloud.example'],
  ])('says why there was no answer, and nothing else of it: %s', async (code, message) => {
    const { client } = clientOf(async () => {
      const cause = Object.assign(new Error(`with ${TOKEN}`), { code });
      throw new TypeError(`fetch failed for ${TOKEN}`, { cause });
    });
    const error: unknown = await client.cars().catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'cloud.unreachable', message, temporary: true });
    expect((error as Error).cause).toBeUndefined();
  });

  it('waits for 10 s, or as long as it was told, for all of an answer', async () => {
    const never = () => new Promise<Response>(() => undefined);
    for (const [options, call, ms] of [
      [{}, {}, 10_000],
      [{ timeoutMs: 3_000 }, {}, 3_000],
      [{ timeoutMs: 3_000 }, { timeoutMs: 70 }, 70],
    ] as const) {
      for (const answer of [never, () => stream().response()]) {
        const { client, clock, asked } = clientOf(answer, options);
        const failed = client.cars(call).catch((error: unknown) => error);
        await clock.advance(ms - 1);
        expect(asked[0]?.init.signal?.aborted).toBe(false);
        await clock.advance(1);
        expect(await failed).toEqual(errorWith('cloud.timeout'));
        expect([clock.pending, asked[0]?.init.signal?.aborted]).toEqual([0, true]);
      }
    }
  });

  it('is called off by a signal, before and while it waits', async () => {
    const why = new Error('enough');
    const { client, asked, clock } = clientOf(() => new Promise<Response>(() => undefined));
    const before = client.cars({ signal: AbortSignal.abort(why) });
    await expect(before).rejects.toMatchObject({ code: 'interrupted', cause: why });
    expect(asked).toEqual([]);
    const stop = new AbortController();
    const meanwhile = client.cars({ signal: stop.signal });
    stop.abort(why);
    await expect(meanwhile).rejects.toMatchObject({ code: 'interrupted', cause: why });
    expect([clock.pending, asked[0]?.init.signal?.aborted]).toEqual([0, true]);
  });

  it('takes no more than a mebibyte', async () => {
    let given = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const { client } = clientOf(() => new Response(body));
    await expect(client.cars()).rejects.toEqual(errorWith('cloud.malformed'));
    expect(given).toBeLessThan(24);
  });

  it.each([
    ['http://cloud.example', {}],
    ['http://127.0.0.1.example.com', {}],
    ['http://localhost.example.com', {}],
    ['http://0x7f.1@cloud.example/', {}],
    ['ftp://localhost', {}],
    ['cloud.example', {}],
    ['https://ada:pa55@cloud.example', {}],
    ['https://cloud.example?x', {}],
    ['https://cloud.example#x', {}],
    [URL, { token: '' }],
    [URL, { token: 'has a space' }],
    [URL, { token: `${TOKEN}\r\nX: y` }],
    [URL, { timeoutMs: -1 }],
    [URL, { fetch: 5 }],
  ])('does not go to %s %j', (url, options) => {
    const make = (): unknown => new CloudClient({ url, token: TOKEN, ...options } as never);
    expect(make).toThrow(errorWith('usage.invalid'));
    expect(make).not.toThrow(/pa55|has a space|token-that/);
  });

  it.each([
    ['http://localhost:8420', {}, 'http://localhost:8420'],
    ['http://cloud.localhost/', {}, 'http://cloud.localhost'],
    ['http://127.9.9.9:80', {}, 'http://127.9.9.9'],
    ['http://[::1]:8420/', {}, 'http://[::1]:8420'],
    ['http://cloud.example:8420', { allowPlain: true }, 'http://cloud.example:8420'],
    ['https://cloud.example/a/b//', {}, 'https://cloud.example/a/b'],
  ])('goes to %s %j', async (url, options, base) => {
    const { client, asked } = clientOf(() => json({ cars: [] }), { url, ...options });
    await client.cars();
    expect(asked[0]?.url).toBe(`${base}/v1/cars`);
  });

  it.each<[string, (client: CloudClient) => Promise<unknown>]>([
    ['a car', (c) => c.removeCar('../tokens/current')],
    ['an empty car', (c) => c.removeCar('')],
    ['a token', (c) => c.deleteToken('a/b')],
    ['a line', (c) => c.commands('c1', { before: 'x&limit=200' })],
    ['an account', (c) => c.addMember('c1', 'Ada')],
    ['an account of dots', (c) => c.addMember('c1', '..')],
  ])('asks nothing for what is no name of %s', async (_, call) => {
    const { client, asked } = clientOf(nothing);
    const called = async (): Promise<unknown> => call(client);
    await expect(called()).rejects.toEqual(errorWith('usage.invalid'));
    expect(asked).toEqual([]);
  });
});

/** What each field of an answer could be instead. */
function* mutations(answer: unknown): Generator {
  for (const [name, value] of Object.entries(answer as Readonly<Record<string, unknown>>)) {
    if (name === 'more' || value === null || value === undefined) continue;
    const others = [5, {}, '\u0001'.repeat(600), Array.isArray(value) ? [5] : ['x'], undefined];
    const free = ['label', 'account', 'command', 'outcome', 'car', 'commandId'].includes(name);
    for (const other of others) {
      if (free && other === undefined) continue;
      yield { ...(answer as object), [name]: other };
    }
    if (!Array.isArray(value)) continue;
    const [first] = value as unknown[];
    if (typeof first !== 'object') continue;
    for (const each of mutations(first)) yield { [name]: [first, each] };
  }
}
