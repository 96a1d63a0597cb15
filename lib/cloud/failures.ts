import { PhoneKeyError } from '../errors.js';
import type { ErrorCode, PhoneKeyErrorOptions } from '../errors.js';
import type { JsonObject } from '../platform/json.js';
import { printable } from './answers.js';

/** What a status means to the caller; 5xx and those that are not here are below. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['usage.invalid', 'the cloud does not take this'],
  401: ['cloud.logged-out', 'the cloud does not know this account, or not any more'],
  403: ['cloud.not-permitted', 'this account may not do that in the cloud'],
  404: ['cloud.not-permitted', 'the cloud has no such thing for this account'],
  409: ['cloud.conflict', 'the cloud has something else already'],
  413: ['usage.invalid', 'this is more than the cloud takes'],
  415: ['usage.invalid', 'the cloud does not take this'],
  422: ['usage.invalid', 'the cloud does not take this'],
  429: ['cloud.limited', 'the cloud has had too many requests'],
};

/** Longer waits are no hint, in seconds. */
const MOST_WAIT_S = 86_400;

/**
 * A refusal of the cloud. What it says is shown as words of the cloud; a wrong word there changes no code but 409's.
 * @param retryAfter the header, in seconds
 */
export const refusal = (
  status: number,
  told: JsonObject | undefined,
  retryAfter: string | null,
): PhoneKeyError => {
  const said = typeof told?.['message'] === 'string' ? `: ${printable(told['message'])}` : '';
  if (status === 409 && told?.['code'] === 'car-offline') {
    return new PhoneKeyError('cloud.car-offline', 'the car is not connected to the cloud');
  }
  const [code, message] = BY_STATUS[status] ?? otherStatus(status);
  return new PhoneKeyError(code, `${message}${said}`, waiting(code, retryAfter));
};

const otherStatus = (status: number): readonly [ErrorCode, string] =>
  status >= 500
    ? ['cloud.failed', `the cloud answered ${status}`]
    : ['cloud.malformed', `the cloud answered ${status}`];

const waiting = (code: ErrorCode, retryAfter: string | null): PhoneKeyErrorOptions => {
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  if (code !== 'cloud.limited' || seconds < 1 || seconds > MOST_WAIT_S) return {};
  return { hint: `Wait ${String(seconds)} s and try again.` };
};

/**
 * There was no answer. Of what was thrown the word for it alone is told: it may hold the request, and so the token.
 * @param host of the cloud
 */
export const unreachable = (error: unknown, host: string): PhoneKeyError =>
  new PhoneKeyError('cloud.unreachable', `${whyOf(wordOf(error))}: ${host}`);

const whyOf = (word: string): string => {
  if (/^(?:ENOTFOUND|EAI_\w+)$/.test(word)) return 'the name of the cloud does not resolve';
  if (word === 'ECONNREFUSED') return 'the cloud takes no connections';
  if (/CERT|TLS|SSL|SIGNED/.test(word)) return 'the certificate of the cloud cannot be trusted';
  return 'the cloud cannot be reached';
};

/** A code such as ECONNREFUSED, of the error or its cause. */
const wordOf = (error: unknown): string => {
  for (const each of [error, field(error, 'cause')]) {
    const code = field(each, 'code');
    if (typeof code === 'string' && /^[A-Z][A-Z_0-9]{1,63}$/.test(code)) return code;
  }
  return '';
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
