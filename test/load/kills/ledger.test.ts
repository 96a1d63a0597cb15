import { describe, expect, it } from '@jest/globals';
import { Ledger } from './ledger.js';

const report = (names: readonly string[], pairingTries = 0, fingerprint = 'car') => ({
  fingerprint,
  pairingTries,
  keys: names.map((name) => ({ name })),
});

const kinds = (findings: readonly { readonly kind: string }[]): string[] =>
  findings.map(({ kind }) => kind);

/** Ada has a key, Bob had one, Cay is in between; three tries were seen. */
const filled = (): Ledger => {
  const ledger = new Ledger();
  ledger.enrolled('Ada');
  ledger.removed('Bob');
  ledger.unsure('Cay');
  for (let tries = 0; tries < 3; tries++) ledger.tryAnswered();
  return ledger;
};

describe('what a car must still show after a kill', () => {
  it.each([[['Ada']], [['Ada', 'Cay']]])('holds with %p', (names) => {
    const ledger = filled();
    expect(ledger.look(report(names, 3))).toEqual([]);
    expect(ledger.look(report(names, 4))).toEqual([]);
    expect(ledger.names('in')).toEqual(names);
    expect(ledger.names('either')).toEqual([]);
  });

  it.each<[string, ReturnType<typeof report>, string[]]>([
    ['a key is lost', report(['Cay'], 3), ['key-lost']],
    ['a removed key is back', report(['Ada', 'Bob'], 3), ['key-back']],
    ['a key is there that nobody enrolled', report(['Ada', 'Dan'], 3), ['key-back']],
    ['fewer tries are counted', report(['Ada'], 2), ['went-back']],
    ['all of it is gone', report([]), ['key-lost', 'went-back']],
  ])('does not when %s', (_what, seen, expected) => {
    expect(kinds(filled().look(seen))).toEqual(expected);
  });

  it('does not with another identity, nor once what was open has been seen', () => {
    const ledger = filled();
    expect(ledger.look(report(['Ada', 'Cay'], 5))).toEqual([]);
    expect(kinds(ledger.look(report(['Ada', 'Cay'], 5, 'other car')))).toEqual(['key-lost']);
    expect(kinds(ledger.look(report(['Ada'], 4, 'other car')))).toEqual(['key-lost', 'went-back']);
  });

  it('finds keys that do not open, and some that do', () => {
    const ledger = filled();
    ledger.look(report(['Ada'], 3));
    expect(ledger.tried('Ada', 'opened')).toEqual([]);
    expect(kinds(ledger.tried('Ada', 'refused'))).toEqual(['refused']);
    expect(kinds(ledger.tried('Ada', 'unreached'))).toEqual(['unreached']);
    expect(ledger.tried('Bob', 'refused')).toEqual([]);
    expect(kinds(ledger.tried('Bob', 'opened'))).toEqual(['key-back']);
    expect(kinds(ledger.tried('Cay', 'opened'))).toEqual(['key-back']);
  });
});
