import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { tooMany } from '../refusal.js';
import { allows } from './access.js';
import type { CloudEnv } from './env.js';
import { answers, refusals, STREAM } from './schemas.js';
import { openStream, streamed } from './streams.js';

const health = createRoute({
  method: 'get',
  path: '/v1/health',
  summary: 'Whether the service runs, and is connected to its broker',
  ...allows('everybody'),
  responses: {
    200: answers('It runs', z.object({ status: z.literal('ok'), broker: z.boolean() })),
    ...refusals(),
  },
});

const events = createRoute({
  method: 'get',
  path: '/v1/events',
  summary: 'What happens to the service and to the cars of the account',
  description:
    'Events `car-online`, `car-offline`, `command` (for the owner), `object-delivered`, `failing`, `recovered`; `missed` where some ' +
    'between `Last-Event-ID` and the first one told are not kept any more.',
  ...allows('events'),
  request: { headers: z.object({ 'last-event-id': z.string().max(64).optional() }) },
  responses: { 200: STREAM, ...refusals(400, 401, 403) },
});

export const addEvents = (app: OpenAPIHono<CloudEnv>): void => {
  app.openapi(health, (c) =>
    c.json({ status: 'ok' as const, broker: c.var.service.broker.connected }, 200),
  );

  app.openapi(events, (c) => {
    const { events: log, eventReaders, limits } = c.var.service;
    const { account } = c.var.token;
    const own = eventReaders.filter((each) => each === account).length;
    if (own >= limits.eventStreamsPerAccount || eventReaders.length >= limits.eventStreams) {
      throw tooMany('too many streams of events at one time', 30);
    }
    eventReaders.push(account);
    const stream = openStream(c, () => {
      eventReaders.splice(eventReaders.indexOf(account), 1);
      stop();
    });
    const stop = log.read(account, stream, c.req.valid('header')['last-event-id']);
    return streamed(c, stream);
  });
};
