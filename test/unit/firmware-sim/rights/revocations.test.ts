import { describe, expect, it } from '@jest/globals';
import {
  against,
  MOST_REVOCATIONS,
  noRevocations,
  remember,
  settle,
} from '../../../../firmware-sim/rights/revocations.js';
import type { Revocation } from '../../../../firmware-sim/rights/revocations.js';
import { MAX_CAR_SLOTS } from '../../../../firmware-sim/rights/slots.js';
import { MOST_LINKS } from '../../../../lib/credentials/grant.js';
import { sameBytes } from '../../../../lib/platform/bytes.js';
import { known, LATEST, NOW, printOf } from './cast.js';

const nobody = (): boolean => false;
const holds =
  (...slots: number[]) =>
  (fingerprint: Uint8Array): boolean =>
    slots.some((slot) => sameBytes(printOf(slot), fingerprint));

const list = (...entries: Revocation[]) => ({ floor: { until: 0 }, entries });

describe('what is remembered', () => {
  it('is one entry for each key and kind, with the latest of what was said', () => {
    const before = list(known(1, 'revoked', 10, { number: 4, issuedAt: 9 }));
    const more = [
      known(1, 'revoked', 7, { number: 2, issuedAt: 30 }),
      known(1, 'suspended', 8),
      known(2, 'revoked', 9),
    ];
    expect(remember(before, more, nobody, NOW).entries).toEqual([
      known(1, 'revoked', 10, { number: 4, issuedAt: 30 }),
      known(1, 'suspended', 8),
      known(2, 'revoked', 9),
    ]);
    expect(
      remember(before, [known(1, 'revoked', 12, { number: 5, issuedAt: 8 })], nobody, NOW).entries,
    ).toEqual([known(1, 'revoked', 12, { number: 5, issuedAt: 9 })]);
  });

  it('is merged also with what comes at the same time', () => {
    const twice = [known(1, 'revoked', 7), known(1, 'revoked', 9)];
    expect(remember(noRevocations, twice, nobody, NOW).entries).toEqual([known(1, 'revoked', 9)]);
  });

  it('waits for the time where some of it does', () => {
    const merged = remember(
      list(known(1, 'removed', 10)),
      [known(1, 'removed', 5, { pending: LATEST })],
      nobody,
      undefined,
    );
    expect(merged.entries).toEqual([known(1, 'removed', 10, { pending: LATEST })]);
  });

  it('folds the oldest into the floor where it is more than there is room for', () => {
    const entries = [known(1, 'revoked', 30), known(2, 'removed', 10), known(3, 'suspended', 20)];
    const full = remember(list(...entries), [], nobody, NOW, 3);
    expect(full).toEqual(list(...entries));
    const more = [known(4, 'revoked', 40), known(5, 'revoked', 50)];
    expect(remember(full, more, nobody, NOW, 3)).toEqual({
      floor: { until: 20 },
      entries: [entries[0], ...more],
    });
  });

  it('never lowers the floor', () => {
    const before = { floor: { until: 99 }, entries: [known(1, 'revoked', 10)] };
    const { floor } = remember(before, [known(2, 'revoked', 20)], nobody, NOW, 1);
    expect(floor).toEqual({ until: 99 });
  });

  it('folds nothing that concerns a key in a slot', () => {
    const before = list(known(1, 'revoked', 10), known(2, 'revoked', 20));
    const after = remember(before, [known(3, 'revoked', 30)], holds(1), NOW, 2);
    expect(after).toEqual({
      floor: { until: 20 },
      entries: [known(1, 'revoked', 10), known(3, 'revoked', 30)],
    });
    const kept = remember(before, [known(3, 'revoked', 30)], holds(1, 2, 3), NOW, 2);
    expect(kept).toEqual(list(...before.entries, known(3, 'revoked', 30)));
  });

  it('for all times folds to no later than what can have been signed by now', () => {
    const before = list(known(1, 'revoked', LATEST), known(2, 'revoked', LATEST));
    const { floor } = remember(before, [], nobody, NOW, 1);
    expect(floor).toEqual({ until: NOW + 300 });
  });

  it('folds what waits for the time by what it can become, and waits on', () => {
    const before = list(
      known(1, 'removed', 5, { pending: LATEST }),
      known(2, 'removed', 30),
      known(3, 'removed', 7, { pending: 20 }),
    );
    const once = remember(before, [], nobody, undefined, 2);
    expect(once.floor).toEqual({ until: 0, pending: 20 });
    expect(once.entries).toEqual([before.entries[0], before.entries[1]]);
    const twice = remember(once, [], nobody, undefined, 0);
    expect(twice).toEqual({ floor: { until: 0, pending: LATEST }, entries: [] });
    expect(settle(twice, NOW).floor).toEqual({ until: NOW + 300 });
  });

  it('has room for more than can concern the keys of a car, so that one can always fold', () => {
    const kinds = 3;
    expect(MOST_REVOCATIONS).toBeGreaterThan(MAX_CAR_SLOTS * MOST_LINKS * kinds);
    const many = Array.from({ length: MOST_REVOCATIONS + 3 }, (_, n) => ({
      ...known(0, 'revoked', n),
      fingerprint: Uint8Array.of(n >> 8, n & 255, 0, 0, 0, 0, 0, 0),
    }));
    const { floor, entries } = remember(noRevocations, many, nobody, NOW);
    expect(entries).toHaveLength(MOST_REVOCATIONS);
    expect(floor).toEqual({ until: 2 });
  });

  it('is found by key and date', () => {
    const entries = [known(1, 'revoked', 10), known(1, 'suspended', 5), known(2, 'revoked', 10)];
    expect(against(list(...entries), printOf(1), 5)).toEqual([entries[0], entries[1]]);
    expect(against(list(...entries), printOf(1), 6)).toEqual([entries[0]]);
    expect(against(list(...entries), printOf(3), 0)).toEqual([]);
  });

  it('gets its dates when the time is known again', () => {
    const waiting = {
      floor: { until: 1, pending: 8 },
      entries: [known(1, 'removed', 5, { pending: LATEST }), known(2, 'revoked', 6, { number: 3 })],
    };
    expect(settle(waiting, NOW)).toEqual({
      floor: { until: 8 },
      entries: [known(1, 'removed', NOW + 300), known(2, 'revoked', 6, { number: 3 })],
    });
  });
});
