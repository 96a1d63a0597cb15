import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Membership, Scope, Token } from '../../store/store.js';
import type { Limits } from '../limits.js';
import { countedAddress } from '../rates.js';
import { notFound, Refusal } from '../refusal.js';
import { bearerToken, sameSecret, sha256 } from '../secrets.js';
import type { CloudContext, CloudEnv } from './env.js';

/** Who may ask: everybody, whoever has a token, or a token of this scope. */
export type Access = 'everybody' | 'bearer' | Scope;

/** The address that a request came from, as it is counted. */
export const addressOf = (c: CloudContext): string =>
  countedAddress(c.env.incoming?.socket.remoteAddress ?? 'unknown');

const LOGGED_OUT = (): Refusal =>
  new Refusal(401, 'logged-out', 'this needs a token that is in force: log in');

const tokenOf = async (c: CloudContext): Promise<Token> => {
  const { store, now } = c.var.service;
  const secret = bearerToken(c.req.header('authorization'));
  if (secret === undefined) throw LOGGED_OUT();
  const hash = sha256(secret);
  const token = await store.tokenOf(hash, now());
  if (token === undefined || !sameSecret(token.hash, hash)) throw LOGGED_OUT();
  return token;
};

/** Nobody goes on without a token that is in force and has the scope. */
export const bearer = (scope: Scope | undefined): MiddlewareHandler<CloudEnv> =>
  async function bearer(c, next) {
    const { rates, limits } = c.var.service;
    const token = await tokenOf(c);
    rates.take('perToken', limits.perToken, token.id);
    rates.take('perAccount', limits.perAccount, token.account);
    if (scope !== undefined) needScope(token, scope);
    c.set('token', token);
    await next();
  };

export const needScope = (token: Token, scope: Scope): void => {
  if (!token.scopes.includes(scope)) {
    throw new Refusal(403, 'scope', `the token does not have the scope ${scope}`);
  }
};

type SizeLimit = 'jsonBytes' | 'objectBytes' | 'frameBytes' | 'grantBytes';

/** Base64 and the rest of the JSON around an object. */
const sizeOf = (limits: Limits, kind: SizeLimit): number =>
  kind === 'grantBytes' ? limits.jsonBytes + Math.ceil(limits.objectBytes / 3) * 4 : limits[kind];

/** Reads no more of a body than that. */
const upTo = (kind: SizeLimit): MiddlewareHandler<CloudEnv> =>
  async function upTo(c, next) {
    const maxSize = sizeOf(c.var.service.limits, kind);
    const onError = (): never => {
      throw new Refusal(413, 'too-large', `a body has at most ${String(maxSize)} bytes here`);
    };
    // HTTP/1.1 has no body without one of them, and bodyLimit copies a request whose body it has to measure, which fails here.
    const { headers } = c.req.raw;
    if (!headers.has('content-length') && !headers.has('transfer-encoding')) return next();
    return bodyLimit({ maxSize, onError })(c, next);
  };

interface Guarded {
  readonly security: Record<string, string[]>[];
  readonly middleware: MiddlewareHandler<CloudEnv>[];
}

/** For `createRoute`: who may ask, which the document says and the middleware sees to, and how much they may say. */
export const allows = (access: Access, size: SizeLimit = 'jsonBytes'): Guarded => {
  if (access === 'everybody') return { security: [], middleware: [upTo(size)] };
  const scope = access === 'bearer' ? undefined : access;
  return {
    security: [{ bearer: scope === undefined ? [] : [scope] }],
    middleware: [bearer(scope), upTo(size)],
  };
};

/**
 * What the account is to the car. A car of others is as one that does not exist.
 * @throws Refusal 404; 403 where it must be the owner, and is not
 */
export const membershipOf = async (
  c: CloudContext,
  car: string,
  needed: Membership = 'member',
): Promise<Membership> => {
  const membership = await c.var.service.store.membership(car, c.var.token.account);
  if (membership === undefined) throw notFound('car');
  if (needed === 'owner' && membership !== 'owner') {
    throw new Refusal(403, 'not-owner', 'only the owner of the car may do that');
  }
  return membership;
};
