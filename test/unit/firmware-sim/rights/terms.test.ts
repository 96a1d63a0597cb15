import { describe, expect, it } from '@jest/globals';
import {
  PAGE_ENTRIES,
  revocationPage,
  signingTerms,
} from '../../../../firmware-sim/rights/terms.js';
import type { Revocation } from '../../../../firmware-sim/rights/revocations.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import { NO_TERMS } from '../../../../lib/domain/outcomes.js';
import { encodeFromCar, LENGTH } from '../../../../lib/native/codec.js';
import { encodeResult } from '../../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../../lib/native/profile.js';
import { AHEAD, at, keyIn, known, LATEST, listOf, LOST, NOW, paired, rightsOf } from './cast.js';

const UNTIL = NOW + AHEAD;

const terms = (more: Partial<Rights> = {}, slot = 0) => {
  const rights = rightsOf({ epoch: 7, ...more });
  return signingTerms(rights, keyIn(rights, slot), 'status', at());
};

describe('what an owner is told to sign by', () => {
  it('is epoch and time; to others nothing is told', () => {
    expect(terms()).toEqual({ epoch: 7, time: NOW, mark: 0, floor: 0 });
    expect(terms({}, 2)).toEqual(NO_TERMS);
    expect(terms({}, 3)).toEqual(NO_TERMS);
    expect(signingTerms(rightsOf({ epoch: 7 }), undefined, 'status', at())).toEqual(NO_TERMS);
  });

  it('is no time where a person waits for the answer', () => {
    const rights = rightsOf({ epoch: 7 });
    for (const command of ['unlock', 'lock', 'start', 'trunk', 'frunk'] as const) {
      expect(signingTerms(rights, keyIn(rights, 0), command, at()).time).toBe(0);
    }
    for (const command of ['listKeys', 'removeKey', 'deliver', 'setTime'] as const) {
      expect(signingTerms(rights, keyIn(rights, 0), command, at()).time).toBe(NOW);
    }
  });

  it('is the time of the clock that runs, and none that is lost', () => {
    expect(terms({ clock: { offset: 0, floor: UNTIL, lost: false } }).time).toBe(NOW);
    expect(terms({ clock: LOST })).toEqual({ epoch: 7, time: 0, mark: 49, floor: 0 });
  });

  it('is the latest removal or pairing, where it is not over yet', () => {
    const removed = (until: number) => ({
      floor: { until: 0 },
      entries: [known(9, 'removed', until)],
    });
    expect(terms({ own: removed(UNTIL) }).mark).toBe(UNTIL);
    expect(terms({ own: removed(NOW) }).mark).toBe(NOW);
    expect(terms({ own: removed(NOW - 1) }).mark).toBe(0);
    const owners = [listOf(1, [known(9, 'removed', UNTIL + 9), known(8, 'revoked', LATEST)])];
    expect(terms({ own: removed(UNTIL), owners }).mark).toBe(UNTIL + 9);
    const keys = [paired(0, 'owner'), paired(1, 'owner', UNTIL + 20)];
    expect(terms({ own: removed(UNTIL), keys }).mark).toBe(UNTIL + 19);
    const { pairedAt: _, ...undated } = paired(0, 'owner');
    expect(terms({ keys: [undated] }).mark).toBe(0);
  });

  it('is the floor of its own list, or of the car', () => {
    const owners = [
      listOf(0, [], { floor: { until: 40 } }),
      listOf(1, [], { floor: { until: 90 } }),
    ];
    expect(terms({ owners }).floor).toBe(40);
    expect(terms({ owners, own: { floor: { until: 50 }, entries: [] } }).floor).toBe(50);
  });
});

describe('a page of what the car has by the lists of an owner', () => {
  const entry = (n: number, until: number, more = {}) => ({
    ...known(0, 'revoked', until, more),
    fingerprint: Uint8Array.of(n >> 8, n & 255, 0, 0, 0, 0, 0, 0),
  });
  const page = (number: number, list: Parameters<typeof listOf>[2], ...entries: Revocation[]) => {
    const rights = rightsOf({ owners: [listOf(1, [entry(7, 8)]), listOf(0, entries, list)] });
    return revocationPage(rights, keyIn(rights, 0), number, at());
  };

  it('tells of each key what was said, and nothing of removals', () => {
    const suspended = known(3, 'suspended', LATEST, { number: 2 });
    const { fingerprint } = suspended;
    expect(page(0, { number: 4 }, entry(1, 900), suspended, known(4, 'removed', 500))).toEqual({
      number: 4,
      pages: 1,
      entries: [
        { kind: 'revoked', fingerprint: entry(1, 0).fingerprint, since: 600 },
        { kind: 'suspended', fingerprint, since: LATEST },
      ],
    });
  });

  it('has the number of the newest list of which a part came', () => {
    const incoming = { number: 6, issuedAt: 1, parts: 2, have: 1, resumed: [] };
    expect(page(0, {})).toEqual({ number: 0, pages: 1, entries: [] });
    expect(page(0, { number: 4, incoming }).number).toBe(6);
    expect(page(0, { number: 4 }, entry(1, 900, { number: 9 })).number).toBe(9);
  });

  it('is one of as many as it takes, each of which fits a message', () => {
    const many = Array.from({ length: 2 * PAGE_ENTRIES + 1 }, (_, n) => entry(n, 900 + n));
    const pages = [0, 1, 2, 3].map((number) => page(number, {}, ...many));
    expect(pages.map((each) => each.pages)).toEqual([3, 3, 3, 3]);
    expect(pages.map(({ entries }) => entries.length)).toEqual([128, 128, 1, 0]);
    expect(pages.flatMap(({ entries }) => entries.map(({ since }) => since))).toEqual(
      many.map(({ until }) => until - AHEAD),
    );
    expect(page(0, {}, ...many.slice(0, PAGE_ENTRIES)).pages).toBe(1);
    const outcome = { type: 'revocations', ...pages[0]! } as const;
    const most = 2 ** 32 - 1;
    const told = { ...NO_TERMS, epoch: 0xffff, time: most, mark: most, floor: most };
    const list = encodeResult({ outcome, clockLost: true, ...told });
    const value = new Uint8Array(list.length + LENGTH.aeadTag);
    expect(encodeFromCar({ case: 'sealed', value }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
