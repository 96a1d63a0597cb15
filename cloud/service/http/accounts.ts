import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { SCOPES } from '../../store/store.js';
import { notFound, Refusal } from '../refusal.js';
import { newToken, sha256 } from '../secrets.js';
import { addressOf, allows, needScope } from './access.js';
import type { CloudEnv } from './env.js';
import {
  AccountName,
  answers,
  DONE,
  jsonBody,
  Label,
  OpaqueId,
  Password,
  refusals,
  Scopes,
  Time,
} from './schemas.js';

const DAY_S = 86_400;
const TOKEN_S = { default: 30 * DAY_S, most: 366 * DAY_S };

const Credentials = z.object({ name: AccountName, password: Password });

const TokenInfo = z
  .object({ id: OpaqueId, scopes: Scopes, expiresAt: Time, label: Label, createdAt: Time })
  .openapi('Token');

const createAccount = createRoute({
  method: 'post',
  path: '/v1/accounts',
  summary: 'Makes an account',
  ...allows('everybody'),
  request: jsonBody(Credentials),
  responses: {
    201: answers('The account', z.object({ name: AccountName })),
    ...refusals(400, 409),
  },
});

const createToken = createRoute({
  method: 'post',
  path: '/v1/tokens',
  summary: 'Logs in: a token, which is shown this once',
  ...allows('everybody'),
  request: jsonBody(
    Credentials.extend({
      scopes: Scopes.optional(),
      expiresInSeconds: z.int().min(60).max(TOKEN_S.most).optional(),
      label: Label.optional(),
    }),
  ),
  responses: {
    201: answers(
      'The token',
      z.object({ token: z.string(), id: OpaqueId, scopes: Scopes, expiresAt: Time }),
    ),
    ...refusals(400, 401),
  },
});

const listTokens = createRoute({
  method: 'get',
  path: '/v1/tokens',
  summary: 'Tokens of the account that are in force',
  ...allows('account'),
  responses: {
    200: answers('The tokens', z.object({ tokens: z.array(TokenInfo) })),
    ...refusals(401, 403),
  },
});

const revokeToken = createRoute({
  method: 'delete',
  path: '/v1/tokens/{id}',
  summary:
    'Logs out. `current` is the token of the request, which every scope may; others need the scope account',
  ...allows('bearer'),
  request: { params: z.object({ id: OpaqueId }) },
  responses: { ...DONE, ...refusals(400, 401, 403, 404) },
});

export const addAccounts = (app: OpenAPIHono<CloudEnv>): void => {
  app.openapi(createAccount, async (c) => {
    const { store, passwords, rates, limits } = c.var.service;
    rates.take('accounts', limits.accounts, addressOf(c));
    const { name, password } = c.req.valid('json');
    const passwordHash = await passwords.hash(password);
    const account = await store.createAccount({ name, passwordHash });
    if (account === undefined) throw new Refusal(409, 'name-taken', 'that name is taken');
    return c.json({ name }, 201);
  });

  app.openapi(createToken, async (c) => {
    const { store, passwords, rates, limits, random, now } = c.var.service;
    const { name, password, ...wish } = c.req.valid('json');
    const address = addressOf(c);
    rates.take('logins', limits.logins, address);
    rates.take('loginsPerName', limits.loginsPerName, `${name} ${address}`);
    rates.take('loginsWithName', limits.loginsWithName, name);
    const account = await store.accountNamed(name);
    const matches = await passwords.matches(password, account?.passwordHash);
    if (account === undefined || !matches) {
      throw new Refusal(401, 'wrong-password', 'the name or the password is wrong');
    }
    const secret = newToken(random);
    const lifeS = wish.expiresInSeconds ?? TOKEN_S.default;
    const { id, scopes, expiresAt } = await store.createToken({
      account: account.id,
      hash: sha256(secret),
      scopes: [...new Set(wish.scopes ?? SCOPES)],
      label: wish.label ?? '',
      expiresAt: new Date(now().getTime() + lifeS * 1000),
    });
    const answer = { token: secret, id, scopes: [...scopes], expiresAt: expiresAt.toISOString() };
    return c.json(answer, 201);
  });

  app.openapi(listTokens, async (c) => {
    const { store, now } = c.var.service;
    const tokens = await store.tokensOf(c.var.token.account);
    const inForce = tokens.filter(({ expiresAt }) => expiresAt > now());
    return c.json(
      {
        tokens: inForce.map(({ id, scopes, expiresAt, label, createdAt }) => ({
          id,
          scopes: [...scopes],
          expiresAt: expiresAt.toISOString(),
          label,
          createdAt: createdAt.toISOString(),
        })),
      },
      200,
    );
  });

  app.openapi(revokeToken, async (c) => {
    const { store, links, streams } = c.var.service;
    const { token } = c.var;
    const named = c.req.valid('param').id;
    const id = named === 'current' ? token.id : named;
    if (id !== token.id) needScope(token, 'account');
    if (!(await store.revokeToken(token.account, id))) throw notFound('token');
    links.endThose((link) => link.token === id, 'service');
    for (const stream of streams) if (stream.token === id) stream.end();
    return c.body(null, 204);
  });
};
