import { describe, expect, it } from '@jest/globals';
import { waitAfter } from '../../../firmware-sim/pin-tries.js';
import { controlOf } from '../../../firmware-sim/control/car-control.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import type { RecordStore } from '../../../firmware-sim/memory/store.js';
import { decodeRecord, encodeRecord } from '../../../firmware-sim/memory/record.js';
import { MOST_PIN_TRIES } from '../../../firmware-sim/memory/rights-record.js';
import type { Command } from '../../../lib/domain/commands.js';
import { ADA, BOB, CLEO, DAN, town } from './sharing-rig.js';
import { outcomeOf } from './rig.js';

const withPin = (type: 'start' | 'setPin', pin: string, oldPin?: string): Command =>
  type === 'start' || oldPin === undefined ? { type, pin } : { type, pin, oldPin };

/** Ada's car with the PIN 2468, and Bob as a guest. */
const guarded = async (memory: Memory = volatileMemory()) => {
  const all = await town({ memory });
  expect(await all.attempt(ADA.person, withPin('setPin', '2468'))).toBe('done');
  expect(await all.attempt(BOB, 'unlock', all.grant(BOB))).toBe('done');
  return all;
};

/** As `guarded`, with all that is committed. */
const noted = async () => {
  const commits: (CarRecord & { readonly erases: boolean })[] = [];
  const inner = volatileMemory();
  const all = await guarded({
    load: () => inner.load(),
    commit: (record, { erases = false } = {}) => {
      commits.push({ ...record, erases });
      return inner.commit(record);
    },
  });
  return { ...all, commits };
};

const microtasks = async (): Promise<void> => {
  for (let n = 0; n < 100; n++) await Promise.resolve();
};

/** The guest's try is in the memory; the PIN itself is still being looked at. */
const counted = async (store: RecordStore): Promise<void> => {
  for (let n = 0; n < 100 && store.record.pin?.tries.others !== 1; n++) await Promise.resolve();
  expect(store.record.pin?.tries.others).toBe(1);
};

