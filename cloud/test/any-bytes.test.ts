import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Rig } from './support/rig.js';

const RUNS = { numRuns: 100 };

let rig: Rig;
let token: string;
let car: string;
let paths: string[];

beforeAll(async () => {
  rig = new Rig();
  token = await rig.person('ada');
  car = await rig.carOf(token);
  const document = (await rig.ask('GET', '/v1/openapi.json')).body as { paths: object };
  paths = Object.keys(document.paths);
});

const isFine = async (response: Response): Promise<boolean> => {
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  if (isStream) await response.body?.cancel();
  else await response.arrayBuffer();
  return response.status < 500;
};
const fine = async (asking: Promise<Response>): Promise<void> => {
  expect(await isFine(await asking)).toBe(true);
};

const segment = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', '..', '%00', '%zz', '{car}'),
);

describe('whatever a client sends', () => {
  it('as a body, is answered without a 5xx', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom('POST', 'PUT', 'DELETE'),
        fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.json()),
        fc.constantFrom(
          'application/json',
          'application/octet-stream',
          'text/plain',
          'multipart/form-data',
          '',
        ),
        async (which, method, body, type) => {
          const path = paths[which % paths.length]!.replace('{car}', car).replace(
            /\{.*?\}/,
            '0'.repeat(16),
          );
          if (method === 'DELETE' && path === `/v1/cars/${car}`) return;
          await fine(rig.request(method, path, { token, body, headers: { 'content-type': type } }));
        },
      ),
      RUNS,
    ));

  it('as an object with the right names, is answered without a 5xx', () => {
    const value = fc.oneof(fc.anything(), fc.string(), fc.constantFrom(car, 'ada'));
    const names = [
      'name',
      'password',
      'scopes',
      'expiresInSeconds',
      'label',
      'claimCode',
      'car',
      'account',
      'bytes',
      '__proto__',
    ];
    const body = fc.dictionary(fc.constantFrom(...names), value).filter((each) => isJson(each));
    const posts = ['/v1/accounts', '/v1/tokens', '/v1/car-registrations', '/v1/cars', '/v1/grants'];
    return fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), body, async (path, each) => {
        await fine(rig.request('POST', path, { token, body: each }));
      }),
      RUNS,
    );
  });

  it('as a path, a query or a token, is answered without a 5xx', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 5 }),
        fc.string(),
        fc.stringMatching(/^[ -~]*$/),
        async (segments, query, bearer) => {
          const path = `/v1/${segments.map((each) => (isText(each) ? encodeURIComponent(each) : 'x')).join('/')}`;
          for (const each of [
            path,
            `/v1/cars/${car}/commands?${encodeURI(isText(query) ? query : '')}`,
          ]) {
            await fine(rig.request('GET', each, { token }));
            await fine(rig.request('GET', each, { token: bearer }));
            await fine(
              rig.request('GET', each, {
                headers: { authorization: bearer, 'last-event-id': bearer },
              }),
            );
          }
        },
      ),
      RUNS,
    ));

  it('nor what a car says makes it throw', () =>
    fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[0-9a-f]{16}$/),
        fc.uint8Array({ maxLength: 2000 }),
        fc.string(),
        async (link, frame, text) => {
          rig.broker.onCar(car, { type: 'frame', link, frame });
          rig.broker.onCar(text, { type: 'frame', link, frame });
          rig.broker.onCar(text, { type: 'confirm', object: text });
          rig.broker.onCar(text, { type: 'presence', presence: { online: true, advertises: [] } });
          rig.broker.onCar(text, { type: 'presence', presence: { online: false } });
          rig.broker.onCar(text, {
            type: 'report',
            report: { report: text, link, command: text, outcome: text },
          });
          await rig.service.cars.settled();
        },
      ),
      RUNS,
    ));
});

const isText = (text: string): boolean => !/\p{Surrogate}/u.test(text);
const isJson = (value: unknown): boolean => {
  try {
    return typeof JSON.stringify(value) === 'string';
  } catch {
    return false;
  }
};
