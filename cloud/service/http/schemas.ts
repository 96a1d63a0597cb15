import { z } from '@hono/zod-openapi';
import { SCOPES } from '../../store/store.js';
import { plainClaimCode } from '../secrets.js';

const HEX_32 = /^[0-9a-f]{32}$/;

export const AccountName = z
  .string()
  .regex(/^[a-z0-9._-]{1,64}$/)
  .openapi({ example: 'ada' });
/** Any characters; nobody is helped by rules about which. */
export const Password = z.string().min(8).max(200);
export const CarId = z
  .string()
  .regex(HEX_32)
  .openapi({ example: '00112233445566778899aabbccddeeff' });
export const LinkId = z.string().regex(/^[0-9a-f]{16}$/);
/** Of tokens, objects and entries of the log; says nothing. */
export const OpaqueId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const Scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .openapi({ example: ['cars', 'command'] });
export const Time = z.iso.datetime();
export const CarName = z.string().trim().min(1).max(64);
export const Label = z.string().trim().max(64);

/** Bytes as base64 (RFC 4648, section 4), with padding. */
export const bytes = (most: number) =>
  z
    .base64()
    .min(4)
    .max(Math.ceil(most / 3) * 4)
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

export const ClaimCode = z
  .string()
  .max(32)
  .transform((typed, context) => {
    const plain = plainClaimCode(typed);
    if (plain === undefined) context.addIssue('10 characters, as the car shows them');
    return plain ?? z.NEVER;
  });

export const Problem = z
  .object({ code: z.string().openapi({ example: 'logged-out' }), message: z.string() })
  .openapi('Problem');

const json = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } });

/** A body of JSON that has to be there. */
export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  body: { required: true, content: json(schema) },
});

/** A body of bytes, which the handler reads. */
export const BYTES_BODY = {
  body: {
    required: true,
    content: {
      'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
    },
  },
};

export const answers = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: json(schema),
});

export const STREAM = {
  description: 'Server-sent events',
  content: { 'text/event-stream': { schema: z.string() } },
};

export const DONE = { 204: { description: 'Done' } } as const;

const REFUSALS = {
  400: 'Malformed',
  401: 'No token that is in force',
  403: 'The token lacks the scope, or the account is not the owner',
  404: 'There is none, or not for this account',
  409: 'Not in this state',
  413: 'The body is too large',
  429: 'Too often; `Retry-After` says when to try again',
  500: 'The service failed',
  503: 'The service cannot do it at this moment',
} as const;
type RefusalCode = keyof typeof REFUSALS;
type Refusals = {
  [K in RefusalCode]: {
    description: string;
    content: { 'application/json': { schema: typeof Problem } };
  };
};

/** For `createRoute`; every route may also be refused for these: */
const ALWAYS: readonly RefusalCode[] = [413, 429, 500, 503];

export const refusals = (...codes: RefusalCode[]): Refusals =>
  Object.fromEntries(
    [...codes, ...ALWAYS].map((code) => [code, answers(REFUSALS[code], Problem)]),
  ) as Refusals;
