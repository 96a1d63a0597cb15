import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Refusal } from '../refusal.js';
import { hex } from '../secrets.js';
import { allows, membershipOf } from './access.js';
import { bodyBytes } from './bytes.js';
import type { CloudEnv } from './env.js';
import {
  answers,
  BYTES_BODY,
  CarId,
  DONE,
  LinkId,
  OpaqueId,
  refusals,
  STREAM,
  Time,
} from './schemas.js';
import { openStream, streamed } from './streams.js';

const openLink = createRoute({
  method: 'post',
  path: '/v1/cars/{car}/links',
  summary: 'Opens a link to the car; it ends when the request does',
  description:
    'Events: `opened` with the link, then `frame` for each frame of the car (base64), at the end `closed` with a reason: ' +
    '`car` (it ended the link), `offline` (it went away) or `service`.',
  ...allows('command'),
  request: { params: z.object({ car: CarId }) },
  responses: { 200: STREAM, ...refusals(400, 401, 403, 404, 409) },
});

const sendFrame = createRoute({
  method: 'post',
  path: '/v1/links/{link}',
  summary: 'Sends the car one frame; an empty one ends the link',
  ...allows('command', 'frameBytes'),
  request: { params: z.object({ link: LinkId }), ...BYTES_BODY },
  responses: { ...DONE, ...refusals(400, 401, 403, 404) },
});

const LogPage = z.object({
  before: OpaqueId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const LogLine = z
  .object({
    id: OpaqueId,
    at: Time,
    /** The name of the account whose link it was. */
    account: z.string().optional(),
    kind: z.enum(['link-opened', 'command']),
    command: z.string().optional(),
    commandId: z.string().optional(),
    outcome: z.string().optional(),
  })
  .openapi('LogLine');

const readLog = createRoute({
  method: 'get',
  path: '/v1/cars/{car}/commands',
  summary: 'The log of the car, newest first, for its owner',
  ...allows('log'),
  request: { params: z.object({ car: CarId }), query: LogPage },
  responses: {
    200: answers('A page of it', z.object({ commands: z.array(LogLine) })),
    ...refusals(400, 401, 403, 404),
  },
});

export const addLinks = (app: OpenAPIHono<CloudEnv>): void => {
  app.openapi(openLink, async (c) => {
    const { store, links, cars, broker, random } = c.var.service;
    const { car } = c.req.valid('param');
    const { account, id: token } = c.var.token;
    await membershipOf(c, car);
    if (!cars.presenceOf(car).online) {
      throw new Refusal(409, 'car-offline', 'the car is not connected to the cloud');
    }
    if (!broker.connected) {
      throw new Refusal(503, 'broker-away', 'the cars cannot be reached at this moment');
    }
    const parties = { id: hex(random(8)), car, account, token };
    links.take(parties);
    try {
      // Nobody reaches a car without a line in its log.
      await store.logCommand({
        car,
        report: parties.id,
        account,
        kind: 'link-opened',
        command: undefined,
        commandId: undefined,
        outcome: undefined,
      });
    } catch (error) {
      links.giveUp(parties);
      throw error;
    }
    const stream = openStream(c, () => {
      links.end(parties.id);
    });
    if (!links.open(parties, stream)) {
      stream.end();
      throw new Refusal(409, 'car-offline', 'the car went away, or the right to open links to it');
    }
    return streamed(c, stream);
  });

  app.openapi(sendFrame, async (c) => {
    const frame = await bodyBytes(c);
    await c.var.service.links.toCar(c.req.valid('param').link, c.var.token.id, frame);
    return c.body(null, 204);
  });

  app.openapi(readLog, async (c) => {
    const { store } = c.var.service;
    const { car } = c.req.valid('param');
    const { before, limit } = c.req.valid('query');
    await membershipOf(c, car, 'owner');
    const page = await store.commandLog(car, { limit, ...(before !== undefined && { before }) });
    const accounts = new Set(page.flatMap(({ account }) => account ?? []));
    const names = await store.accountNames([...accounts]);
    const commands = page.map(({ id, at, account, kind, command, commandId, outcome }) => ({
      id,
      at: at.toISOString(),
      account: account === undefined ? undefined : names.get(account),
      kind,
      command,
      commandId,
      outcome,
    }));
    return c.json({ commands }, 200);
  });
};
