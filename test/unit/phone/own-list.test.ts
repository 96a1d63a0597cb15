import { describe, expect, it } from '@jest/globals';
import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';
import type { EntryKind, RevocationEntry } from '../../../lib/credentials/revocation-list.js';
import {
  folded,
  isAllIn,
  merged,
  MOST_ENTRIES,
  pruned,
  statusIn,
} from '../../../lib/phone/own-list.js';
import type { PairedCar, SharedKey } from '../../../lib/phone/store.js';
import { fromHex, toHex } from '../../../lib/platform/bytes.js';
import { put } from '../../support/car-store.js';
import { HOUR, NOW, ownerAndGuest } from './sharing-setup.js';

const print = (n: number): string => n.toString(16).padStart(16, '0');

const entry = (n: number, kind: EntryKind = 'revoked', since = NOW): RevocationEntry => ({
  fingerprint: fromHex(print(n))!,
  since,
  kind,
});

const shared = (n: number, more: Partial<SharedKey> = {}): SharedKey => ({
  fingerprint: print(n),
  role: 'guest',
  issuedAt: NOW,
  notBefore: NOW,
  notAfter: NOW + HOUR,
  uses: 0,
  leaseHours: 0,
  delegations: 0,
  ...more,
});

const { entry: paired } = await ownerAndGuest();

const carWith = (
  entries: readonly RevocationEntry[],
  more: Partial<PairedCar> = {},
): PairedCar => ({
  ...paired,
  revocationList: { number: 9, issuedAt: NOW, floor: 0, entries },
  ...more,
});

/** `1 revoked`, of those that are left. */
const listed = ({ revocationList }: PairedCar): string[] =>
  (revocationList?.entries ?? []).map(
    ({ fingerprint, kind }) => `${String(Number.parseInt(toHex(fingerprint), 16))} ${kind}`,
  );

describe('an entry', () => {
  it('goes once the grants that it is about have ended for good, and they with it', () => {
    const car = carWith([entry(1), entry(2), entry(3)], {
      shared: [shared(1), shared(2, { lastEnd: NOW + 2 * HOUR })],
    });
    const over = NOW + HOUR + TOLERANCE_SECONDS;
    expect(pruned(car, over)).toBe(car);
    const later = pruned(car, over + 1);
    expect(listed(later)).toEqual(['2 revoked', '3 revoked']); // nobody knows what 3 was
    expect(later.shared).toEqual([car.shared![1]]);
    expect(listed(pruned(car, over + HOUR + 1))).toEqual(['3 revoked']);
  });

  it('that only suspended goes too, but not what was shared', () => {
    const car = carWith([entry(1, 'suspended'), entry(2)], { shared: [shared(1), shared(2)] });
    const later = pruned(car, NOW + HOUR + TOLERANCE_SECONDS + 1);
    expect(listed(later)).toEqual([]);
    expect(later.shared).toEqual([shared(1)]);
  });

  it('stays for as long as a new grant to that key could be taken for an old one', () => {
    const car = carWith([entry(1, 'revoked', NOW + 2 * HOUR)], { shared: [shared(1)] });
    expect(pruned(car, NOW + 2 * HOUR + TOLERANCE_SECONDS)).toBe(car);
    expect(listed(pruned(car, NOW + 2 * HOUR + TOLERANCE_SECONDS + 1))).toEqual([]);
  });

  it.each<[string, Partial<PairedCar>]>([
    ['that the car told', { floor: NOW + TOLERANCE_SECONDS }],
    ['of the list itself', {}],
  ])('goes where a floor covers it, %s', (_, more) => {
    const car = carWith([entry(1), entry(2, 'suspended'), entry(3, 'revoked', NOW + 1)], more);
    const list = {
      ...car.revocationList!,
      floor: more.floor === undefined ? NOW + TOLERANCE_SECONDS : 0,
    };
    expect(listed(pruned({ ...car, revocationList: list }, NOW))).toEqual(['3 revoked']);
  });

  it('there is none to go where nothing was revoked', () => {
    expect(pruned(paired, NOW)).toBe(paired);
    expect(folded(paired, NOW)).toBe(paired);
    const short = carWith([entry(1)]); // and nothing was shared
    expect(pruned(short, NOW + 9 * HOUR)).toBe(short);
    expect(folded(short, NOW)).toBe(short);
  });

  it('that resumes goes when the car has it, and not before', () => {
    const car = carWith([entry(1, 'resumed')], { shared: [shared(1)], floor: NOW + HOUR });
    expect(pruned(car, NOW + 9 * HOUR)).toBe(car);
  });
});

describe('a list that is too long', () => {
  const entries = Array.from({ length: MOST_ENTRIES + 2 }, (_, n) =>
    entry(n, 'revoked', NOW - 9000 + n),
  );

  it('folds its oldest entries, and no more of them than it must', () => {
    const car = carWith([...entries.slice(2), ...entries.slice(0, 2)]);
    const { revocationList: list } = folded(car, NOW);
    expect(list?.entries).toEqual(entries.slice(2));
    expect(list?.floor).toBe(NOW - 8999 + TOLERANCE_SECONDS);
    expect(list?.issuedAt).toBe(NOW);
    expect(folded(carWith(entries.slice(2)), NOW).revocationList?.floor).toBe(0);
  });

  it('is dated after what it folds, which is never further ahead than the car believes', () => {
    const young = entries.map((each) => ({ ...each, since: NOW }));
    expect(folded(carWith(young), NOW).revocationList).toMatchObject({
      floor: NOW + TOLERANCE_SECONDS,
      issuedAt: NOW + TOLERANCE_SECONDS,
    });
    const forever = entries.map((each) => ({ ...each, since: 2 ** 32 - 1 }));
    expect(folded(carWith(forever), NOW).revocationList?.floor).toBe(NOW + TOLERANCE_SECONDS);
  });

  it('never lowers its floor, and gives up what is resumed last, which raises none', () => {
    const car = carWith(entries, {});
    const high = { ...car, revocationList: { ...car.revocationList!, floor: NOW - 1 } };
    expect(folded(high, NOW).revocationList?.floor).toBe(NOW - 1);
    const resumed = entries.map((each) => ({ ...each, kind: 'resumed' as const }));
    expect(folded(carWith(resumed), NOW).revocationList?.floor).toBe(0);
    const oneLeft = resumed.map((each, n) => (n === 700 ? entry(n) : each));
    expect(listed(folded(carWith(oneLeft), NOW))).not.toContain('700 revoked');
  });
});

