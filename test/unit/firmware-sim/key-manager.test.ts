import { describe, expect, it } from '@jest/globals';
import { person } from '../credentials/sample.js';
import { ADA, BOB, CLEO, town } from './sharing-rig.js';
import { commandOf } from './rig.js';

describe('a key that the car refuses', () => {
  it('is told by name and reason, unless its grant proves nothing', async () => {
    const { grant, attempt, now, events, seen } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB, { notBefore: now() + 1 }))).toBe('not-yet');
    expect(events).toMatchObject([{ type: 'key-refused', name: 'granted', reason: 'not-yet' }]);
    seen();
    expect(await attempt(BOB, 'unlock', grant(CLEO))).toBe('grant-invalid');
    expect(seen()).toEqual([]);
  });

  it('that is gone by the time its use is counted does nothing', async () => {
    const { car, grant, admit } = await town();
    const key = await admit(BOB, grant(BOB, { uses: 2 }));
    if (typeof key === 'string') throw new Error(key);
    const [unlocked] = await Promise.all([
      // Asked before it is gone, counted after.
      car.credentials.ask(key, 'unlock'),
      car.credentials.remove(1, 'card'),
    ]);
    expect(unlocked).toMatchObject({ counts: true });
    expect(await car.credentials.ask(key, 'unlock')).toBe('not-permitted');
  });
});

describe('a removal', () => {
  it('is told with who did it', async () => {
    const { car, grant, attempt, events, seen } = await town();
    expect(await attempt(BOB, 'start', grant(BOB))).toBe('done');
    seen();
    expect(await car.credentials.remove(1, 'card')).toBeUndefined();
    expect(events).toMatchObject([
      { type: 'key-removed', by: 'card' },
      { type: 'drive-ended', reason: 'key-removed' },
    ]);
  });

  it('is not for who was removed meanwhile', async () => {
    const { car, grant, attempt, pair } = await town();
    const eve = await pair(person(7), 'owner');
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    expect(
      await Promise.all([car.credentials.remove(eve.slot, 'card'), car.credentials.remove(2, eve)]),
    ).toEqual([undefined, 'not-permitted']);
    expect(car.keys().map(({ slot }) => slot)).toEqual([0, 2]);
  });

  it('of the last key is possible where there is no owner', async () => {
    const { car, store } = await town();
    await store.update((record) => ({
      record: { ...record, keys: record.keys.map((key) => ({ ...key, role: 'driver' })) },
      value: undefined,
    }));
    expect(await car.credentials.remove(0, 'card')).toBeUndefined();
    expect(car.keys()).toEqual([]);
  });
});

describe('a new epoch', () => {
  it('is refused once 65,535 were counted', async () => {
    const { attempt, store } = await town();
    await store.update((record) => ({ record: { ...record, epoch: 0xfffe }, value: undefined }));
    expect(await attempt(ADA.person, 'raiseEpoch')).toBe('done');
    expect(await attempt(ADA.person, 'raiseEpoch')).toBe('not-permitted');
    expect(store.record).toMatchObject({ epoch: 0xffff, keys: { length: 1 } });
  });

  it('ends every grant and every key but those of owners, and begins anew', async () => {
    const { car, grant, attempt, pair, seen } = await town();
    await pair(CLEO, 'driver');
    const chain = grant(BOB);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    expect(await attempt(BOB, 'raiseEpoch')).toBe('not-permitted');
    seen();
    const raised = await car.execute(commandOf('raiseEpoch'), car.keys()[0]!);
    expect(raised).toMatchObject({ epoch: 1, clockLost: false });
    expect(seen()).toEqual(['epoch-raised', 'key-removed', 'key-removed']);
    expect(car.keys().map(({ role }) => role)).toEqual(['owner']);
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-invalid');
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
  });
});
