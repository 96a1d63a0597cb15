import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { NewObject, StoredObject } from '../../store/store.js';
import { notFound, Refusal } from '../refusal.js';
import type { Service } from '../service.js';
import { LIMITS } from '../limits.js';
import { allows, membershipOf } from './access.js';
import { bodyBytes } from './bytes.js';
import type { CloudContext, CloudEnv } from './env.js';
import {
  AccountName,
  answers,
  bytes,
  BYTES_BODY,
  CarId,
  DONE,
  jsonBody,
  OpaqueId,
  refusals,
  Time,
} from './schemas.js';

const Base64 = z.string().openapi({ format: 'byte' });
const ObjectId = z.object({ id: OpaqueId });

const leaveList = createRoute({
  method: 'post',
  path: '/v1/cars/{car}/revocation-lists',
  summary: 'Leaves a part of a revocation list for the car, which is given it until it has it',
  ...allows('share', 'objectBytes'),
  request: { params: z.object({ car: CarId }), ...BYTES_BODY },
  responses: { 201: answers('The object', ObjectId), ...refusals(400, 401, 403, 404, 409) },
});

const readLists = createRoute({
  method: 'get',
  path: '/v1/cars/{car}/revocation-lists',
  summary: 'Revocation lists of the car, oldest first, for phones that carry them by Bluetooth',
  ...allows('share'),
  request: { params: z.object({ car: CarId }) },
  responses: {
    200: answers(
      'The lists',
      z.object({ objects: z.array(z.object({ id: OpaqueId, bytes: Base64, createdAt: Time })) }),
    ),
    ...refusals(400, 401, 403, 404),
  },
});

const leaveGrant = createRoute({
  method: 'post',
  path: '/v1/grants',
  summary: 'Leaves a grant for an account, from a member of the car',
  ...allows('share', 'grantBytes'),
  request: jsonBody(
    // The exact bound is a limit of the service; this one is for the document.
    z.object({ car: CarId, account: AccountName, bytes: bytes(LIMITS.objectBytes) }),
  ),
  responses: { 201: answers('The object', ObjectId), ...refusals(400, 401, 403, 404, 409) },
});

const readGrants = createRoute({
  method: 'get',
  path: '/v1/grants',
  summary: 'Grants that wait for the account, oldest first',
  ...allows('share'),
  responses: {
    200: answers(
      'The grants',
      z.object({
        objects: z.array(z.object({ id: OpaqueId, car: CarId, bytes: Base64, createdAt: Time })),
      }),
    ),
    ...refusals(401, 403),
  },
});

const takeGrant = createRoute({
  method: 'delete',
  path: '/v1/grants/{id}',
  summary: 'The phone has the grant: it waits no more',
  ...allows('share'),
  request: { params: ObjectId },
  responses: { ...DONE, ...refusals(400, 401, 403, 404) },
});

const base64 = (each: StoredObject): string => Buffer.from(each.bytes).toString('base64');

export const addObjects = (app: OpenAPIHono<CloudEnv>): void => {
  app.openapi(leaveList, async (c) => {
    const { store, cars } = c.var.service;
    const { car } = c.req.valid('param');
    await membershipOf(c, car);
    const id = await leave(
      c,
      { kind: 'revocation-list', recipient: { car }, car, bytes: await bodyBytes(c) },
      await store.objectsForCar(car),
    );
    cars.left(car);
    return c.json({ id }, 201);
  });

  app.openapi(readLists, async (c) => {
    const { car } = c.req.valid('param');
    await membershipOf(c, car);
    const objects = await c.var.service.store.revocationListsOf(car);
    const told = objects.map((each) => ({
      id: each.id,
      bytes: base64(each),
      createdAt: each.createdAt.toISOString(),
    }));
    return c.json({ objects: told }, 200);
  });

  app.openapi(leaveGrant, async (c) => {
    const { store } = c.var.service;
    const { car, account: name, bytes: grant } = c.req.valid('json');
    await membershipOf(c, car);
    const account = (await store.accountNamed(name))?.id;
    if (account === undefined) throw notFound('account');
    const id = await leave(
      c,
      { kind: 'grant', recipient: { account }, car, bytes: grant },
      await waitingGrants(c.var.service, account),
    );
    return c.json({ id }, 201);
  });

  app.openapi(readGrants, async (c) => {
    const objects = await waitingGrants(c.var.service, c.var.token.account);
    const told = objects.map((each) => ({
      id: each.id,
      car: each.car,
      bytes: base64(each),
      createdAt: each.createdAt.toISOString(),
    }));
    return c.json({ objects: told }, 200);
  });

  app.openapi(takeGrant, async (c) => {
    const { account } = c.var.token;
    const { id } = c.req.valid('param');
    if (!(await c.var.service.store.confirmObject(id, { account }))) throw notFound('grant');
    return c.body(null, 204);
  });
};

const waitingGrants = async (
  { store }: Service,
  account: string,
): Promise<readonly StoredObject[]> =>
  (await store.grantsFor(account)).filter(({ confirmedAt }) => confirmedAt === undefined);

/** One sender cannot take all the room that a recipient has. */
const leave = async (
  c: CloudContext,
  object: Omit<NewObject, 'sender'>,
  waiting: readonly StoredObject[],
): Promise<string> => {
  const { store, rates, limits } = c.var.service;
  const { account: sender } = c.var.token;
  rates.take('objects', limits.objects, sender);
  if (object.bytes.length === 0) throw new Refusal(400, 'malformed', 'the object is empty');
  if (object.bytes.length > limits.objectBytes) {
    throw new Refusal(
      413,
      'too-large',
      `an object has at most ${String(limits.objectBytes)} bytes`,
    );
  }
  if (waiting.filter((each) => each.sender === sender).length >= limits.objectsWaiting) {
    throw new Refusal(409, 'too-many-wait', 'too many of yours wait there already');
  }
  return (await store.keepObject({ ...object, sender })).id;
};
