import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { MiddlewareHandler } from 'hono';
import { nameOf } from '../deliveries.js';
import { notFound, Refusal } from '../refusal.js';
import type { Service } from '../service.js';
import { addressOf } from './access.js';
import { addAccounts } from './accounts.js';
import { addCars } from './cars.js';
import type { CloudContext, CloudEnv } from './env.js';
import { addEvents } from './events.js';
import { addLinks } from './links.js';
import { addObjects } from './objects.js';

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'phonekey cloud',
    version: '1',
    description:
      'Relays sessions between phones and cars, and keeps what they leave for each other; it can open nothing.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
};

/** The HTTP API, without a socket. */
export const makeApp = (service: Service): OpenAPIHono<CloudEnv> => {
  const app = new OpenAPIHono<CloudEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const where = result.error.issues[0]?.path.join('.') ?? '';
      const message = `${result.target}${where === '' ? '' : `, ${where}`}: not as the document says`;
      throw new Refusal(400, 'malformed', message);
    },
  });
  app.onError((error, c) => answer(refusalOf(error, service), c));
  app.notFound((c) => answer(notFound('route'), c));
  app.use(async (c, next) => {
    c.set('service', service);
    await next();
  });
  app.use(told, safe, inRate, inTime);
  for (const add of [addEvents, addAccounts, addCars, addLinks, addObjects]) add(app);
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The scopes that a route names are those that the token must have.',
  });
  const document = app.getOpenAPI31Document(DOCUMENT);
  app.get('/v1/openapi.json', (c) => c.json(document));
  return app;
};

/** One line for each request: neither path nor query, which may have anything in them, but what route it took. */
const told: MiddlewareHandler<CloudEnv> = async function told(c, next) {
  const { clock, log } = c.var.service;
  const begin = clock.now();
  await next();
  const ms = Math.round(clock.now() - begin);
  log.debug('request', { method: c.req.method.slice(0, 10), status: c.res.status, ms });
};

const safe: MiddlewareHandler<CloudEnv> = async function safe(c, next) {
  await next();
  c.res.headers.set('cache-control', 'no-store');
  c.res.headers.set('x-content-type-options', 'nosniff');
};

const inRate: MiddlewareHandler<CloudEnv> = async function inRate(c, next) {
  const { rates, limits } = c.var.service;
  rates.take('perAddress', limits.perAddress, addressOf(c));
  await next();
};

/** A database that hangs must not keep who asks. */
const inTime: MiddlewareHandler<CloudEnv> = async function inTime(c, next) {
  const { clock, limits } = c.var.service;
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(limits.answerMs, () => {
      reject(new Refusal(503, 'too-slow', 'the service did not manage that in time'));
    });
  });
  try {
    await Promise.race([next(), late]);
  } finally {
    cancel();
  }
};

const refusalOf = (error: unknown, { log }: Service): Refusal => {
  if (error instanceof Refusal) return error;
  // hono's own: JSON that is none, or a body of another type.
  if (error instanceof HTTPException && error.status < 500) {
    return new Refusal(400, 'malformed', 'the body is not application/json');
  }
  log.warn('a request failed', { error: nameOf(error) });
  return new Refusal(500, 'failed', 'the service failed');
};

const answer = ({ code, message, status, retryAfterS }: Refusal, c: CloudContext): Response => {
  if (status === 401) c.header('www-authenticate', 'Bearer');
  if (retryAfterS !== undefined) c.header('retry-after', String(retryAfterS));
  return c.json({ code, message }, status);
};
