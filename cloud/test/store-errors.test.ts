import { describe, expect, it } from '@jest/globals';
import { StoreError, storeError } from '../store/errors.js';

const withCode = (code: string, message = 'of the driver'): Error =>
  Object.assign(new Error(message), { code });
/** As drizzle wraps what a driver throws. */
const ofDrizzle = (cause: Error): Error =>
  new Error('Failed query: insert\nparams: its secret', { cause });

describe('an error of the store', () => {
  it.each([
    ['ECONNREFUSED', 'away'],
    ['ENOENT', 'away'],
    ['EPIPE', 'away'],
    ['57P01', 'away'],
    ['57P03', 'away'],
    ['57014', 'away'],
    ['53300', 'away'],
    ['08006', 'away'],
    ['40001', 'away'],
    ['23503', 'gone'],
    ['23505', 'failed'],
    ['42P01', 'failed'],
    ['XX000', 'failed'],
  ] as const)('of %s is: %s', (code, is) => {
    for (const error of [withCode(code), ofDrizzle(withCode(code))]) {
      expect(storeError(error)).toMatchObject({ code: is, temporary: is === 'away' });
    }
  });

  it.each([
    ['Connection terminated unexpectedly', 'away'],
    ['timeout exceeded when trying to connect', 'away'],
    ['Query read timeout', 'away'],
    ['Client has encountered a connection error and is not queryable', 'away'],
    ['something else', 'failed'],
  ])('without a code goes by the words of pg: %s', (message, code) => {
    expect(storeError(ofDrizzle(new Error(message)))).toMatchObject({ code });
  });

  it('is of the first of several addresses', () => {
    const errors = [withCode('ECONNREFUSED'), withCode('ENETUNREACH')];
    expect(storeError(new AggregateError(errors)).message).toContain('ECONNREFUSED');
  });

  it('has no value of a query, and is itself when it is one', () => {
    const error = storeError(ofDrizzle(withCode('23505', 'Key (name)=(its secret) exists')));
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret');
    expect(error.cause).toBeUndefined();
    expect(storeError(error)).toBe(error);
    expect(storeError(undefined)).toBeInstanceOf(StoreError);
  });
});
