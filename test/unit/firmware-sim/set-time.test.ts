import { describe, expect, it } from '@jest/globals';
import { controlOf } from '../../../firmware-sim/control/car-control.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { suite } from '../credentials/sample.js';
import { ADA, BOB, CLEO, DAY, HOUR, town } from './sharing-rig.js';
import type { Town } from './sharing-rig.js';

const personAt = ({ car }: Town) => controlOf(car, () => car.reset());

describe('the card at the screen', () => {
  it('sets the time back: the owners are left, and no grant of before counts', async () => {
    const all = await town();
    const { car, attempt, grant, now, seen } = all;
    const before = grant(BOB);
    expect(await attempt(BOB, 'unlock', before)).toBe('done');
    const unused = grant(CLEO, { notAfter: now() + 30 * DAY });
    const earlier = now() - 10 * DAY;
    seen();
    await personAt(all).setTime(earlier);
    expect(all.events).toMatchObject([
      { type: 'epoch-raised', epoch: 1, by: 'card' },
      { type: 'key-removed', by: 'card', key: { slot: 1 } },
      { type: 'clock-set', now: earlier, by: 'card' },
    ]);
    expect(car.status()).toMatchObject({ now: earlier, epoch: 1, keys: [{ slot: 0 }] });
    expect(await attempt(BOB, 'unlock', before)).toBe('grant-invalid');
    expect(await attempt(CLEO, 'unlock', unused)).toBe('grant-invalid');
    expect(await attempt(ADA.person, 'unlock')).toBe('done');
    // Of the new epoch, and dated by the new clock.
    const anew = grant(BOB, { issuedAt: earlier, notBefore: earlier });
    expect(await attempt(BOB, 'unlock', anew)).toBe('done');
  });

  it('sets a clock that was lost, and one that runs ahead', async () => {
    const all = await town();
    await all.car.loseClock();
    await personAt(all).setTime(all.now() + HOUR);
    expect(all.car.status()).toMatchObject({ now: all.now() + HOUR, epoch: 1 });
    await all.car.advanceClock(10 * DAY);
    await personAt(all).setTime(all.now());
    expect(all.car.status()).toMatchObject({ now: all.now(), epoch: 2 });
  });

  it('is told when the car was re-keyed as often as it can be, and the time stays', async () => {
    const all = await town();
    await all.store.update((record) => ({
      record: { ...record, epoch: 0xffff },
      value: undefined,
    }));
    await expect(personAt(all).setTime(0)).rejects.toMatchObject({
      code: 'sim.refused',
      message: 'the car was re-keyed as often as it can be: reset it',
    });
    expect(all.car.status()).toMatchObject({ now: all.now(), epoch: 0xffff });
  });
});

it('a clock that runs is set by nobody over the air, and nobody is told of it', async () => {
  const { car, attempt, now, seen } = await town();
  seen();
  expect(await attempt(ADA.person, { type: 'setTime', seconds: now() + HOUR })).toBe('done');
  expect(car.status().now).toBe(now());
  expect(seen()).toEqual([]);
});

it('a lost clock goes back behind nothing that the car has seen, and says which time it has', async () => {
  const { car, attempt, events, store, now } = await town();
  await store.update((record) => ({
    record: { ...record, clock: { offset: 0, floor: now(), lost: true } },
    value: undefined,
  }));
  events.length = 0;
  expect(await attempt(ADA.person, { type: 'setTime', seconds: now() - HOUR })).toBe('done');
  expect(events).toMatchObject([{ type: 'clock-set', now: now(), by: { slot: 0 } }]);
  expect(car.status().now).toBe(now());
});

describe('the report', () => {
  it('tells what waits for the time, until the car is told it', async () => {
    const all = await town();
    const { car, attempt, grant, now } = all;
    for (const who of [BOB, CLEO]) expect(await attempt(who, 'unlock', grant(who))).toBe('done');
    await car.loseClock();
    expect(car.status()).toMatchObject({ pendingRemovals: 0, now: null });
    for (const slot of [1, 2]) await personAt(all).removeKey(slot);
    expect(car.status()).toMatchObject({ pendingRemovals: 2, now: null, floors: [] });
    expect(await attempt(ADA.person, { type: 'setTime', seconds: now() })).toBe('done');
    expect(car.status()).toMatchObject({ pendingRemovals: 0, now: now() });
  });

  it("tells the floors: the car's own, and those of owners in slots", async () => {
    const { car, store, now } = await town();
    const list = { number: 0, issuedAt: 0, entries: [] };
    const ada = fingerprint(suite, ADA.person.publicKey);
    const set = (own: object, until: number, of = ada): Promise<void> =>
      store.update((record) => ({
        record: {
          ...record,
          own: { ...record.own, floor: { until: 0, ...own } },
          owners: [{ owner: of, ...list, floor: { until } }],
        },
        value: undefined,
      }));
    expect(car.status().floors).toEqual([]);
    await set({}, now());
    expect(car.status().floors).toEqual([{ owner: 0, until: now() }]);
    await set({ until: 7 }, 0);
    expect(car.status().floors).toEqual([{ owner: null, until: 7 }]);
    // While the time is lost it covers every date.
    await set({ until: 7, pending: 9 }, now(), new Uint8Array(8));
    expect(car.status().floors).toEqual([{ owner: null, until: null }]);
  });
});
