import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { notFound, Refusal } from '../refusal.js';
import { hex, newCarSecret, newClaimCode, plainClaimCode, sha256 } from '../secrets.js';
import type { Service } from '../service.js';
import { addressOf, allows, membershipOf } from './access.js';
import type { CloudContext, CloudEnv } from './env.js';
import {
  AccountName,
  answers,
  CarId,
  CarName,
  ClaimCode,
  DONE,
  jsonBody,
  refusals,
  Time,
} from './schemas.js';

const CLAIM_MS = 15 * 60_000;

const Advertisement = z.object({ uuid: z.string(), data: z.string() });
const CarInfo = z
  .object({
    id: CarId,
    name: z.string(),
    membership: z.enum(['owner', 'member']),
    online: z.boolean(),
    advertises: z.array(Advertisement),
  })
  .openapi('Car');

const registerCar = createRoute({
  method: 'post',
  path: '/v1/car-registrations',
  summary:
    'Called by a car, once: what it connects with, and a code with which its owner claims it',
  ...allows('everybody'),
  request: jsonBody(z.object({ name: CarName })),
  responses: {
    201: answers(
      'The car, its secret (shown this once), and the code',
      z.object({
        car: CarId,
        secret: z.string(),
        claimCode: z.string().openapi({ example: 'ABCDE-FGHJK' }),
        claimExpiresAt: Time,
        brokerUrl: z.string(),
      }),
    ),
    ...refusals(400),
  },
});

const claimCar = createRoute({
  method: 'post',
  path: '/v1/cars',
  summary: 'Claims the car that shows this code',
  ...allows('cars'),
  request: jsonBody(z.object({ claimCode: ClaimCode })),
  responses: {
    201: answers('The car', z.object({ id: CarId, name: z.string() })),
    ...refusals(400, 401, 403, 404),
  },
});

const listCars = createRoute({
  method: 'get',
  path: '/v1/cars',
  summary: 'Cars that the account owns or is a member of, and what they advertise now',
  ...allows('cars'),
  responses: {
    200: answers('The cars', z.object({ cars: z.array(CarInfo) })),
    ...refusals(401, 403),
  },
});

const OneCar = { params: z.object({ car: CarId }) };
const OneMember = { params: z.object({ car: CarId, name: AccountName }) };

const removeCar = createRoute({
  method: 'delete',
  path: '/v1/cars/{car}',
  summary: 'Gives the car up, with its members, log and objects',
  ...allows('cars'),
  request: OneCar,
  responses: { ...DONE, ...refusals(400, 401, 403, 404) },
});

const addMember = createRoute({
  method: 'put',
  path: '/v1/cars/{car}/members/{name}',
  summary:
    'Lets an account open links to the car; what it may do there, the car decides by its key',
  ...allows('cars'),
  request: OneMember,
  responses: { ...DONE, ...refusals(400, 401, 403, 404, 409) },
});

const removeMember = createRoute({
  method: 'delete',
  path: '/v1/cars/{car}/members/{name}',
  summary: "Takes that back. A member may leave; the others are the owner's to remove",
  ...allows('cars'),
  request: OneMember,
  responses: { ...DONE, ...refusals(400, 401, 403, 404) },
});

export const addCars = (app: OpenAPIHono<CloudEnv>): void => {
  app.openapi(registerCar, async (c) => {
    const { rates, limits } = c.var.service;
    rates.take('registrations', limits.registrations, addressOf(c));
    return c.json(await register(c.var.service, c.req.valid('json').name), 201);
  });

  app.openapi(claimCar, async (c) => {
    const { store, rates, limits, events, now } = c.var.service;
    const { account } = c.var.token;
    rates.take('claims', limits.claims, account);
    const { claimCode } = c.req.valid('json');
    const car = await store.claimCar(sha256(claimCode), account, now());
    if (car === undefined) {
      throw new Refusal(404, 'no-such-code', 'no car waits with that code; it may have expired');
    }
    events.membershipsChanged();
    return c.json({ id: car.id, name: car.name }, 201);
  });

  app.openapi(listCars, async (c) => {
    const { store, cars } = c.var.service;
    const own = await store.carsOf(c.var.token.account);
    const told = own.map(({ id, name, membership }) => {
      const presence = cars.presenceOf(id);
      const { online } = presence;
      return { id, name, membership, online, advertises: online ? [...presence.advertises] : [] };
    });
    return c.json({ cars: told }, 200);
  });

  app.openapi(removeCar, async (c) => {
    const { store, broker, cars, events } = c.var.service;
    const { car } = c.req.valid('param');
    await membershipOf(c, car, 'owner');
    await store.removeCar(car);
    cars.forget(car);
    events.membershipsChanged();
    // Its secret is gone from the store; a broker with accounts of its own may be away.
    await broker.removeCar(car).catch(() => undefined);
    return c.body(null, 204);
  });

  app.openapi(addMember, async (c) => {
    const { store, events } = c.var.service;
    const { car, name } = c.req.valid('param');
    await membershipOf(c, car, 'owner');
    const account = await accountNamed(c, name);
    if (account === c.var.token.account) {
      throw new Refusal(409, 'is-owner', 'the owner of the car is no member of it');
    }
    await store.setMember(car, account);
    events.membershipsChanged();
    return c.body(null, 204);
  });

  app.openapi(removeMember, async (c) => {
    const { store, links, events } = c.var.service;
    const { car, name } = c.req.valid('param');
    const membership = await membershipOf(c, car);
    const account = await accountNamed(c, name);
    if (account !== c.var.token.account) await membershipOf(c, car, 'owner');
    else if (membership === 'owner') throw notFound('member');
    if (!(await store.removeMember(car, account))) throw notFound('member');
    links.endThose((link) => link.car === car && link.account === account, 'service');
    events.membershipsChanged();
    return c.body(null, 204);
  });
};

const accountNamed = async (c: CloudContext, name: string): Promise<string> => {
  const account = await c.var.service.store.accountNamed(name);
  if (account === undefined) throw notFound('account');
  return account.id;
};

const register = async ({ store, broker, random, now }: Service, name: string) => {
  const car = hex(random(16));
  const secret = newCarSecret(random);
  const claimCode = newClaimCode(random);
  const claimExpiresAt = new Date(now().getTime() + CLAIM_MS);
  await store.registerCar({
    id: car,
    name,
    secretHash: sha256(secret),
    claimHash: sha256(plainClaimCode(claimCode) ?? claimCode),
    claimExpiresAt,
  });
  try {
    await broker.admitCar(car, secret);
  } catch (error) {
    await store.removeCar(car);
    throw error;
  }
  return {
    car,
    secret,
    claimCode,
    claimExpiresAt: claimExpiresAt.toISOString(),
    brokerUrl: broker.carUrl,
  };
};