describe('what a phone says of a key that it shared', () => {
  it('is that it is good, where it has revoked nothing', () => {
    expect(statusIn(paired)(shared(1))).toBe('valid');
  });

  it('is what its list says, as far as that reaches, or that it is void', () => {
    const car = carWith([entry(1), entry(2, 'suspended'), entry(3, 'resumed'), entry(4)], {
      floor: NOW - 1,
    });
    const status = statusIn(car);
    expect([1, 2, 3, 4, 5].map((n) => status(shared(n)))).toEqual([
      ...['revoked', 'suspended', 'valid', 'revoked', 'valid'],
    ]);
    expect(status(shared(1, { issuedAt: NOW + TOLERANCE_SECONDS }))).toBe('revoked');
    expect(status(shared(1, { issuedAt: NOW + TOLERANCE_SECONDS + 1 }))).toBe('valid');
    expect(status(shared(5, { issuedAt: NOW - 1 }))).toBe('void');
    expect(status(shared(3, { issuedAt: NOW - 1 }))).toBe('void');
    const list = { ...car.revocationList!, floor: NOW };
    expect(statusIn({ ...car, revocationList: list })(shared(5))).toBe('void');
  });
});

describe('two lists of one owner', () => {
  const one = (own: RevocationEntry, theirs: RevocationEntry) => merged([own], [theirs])[0];

  it('have all of both, and of each key what takes more away', () => {
    expect(
      merged([entry(1), entry(2, 'suspended')], [entry(3), entry(4, 'suspended')]),
    ).toHaveLength(4);
    expect(one(entry(1, 'suspended', NOW), entry(1, 'revoked', NOW - 9))).toEqual(
      entry(1, 'revoked', NOW),
    );
    expect(one(entry(1, 'revoked', NOW - 9), entry(1, 'suspended', NOW))).toEqual(
      entry(1, 'revoked', NOW),
    );
    expect(one(entry(1, 'suspended', NOW - 9), entry(1, 'suspended', NOW))).toEqual(
      entry(1, 'suspended', NOW),
    );
  });

  it('resume nothing that was suspended later or is revoked', () => {
    const resumed = entry(1, 'resumed', NOW);
    expect(one(resumed, entry(1, 'suspended', NOW))).toBe(resumed);
    expect(one(resumed, entry(1, 'suspended', NOW + 1))).toMatchObject({ kind: 'suspended' });
    expect(one(resumed, entry(1, 'revoked', NOW - 9))).toMatchObject({ kind: 'revoked' });
  });

  it('are the same where the car would learn nothing', () => {
    const theirs = [entry(1), entry(2, 'suspended')];
    expect(isAllIn(theirs, [])).toBe(true);
    expect(isAllIn(theirs, theirs)).toBe(true);
    expect(isAllIn(theirs, [entry(1, 'suspended', NOW - 1), entry(3, 'resumed')])).toBe(true);
    for (const news of [entry(3), entry(1, 'revoked', NOW + 1), entry(2), entry(2, 'resumed')]) {
      expect(isAllIn(theirs, [news])).toBe(false);
    }
  });
});

describe('an owner who revokes without end', () => {
  it('can do so after ten thousand times, and is told which keys need new grants', async () => {
    const { air, host, owner, guest, entry: car, endpoint } = await ownerAndGuest();
    // One each second; the first 8,700 have folded.
    const from = NOW - 10_000;
    let long = carWith([], { ...car, clockOffset: 0 });
    for (let n = 8_700; n < 10_000; n++) {
      const list = long.revocationList!;
      const entries = [...list.entries, entry(n + 1, 'revoked', from + n)];
      long = folded({ ...long, revocationList: { ...list, number: n + 1, entries } }, from + n);
    }
    const kept = [shared(70_000, { issuedAt: from }), shared(70_001, { issuedAt: NOW })];
    const old = kept.map((key) => ({ ...key, notAfter: NOW + 9 * HOUR }));
    const first = NOW - MOST_ENTRIES + TOLERANCE_SECONDS;
    expect(long.revocationList).toMatchObject({ number: 10_000, floor: first - 1 });
    old.push(shared(70_002, { issuedAt: first, notAfter: NOW + 9 * HOUR }));
    await put(owner.store, { ...long, shared: old });
    const signed = await owner.key.ring.revoke('11'.repeat(8));
    expect(signed).toMatchObject({ number: 10_001, voided: 1 });
    expect((await owner.key.ring.shared()).map(({ status }) => status)).toEqual([
      ...['void', 'valid', 'void'],
    ]);
    await air.run(owner.key.deliver({ timeoutMs: 60_000 }));
    expect(host.listNumber()).toBe(10_001);
    // The car has room for fewer, and has folded more; the phone hears of it.
    await air.run(owner.key.status());
    const [now] = await owner.store.list();
    expect(now?.floor).toBeGreaterThan(now?.revocationList?.floor ?? 0);
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    await guest.key.ring.accept(uri);
    await air.run(guest.key.unlock());
    await endpoint.stop();
  });
});
