import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SCOPES } from '../store/store.js';
import type { Scope } from '../store/store.js';
import { Rig } from './support/rig.js';
import type { Answer } from './support/rig.js';
import { told } from './support/told.js';

/** Who may call what, written down once more: a route that is not here fails the first test. */
const ACCESS: Readonly<Record<string, 'everybody' | 'bearer' | Scope>> = {
  'GET /v1/health': 'everybody',
  'POST /v1/accounts': 'everybody',
  'POST /v1/tokens': 'everybody',
  'GET /v1/tokens': 'account',
  'DELETE /v1/tokens/{id}': 'bearer',
  'POST /v1/car-registrations': 'everybody',
  'POST /v1/cars': 'cars',
  'GET /v1/cars': 'cars',
  'DELETE /v1/cars/{car}': 'cars',
  'PUT /v1/cars/{car}/members/{name}': 'cars',
  'DELETE /v1/cars/{car}/members/{name}': 'cars',
  'POST /v1/cars/{car}/links': 'command',
  'POST /v1/links/{link}': 'command',
  'GET /v1/cars/{car}/commands': 'log',
  'POST /v1/cars/{car}/revocation-lists': 'share',
  'GET /v1/cars/{car}/revocation-lists': 'share',
  'POST /v1/grants': 'share',
  'GET /v1/grants': 'share',
  'DELETE /v1/grants/{id}': 'share',
  'GET /v1/events': 'events',
};
const ROUTES = Object.keys(ACCESS);

interface Names {
  readonly car: string;
  readonly account: string;
  readonly link: string;
  readonly grant: string;
}

const JSON_BODIES: Readonly<Record<string, (names: Names) => object>> = {
  'POST /v1/accounts': () => ({ name: 'new', password: 'correct horse' }),
  'POST /v1/tokens': () => ({ name: 'ada', password: 'correct horse' }),
  'POST /v1/car-registrations': () => ({ name: 'car' }),
  'POST /v1/cars': () => ({ claimCode: 'ABCDE-FGHJK' }),
  'POST /v1/grants': ({ car, account }) => ({ car, account, bytes: 'AAAA' }),
};
const BYTES = ['POST /v1/links/{link}', 'POST /v1/cars/{car}/revocation-lists'];

let rig: Rig;

/** A good request of this route, but for who asks. */
const call = async (route: string, names: Names, token?: string): Promise<Answer> => {
  const [method = '', template = ''] = route.split(' ');
  const path = template
    .replace('{car}', names.car)
    .replace('{name}', names.account)
    .replace('{link}', names.link)
    .replace('{id}', template.includes('tokens') ? 'current' : names.grant);
  const body = BYTES.includes(route) ? Uint8Array.of(1) : JSON_BODIES[route]?.(names);
  const abort = new AbortController();
  const options = {
    signal: abort.signal,
    ...(token !== undefined && { token }),
    ...(body !== undefined && { body }),
  };
  const response = await rig.request(method, path, options);
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  if (isStream) await response.body?.cancel();
  const text = isStream ? '' : await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: told(text),
  };
};

/** Ada owns the car, Bob is a member, Eve is nobody to it. */
const makeNames = async (ada: string): Promise<Names> => {
  const car = await rig.carOf(ada);
  await rig.ask('PUT', `/v1/cars/${car}/members/bob`, { token: ada });
  const stream = await rig.stream('POST', `/v1/cars/${car}/links`, { token: ada });
  const link = await stream.link();
  const body = { car, account: 'ada', bytes: 'BBBB' };
  const grant = (await rig.ask('POST', '/v1/grants', { token: ada, body })).body.id;
  return { car, account: 'bob', link, grant };
};

describe('the table of routes', () => {
  it('is that of the document, with the same scopes', async () => {
    const { paths } = (await new Rig().ask('GET', '/v1/openapi.json')).body;
    const access = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security = [] }]) => {
        const scopes = security[0]?.['bearer'];
        return [
          `${method.toUpperCase()} ${path}`,
          scopes === undefined ? 'everybody' : (scopes[0] ?? 'bearer'),
        ];
      }),
    );
    expect(Object.fromEntries(access)).toEqual(ACCESS);
  });
});