describe('the PIN to drive', () => {
  it('is asked of everybody before driving, and of nobody before unlocking', async () => {
    const { attempt, car } = await guarded();
    for (const who of [ADA.person, BOB]) {
      expect(await attempt(who, 'unlock')).toBe('done');
      expect(await attempt(who, 'start')).toBe('pin-needed');
      expect(await attempt(who, withPin('start', '1357'))).toBe('pin-wrong');
      expect(car.status().driveSecondsLeft).toBe(0);
    }
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    expect(car.status()).toMatchObject({ driveSecondsLeft: 120, pin: true });
  });

  it.each([
    ['revoked', 'not-permitted'],
    ['suspended', 'suspended'],
  ] as const)('lets nobody drive who was %s while it was checked', async (kind, why) => {
    const { attempt, car, revocationList, entry } = await guarded();
    const start = attempt(BOB, withPin('start', '2468'));
    for (const part of revocationList([entry(BOB, kind)])) await car.credentials.receive(part);
    expect(await start).toBe(why);
    expect(car.status().driveSecondsLeft).toBe(0);
  });

  it('is not set by an owner whom another one suspended meanwhile', async () => {
    const { attempt, car, revocationList, entry, pair, pass } = await guarded();
    await pair(DAN, 'owner');
    pass(1);
    const change = attempt(DAN, withPin('setPin', '1111', '2468'));
    for (const part of revocationList([entry(DAN, 'suspended')]))
      await car.credentials.receive(part);
    expect(await change).toBe('suspended');
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
  });

  it('lets drive who has one use, which was counted before', async () => {
    const { attempt, grant } = await guarded();
    const once = grant(CLEO, { uses: 1 });
    expect(await attempt(CLEO, withPin('start', '2468'), once)).toBe('done');
    expect(await attempt(CLEO, withPin('start', '2468'))).toBe('used-up');
  });

  it('is set and cleared by an owner alone, and is 4 to 8 digits', async () => {
    const { attempt } = await guarded();
    expect(await attempt(BOB, withPin('setPin', ''))).toBe('not-permitted');
    for (const wrong of ['123', '123456789', 'abcd', '12 4', '１２３４']) {
      expect(await attempt(ADA.person, withPin('setPin', wrong))).toBe('not-permitted');
    }
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    expect(await attempt(ADA.person, withPin('setPin', '', '2468'))).toBe('done');
    expect(await attempt(BOB, 'start')).toBe('done');
  });

  it('has four digits or eight, and takes the place of the one before', async () => {
    const { attempt } = await guarded();
    for (const [pin, old] of [
      ['1357', '2468'],
      ['13572468', '1357'],
    ] as const) {
      expect(await attempt(ADA.person, withPin('setPin', pin, old))).toBe('done');
      expect(await attempt(ADA.person, withPin('start', pin))).toBe('done');
    }
    expect(await attempt(ADA.person, withPin('start', '1357'))).toBe('pin-wrong');
  });

  it('of the car before is erased in the memory, and its tries with it', async () => {
    const { attempt, commits, store } = await noted();
    expect(await attempt(BOB, withPin('start', '0000'))).toBe('pin-wrong');
    commits.length = 0;
    expect(await attempt(ADA.person, withPin('setPin', '1357', '2468'))).toBe('done');
    const none = { owners: 0, others: 0 };
    expect(commits.at(-1)).toMatchObject({ pin: { tries: none }, erases: true });
    commits.length = 0;
    expect(await attempt(ADA.person, withPin('setPin', '', '1357'))).toBe('done');
    expect(commits.at(-1)).toMatchObject({ erases: true });
    expect(store.record).not.toHaveProperty('pin');
  });

  it('is changed and cleared by who knows it; another one is a try like any, with the same wait', async () => {
    const { attempt, clock, store } = await guarded();
    for (const pin of ['1357', '']) {
      expect(await attempt(ADA.person, withPin('setPin', pin))).toBe('pin-needed');
      expect(await attempt(ADA.person, withPin('setPin', pin, ''))).toBe('pin-needed');
    }
    expect(store.record.pin?.tries.owners).toBe(0);
    for (const wrong of ['1357', 'x', '24680']) {
      expect(await attempt(ADA.person, withPin('setPin', '1357', wrong))).toBe('pin-wrong');
    }
    expect(store.record.pin?.tries).toEqual({ owners: 3, others: 0 });
    expect(await attempt(ADA.person, withPin('setPin', '', '2468'))).toBe('pin-locked');
    expect(await attempt(ADA.person, withPin('start', '2468'))).toBe('pin-locked');
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    await clock.advance(30_000);
    expect(await attempt(ADA.person, withPin('setPin', '1357', '2468'))).toBe('done');
    expect(store.record.pin?.tries).toEqual({ owners: 0, others: 0 });
    expect(await attempt(BOB, withPin('start', '1357'))).toBe('done');
  });

  it('that is none costs no try: what it is to be is looked at first', async () => {
    const { attempt, store } = await guarded();
    expect(await attempt(ADA.person, withPin('setPin', '12', '0000'))).toBe('not-permitted');
    expect(store.record.pin?.tries.owners).toBe(0);
  });

  it('that an owner set meanwhile is asked of the other one too', async () => {
    const { attempt, pair, store } = await town();
    await pair(DAN, 'owner');
    const first = [ADA.person, DAN].map((who, index) =>
      attempt(who, withPin('setPin', ['2468', '1357'][index]!)),
    );
    expect(await Promise.all(first)).toEqual(['done', 'pin-needed']);
    const both = [ADA.person, DAN].map((who, index) =>
      attempt(who, withPin('setPin', ['1111', '2222'][index]!, '2468')),
    );
    expect((await Promise.all(both)).sort()).toEqual(['done', 'pin-wrong']);
    expect(store.record.pin?.tries.owners).toBe(1);
  });

  it('is cleared at the screen by who has the card, and knows no PIN', async () => {
    const { car, commits, attempt, seen, store } = await noted();
    const person = controlOf(car, () => car.reset());
    seen();
    await expect(person.clearPin('lost')).rejects.toMatchObject({ code: 'sim.refused' });
    expect(car.status().pin).toBe(true);
    commits.length = 0;
    await person.clearPin();
    expect(commits).toMatchObject([{ erases: true }]);
    expect(store.record).not.toHaveProperty('pin');
    expect(seen()).toEqual(['card-refused', 'pin-changed']);
    expect(await attempt(BOB, 'start')).toBe('done');
    commits.length = 0;
    await person.clearPin();
    expect(commits).toEqual([]);
  });

  it('counts a try in the memory before it looks at it', async () => {
    const { commits, ...all } = await noted();
    commits.length = 0;
    expect(await all.attempt(BOB, withPin('start', '0000'))).toBe('pin-wrong');
    expect(commits.map(({ pin }) => pin?.tries)).toEqual([{ owners: 0, others: 1 }]);
    commits.length = 0;
    expect(await all.attempt(BOB, withPin('start', '2468'))).toBe('done');
    expect(commits.map(({ pin }) => pin?.tries.others)).toEqual([2, 1]);
  });

  it('is not looked at when the try cannot be counted', async () => {
    const inner = volatileMemory();
    let broken = false;
    const all = await guarded({
      load: () => inner.load(),
      commit: (record) => (broken ? Promise.reject(new Error('full')) : inner.commit(record)),
    });
    broken = true;
    await expect(all.attempt(BOB, withPin('start', '2468'))).rejects.toThrow('full');
    expect(all.car.status().driveSecondsLeft).toBe(0);
  });

  it('makes who guesses wait longer and longer, whichever guest it is, and no owner', async () => {
    const { attempt, clock, grant, car } = await guarded();
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
    for (const who of [BOB, CLEO, BOB]) {
      expect(await attempt(who, withPin('start', '0000'))).toBe('pin-wrong');
    }
    expect(await attempt(CLEO, withPin('start', '2468'))).toBe('pin-locked');
    await clock.advance(29_999);
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('pin-locked');
    await clock.advance(1);
    expect(await attempt(BOB, withPin('start', '0000'))).toBe('pin-wrong');
    await clock.advance(30_000);
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('pin-locked');
    await clock.advance(30_000);
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    // A right one of a guest is not counted, and clears nothing.
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('pin-locked');
    expect(await attempt(ADA.person, withPin('start', '2468'))).toBe('done');
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    expect(car.status().keys).toHaveLength(3);
  });

  it('waits anew after a power cut', async () => {
    const memory = volatileMemory();
    const first = await guarded(memory);
    for (let n = 0; n < 3; n++) await first.attempt(BOB, withPin('start', '0000'));
    const second = await town({ memory });
    expect(await second.attempt(BOB, withPin('start', '2468'))).toBe('pin-locked');
    await second.clock.advance(30_000);
    expect(await second.attempt(BOB, withPin('start', '2468'))).toBe('done');
  });

  it('is cleared of its tries by the card, which also lets drive without it', async () => {
    const { attempt, car, store } = await guarded();
    for (let n = 0; n < 3; n++) await attempt(BOB, withPin('start', '0000'));
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('pin-locked');
    car.tap({ reader: 'console', purpose: 'drive' });
    expect(car.status().driveSecondsLeft).toBe(120);
    await store.idle();
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
  });

  it('that an owner typed wrong makes owners wait, and no guest', async () => {
    const { attempt, clock, store } = await guarded();
    for (let n = 0; n < 3; n++) {
      expect(await attempt(ADA.person, withPin('start', '0000'))).toBe('pin-wrong');
    }
    expect(await attempt(ADA.person, withPin('start', '2468'))).toBe('pin-locked');
    expect(await attempt(BOB, withPin('start', '2468'))).toBe('done');
    expect(store.record.pin?.tries).toEqual({ owners: 3, others: 0 });
    await clock.advance(30_000);
    expect(await attempt(ADA.person, withPin('start', '2468'))).toBe('done');
    expect(store.record.pin?.tries).toEqual({ owners: 0, others: 0 });
  });

  it('counts as many tries as the memory has room for', async () => {
    const { attempt, store, clock } = await guarded();
    await store.update((record) => ({
      record: { ...record, pin: { ...record.pin!, tries: { owners: 0, others: MOST_PIN_TRIES } } },
      value: undefined,
    }));
    await clock.advance(3_600_000);
    expect(await attempt(BOB, withPin('start', '0000'))).toBe('pin-wrong');
    expect(store.record.pin?.tries.others).toBe(MOST_PIN_TRIES);
    expect(decodeRecord(encodeRecord(store.record)).pin?.tries.others).toBe(MOST_PIN_TRIES);
  });

  it('is not needed where it went while somebody typed it, and does not come back', async () => {
    const { attempt, store, car, admit, grant } = await guarded();
    const remove = () => store.update(({ pin: _, ...record }) => ({ record, value: undefined }));
    const [, early] = await Promise.all([remove(), attempt(BOB, withPin('start', '0000'))]);
    expect(early).toBe('done');
    expect(await attempt(ADA.person, withPin('setPin', '2468'))).toBe('done');
    const key = await admit(BOB, grant(BOB));
    if (typeof key === 'string') throw new Error(key);
    const typing = car.execute(withPin('start', '2468'), key);
    await counted(store);
    await remove();
    expect(outcomeOf(await typing)).toBe('done');
    expect(store.record).not.toHaveProperty('pin');
  });

  it('that is right while the card clears the tries leaves none, and not fewer', async () => {
    const { store, car, admit, grant } = await guarded();
    const key = await admit(BOB, grant(BOB));
    if (typeof key === 'string') throw new Error(key);
    const typing = car.execute(withPin('start', '2468'), key);
    await counted(store);
    car.tap({ reader: 'console', purpose: 'drive' });
    expect(outcomeOf(await typing)).toBe('done');
    expect(store.record.pin?.tries).toEqual({ owners: 0, others: 0 });
  });

  it('that is right leaves the wrong one of another guest counted, however slow the memory is', async () => {
    const inner = volatileMemory();
    let written = Promise.resolve();
    const { store, car, admit, grant } = await guarded({
      load: () => inner.load(),
      commit: (record) => written.then(() => inner.commit(record)),
    });
    const [bob, cleo] = [await admit(BOB, grant(BOB)), await admit(CLEO, grant(CLEO))];
    if (typeof bob === 'string' || typeof cleo === 'string') throw new Error('not admitted');
    let goOn = (): void => undefined;
    written = new Promise((resolve) => {
      goOn = resolve;
    });
    const right = car.execute(withPin('start', '2468'), bob);
    await microtasks();
    car.tap({ reader: 'console', purpose: 'drive' });
    const wrong = car.execute(withPin('start', '0000'), cleo);
    await microtasks();
    goOn();
    expect([outcomeOf(await right), outcomeOf(await wrong)]).toEqual(['done', 'pin-wrong']);
    expect(store.record.pin?.tries).toEqual({ owners: 0, others: 1 });
  });

  it('that was right is wrong where an owner has set another one meanwhile', async () => {
    const { store, car, admit, grant, attempt } = await guarded();
    const key = await admit(BOB, grant(BOB));
    if (typeof key === 'string') throw new Error(key);
    const typing = car.execute(withPin('start', '2468'), key);
    await counted(store);
    const { pin: before } = store.record;
    await store.update((record) => ({
      record: { ...record, pin: { ...before!, salt: new Uint8Array(16) } },
      value: undefined,
    }));
    expect(outcomeOf(await typing)).toBe('pin-wrong');
    expect(await attempt(BOB, 'start')).toBe('pin-needed');
  });

  it('of which no try was counted costs the card no commit', async () => {
    const { car, commits, store } = await noted();
    commits.length = 0;
    car.tap({ reader: 'console', purpose: 'drive' });
    await store.idle();
    expect(commits).toEqual([]);
  });

  it('is not in the memory as it is', async () => {
    const { store } = await guarded();
    expect(encodeRecord(store.record)).not.toContain('2468');
  });

  it('waits an hour at most', () => {
    expect([0, 2, 3, 4, 5].map(waitAfter)).toEqual([0, 0, 30_000, 60_000, 120_000]);
    expect([9, 10, 11, 1000].map(waitAfter)).toEqual([1_920_000, 3_600_000, 3_600_000, 3_600_000]);
  });
});
