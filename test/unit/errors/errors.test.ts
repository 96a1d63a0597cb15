import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, PhoneKeyError } from '../../../lib/errors.js';
import type { ErrorCode } from '../../../lib/errors.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe.each(codes)('%s', (code) => {
  const { kind, temporary, hint } = errorCatalogue[code];

  it('has a code, a kind and a hint for a person', () => {
    expect(code).toMatch(/^[a-z]+(\.[a-z]+(-[a-z]+)*)?$/);
    expect([
      'usage',
      'refused',
      'unreachable',
      'outcome-unknown',
      'key-store',
      'security',
      'interrupted',
      'internal',
    ]).toContain(kind);
    expect(typeof temporary).toBe('boolean');
    // A sentence; or one that ends with the command to type, after a colon.
    expect(hint).toMatch(/^[A-Z].*([^.]\.|: key [a-z ]+\.)$/s);
  });

  it('becomes JSON with these fields and no other', () => {
    const error = new PhoneKeyError(code, 'it went wrong', { cause: new Error('inside') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code,
      kind,
      message: 'it went wrong',
      mayHaveSucceeded: kind === 'outcome-unknown',
      temporary,
      hint,
    });
  });
});

describe('PhoneKeyError', () => {
  it('comes back from JSON, the cause aside', () => {
    const error = new PhoneKeyError('radio.timeout', 'too late', {
      cause: new Error('inside'),
      mayHaveSucceeded: true,
      temporary: false,
      hint: 'Hurry.',
    });
    const back = PhoneKeyError.fromJSON(JSON.parse(JSON.stringify(error)));
    expect(back).toBeInstanceOf(PhoneKeyError);
    expect(back?.toJSON()).toEqual(error.toJSON());
    expect(back?.cause).toBeUndefined();
    const { kind, hint } = PhoneKeyError.fromJSON({ code: 'internal', message: 'x', hint: 5 })!;
    expect({ kind, hint }).toEqual({ kind: 'internal', hint: errorCatalogue.internal.hint });
  });

  it.each([
    null,
    'internal',
    [],
    { code: 'internal' },
    { code: 'toString', message: 'x' },
    { message: 'x' },
  ])('does not come from %j', (value) => {
    expect(PhoneKeyError.fromJSON(value)).toBeUndefined();
  });

  it('is an Error with a name, a message and a cause', () => {
    const cause = new Error('inside');
    const error = new PhoneKeyError('internal', 'outside', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('PhoneKeyError: outside');
    expect(error.cause).toBe(cause);
    expect('cause' in new PhoneKeyError('internal', 'alone')).toBe(false);
  });

  it('takes what the place of the error knows better than the catalogue', () => {
    const error = new PhoneKeyError('car.refused', 'no', {
      mayHaveSucceeded: true,
      temporary: true,
      hint: 'Wait.',
    });
    expect(error).toMatchObject({ mayHaveSucceeded: true, temporary: true, hint: 'Wait.' });
    const sure = new PhoneKeyError('car.outcome-unknown', 'x', { mayHaveSucceeded: false });
    expect(sure.mayHaveSucceeded).toBe(false);
  });
});