describe('every route', () => {
  let names: Names;
  let ada: string;
  beforeEach(async () => {
    rig = new Rig();
    ada = await rig.person('ada');
    await rig.account('bob');
    names = await makeNames(ada);
  });

  it.each(ROUTES)('%s asks for a token, or for none', async (route) => {
    const bad = ['pkc_' + 'A'.repeat(43), 'x', ''];
    for (const token of [undefined, ...bad]) {
      const { status, body } = await call(route, names, token);
      if (ACCESS[route] === 'everybody') expect(status).toBeLessThan(300 + 200);
      else expect({ status, body }).toMatchObject({ status: 401, body: { code: 'logged-out' } });
      if (ACCESS[route] === 'everybody') expect(status).not.toBe(401);
    }
  });

  it.each(ROUTES)('%s asks for its scope, whatever others a token has', async (route) => {
    const needed = ACCESS[route];
    for (const scope of SCOPES) {
      const without = await rig.login(
        'ada',
        SCOPES.filter((each) => each !== scope),
      );
      const alone = await rig.login('ada', [scope]);
      const [a, b] = [await call(route, names, alone), await call(route, names, without)];
      const isScope = needed !== 'everybody' && needed !== 'bearer';
      expect(a.status === 403 && a.body.code === 'scope').toBe(isScope && scope !== needed);
      expect(b.status === 403 && b.body.code === 'scope').toBe(isScope && scope === needed);
    }
  });

  it('is answered as the table says, for a good token', async () => {
    const statuses: Record<string, number> = {};
    for (const route of ROUTES.filter((each) => !each.startsWith('DELETE /v1/tokens'))) {
      if (route !== 'DELETE /v1/cars/{car}')
        statuses[route] = (await call(route, names, ada)).status;
    }
    const bad = Object.entries(statuses).filter(([, status]) => status >= 300);
    // There is no car with that code, and the name is taken by then or not.
    expect(bad).toEqual([['POST /v1/cars', 404]]);
  });
});

describe('what belongs to others', () => {
  const tokens = new Map<string, string>();
  let all: Names[];

  beforeAll(async () => {
    rig = new Rig();
    for (const name of ['ada', 'bob', 'eve']) tokens.set(name, await rig.person(name));
    all = [];
    for (const owner of ['ada', 'eve']) {
      const token = tokens.get(owner)!;
      const car = await rig.carOf(token);
      const stream = await rig.stream('POST', `/v1/cars/${car}/links`, { token });
      const link = await stream.link();
      const body = { car, account: owner, bytes: 'BBBB' };
      const grant = (await rig.ask('POST', '/v1/grants', { token, body })).body.id;
      all.push({ car, account: 'bob', link, grant });
    }
    await rig.ask('PUT', `/v1/cars/${all[0]!.car}/members/bob`, { token: tokens.get('ada')! });
  });

  const OF_CARS = ROUTES.filter(
    (route) => /\{(car|link|id)\}|grants/.test(route) && !/tokens/.test(route),
  );
  const OWN = new Map([
    ['ada', 0],
    ['eve', 1],
  ]);
  const TELLS_NOTHING = 404;

  it.each(['ada', 'bob', 'eve'].flatMap((name) => [0, 1].map((which) => [name, which] as const)))(
    '%s with the car %d: no route gives what is not hers',
    async (name, which) => {
      if (OWN.get(name) === which) return;
      const isMember = name === 'bob' && which === 0;
      const before = JSON.stringify([
        rig.store.cars,
        [...rig.store.members].map(([car, set]) => [car, [...set]]),
      ]);
      for (const route of OF_CARS) {
        // A list of grants is of the account itself.
        if (route === 'GET /v1/grants') continue;
        // A member may leave, which would end the test.
        if (isMember && route.startsWith('DELETE /v1/cars/{car}/members')) continue;
        const { status } = await call(route, all[which]!, tokens.get(name));
        const mayMember =
          ['POST /v1/cars/{car}/links', 'POST /v1/grants'].includes(route) ||
          /revocation/.test(route);
        if (isMember && mayMember) expect([route, status < 300]).toEqual([route, true]);
        else
          expect([route, status]).toEqual([
            route,
            isMember && route.includes('{car}') ? 403 : TELLS_NOTHING,
          ]);
      }
      const after = JSON.stringify([
        rig.store.cars,
        [...rig.store.members].map(([car, set]) => [car, [...set]]),
      ]);
      expect(after).toBe(before);
    },
  );

  it('is listed to nobody else', async () => {
    for (const [name, token] of tokens) {
      const { body } = await rig.ask('GET', '/v1/cars', { token });
      const expected = name === 'eve' ? [all[1]!.car] : [all[0]!.car];
      expect(body.cars.map(({ id }) => id)).toEqual(expected);
    }
  });
});
