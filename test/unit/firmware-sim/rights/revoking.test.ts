import { describe, expect, it } from '@jest/globals';
import { volatileMemory } from '../../../../firmware-sim/memory/memory.js';
import { decodeRecord, encodeRecord } from '../../../../firmware-sim/memory/record.js';
import type { Command } from '../../../../lib/domain/commands.js';
import { person } from '../../credentials/sample.js';
import { ADA, BOB, CLEO, DAN, DAY, HOUR, town } from '../sharing-rig.js';
import { commandOf } from '../rig.js';

const deliver = (revocationList: Uint8Array): Command => ({ type: 'deliver', revocationList });

describe('a revocation list', () => {
  it('takes a key away at once, whoever relays it, and its grant does not bring it back', async () => {
    const { grant, attempt, entry, removed, seen, events, relay } = await town();
    const chain = grant(BOB);
    expect(await attempt(BOB, 'start', chain)).toBe('done');
    seen();
    await relay([entry(BOB)]);
    expect(events.at(-1)).toMatchObject({ type: 'drive-ended', reason: 'key-removed' });
    expect(seen()).toEqual(['revocation-list-taken', 'key-removed', 'drive-ended']);
    expect(removed).toEqual([BOB.publicKey]);
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
    expect(await attempt(BOB, 'unlock', chain)).toBe('suspended');
  });

  it('erases in the memory what it revokes; one that revokes nothing here is only added', async () => {
    const erased: boolean[] = [];
    const inner = volatileMemory();
    const { grant, attempt, entry, relay } = await town({
      memory: {
        load: () => inner.load(),
        commit: (record, { erases = false } = {}) => {
          erased.push(erases);
          return inner.commit(record);
        },
      },
    });
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    erased.length = 0;
    await relay([entry(BOB, 'suspended'), entry(CLEO)]);
    await relay([entry(BOB)]);
    expect(erased).toEqual([false, true]);
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('done');
    erased.length = 0;
    expect(await attempt(ADA.person, commandOf('removeKey', 1))).toBe('done');
    expect(await attempt(ADA.person, 'raiseEpoch')).toBe('done');
    expect(erased).toEqual([true, true]);
  });

  it('says whose it was and what it did, and ends nothing that other keys began', async () => {
    const { car, grant, attempt, entry, events, removed, seen, pair, store, relay } = await town();
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    await store.update((record) => ({
      record: {
        ...record,
        keys: record.keys.map((key) => ({ ...key, name: key.slot === 0 ? 'Ada' : 'Eve' })),
      },
      value: undefined,
    }));
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    expect(await attempt(ADA.person, 'start')).toBe('done');
    seen();
    await relay([], eve);
    expect(events).toMatchObject([{ type: 'revocation-list-taken', by: { slot: 1, name: 'Eve' } }]);
    seen();
    await relay([entry(BOB, 'suspended'), entry(CLEO)]);
    const by = { slot: 0, name: 'Ada' };
    expect(events).toMatchObject([
      { type: 'revocation-list-taken', by, number: 1, entries: 2 },
      { type: 'key-suspended', by, key: { slot: 2, suspended: true } },
    ]);
    expect(car.status().driveSecondsLeft).toBe(120);
    removed.length = 0;
    seen();
    await relay([entry(BOB, 'resumed')]);
    expect(events).toMatchObject([{ type: 'revocation-list-taken' }, { type: 'key-resumed', by }]);
    expect(removed).toEqual([]);
  });

  it('is told to who has a key whether it was new, and to nobody else', async () => {
    const { grant, attempt, revocationList, entry } = await town();
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
    const [part] = revocationList([entry(BOB)]);
    expect(await attempt(CLEO, deliver(part!))).toBe('done');
    expect(await attempt(CLEO, deliver(part!))).toBe('revocation-list-old');
    expect(await attempt(CLEO, deliver(new Uint8Array(148)))).toBe('revocation-list-invalid');
  });

  it.each([
    ['of another epoch', { epoch: 1 }, 'revocation-list-invalid'],
    ['dated more than five minutes ahead', { issuedAt: 2 ** 32 - 1 }, 'dated-ahead'],
    ['that names its own signer', {}, 'own-key'],
  ])('%s is refused with a reason of its own', async (what, more, reason) => {
    const { attempt, revocationList, entry, store, events, seen } = await town();
    const about = entry(what === 'that names its own signer' ? ADA.person : BOB, 'suspended');
    const [part] = revocationList([about], ADA, more);
    const before = store.record;
    seen();
    expect(await attempt(ADA.person, deliver(part!))).toBe(reason);
    expect(store.record).toBe(before);
    expect(events).toMatchObject([{ type: 'command-refused', command: 'deliver', reason }]);
  });

  it('that names its own signer is not taken: as it was, the last owner could suspend itself', async () => {
    const { car, attempt, revocationList, entry, store, seen, pair } = await town();
    for (const kind of ['suspended', 'revoked'] as const) {
      const [part] = revocationList([entry(BOB), entry(ADA.person, kind)]);
      expect(await attempt(ADA.person, deliver(part!))).toBe('own-key');
      seen();
      await car.credentials.receive(part!);
      expect(seen()).toEqual([]);
    }
    expect(store.record.owners).toEqual([]);
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    // Another owner may.
    const [part] = revocationList([entry(ADA.person, 'suspended')], eve);
    expect(await attempt(ADA.person, deliver(part!))).toBe('done');
    expect(await attempt(ADA.person, 'start')).toBe('suspended');
  });

  it('goes with an owner who becomes less by pairing, and so does what it had let in', async () => {
    const { car, grant, attempt, revocationList, entry, removed, events, seen, pair } =
      await town();
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    expect(await attempt(BOB, 'unlock', grant(BOB, { ownerSlot: 1 }, eve))).toBe('done');
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
    for (const part of revocationList([entry(DAN)], eve)) await car.credentials.receive(part);
    seen();
    await pair(eve.person, 'driver');
    expect(removed).toEqual([eve.person.publicKey, BOB.publicKey]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'key-removed',
        by: 'card',
        key: expect.objectContaining({ slot: 2 }),
      }),
    );
    expect(car.status().keys.map(({ slot, role }) => [slot, role])).toEqual([
      [0, 'owner'],
      [1, 'driver'],
      [3, 'guest'],
    ]);
    expect(await attempt(BOB, 'unlock', grant(BOB, { ownerSlot: 1 }, eve))).toBe('grant-invalid');
    expect(await attempt(DAN, 'unlock', grant(DAN, { issuedAt: 1 }))).toBe('suspended');
  });

  it('that is older than one before suspends nobody, in whatever order they come', async () => {
    const { car, grant, attempt, revocationList, entry, store } = await town();
    const suspends = revocationList([entry(BOB, 'suspended')]);
    const resumes = revocationList([entry(BOB, 'resumed')]);
    const revokesCleo = revocationList([entry(CLEO)]);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    for (const part of [...revokesCleo, ...suspends, ...resumes]) {
      await car.credentials.receive(part);
    }
    expect(store.record.owners).toMatchObject([{ number: 3, entries: [{ kind: 'revoked' }] }]);
    expect(await attempt(BOB, 'unlock')).toBe('done');
    expect(await attempt(CLEO, 'unlock', grant(CLEO, { issuedAt: 1 }))).toBe('suspended');
  });

  it('is remembered through a restart', async () => {
    const memory = volatileMemory();
    const first = await town({ memory });
    const chain = first.grant(BOB);
    expect(await first.attempt(BOB, 'unlock', chain)).toBe('done');
    const old = first.revocationList([]);
    for (const part of first.revocationList([first.entry(BOB)]))
      await first.car.credentials.receive(part);
    const second = await town({ memory });
    for (const part of old) await second.car.credentials.receive(part);
    expect(await second.attempt(BOB, 'unlock', chain)).toBe('suspended');
  });

  it('suspends and resumes, with all that was delegated', async () => {
    const { car, grant, delegate, attempt, entry, removed, seen, events, relay } = await town();
    const first = grant(BOB, { delegations: 1 });
    const second = delegate(first, BOB, CLEO);
    expect(await attempt(BOB, 'unlock', first)).toBe('done');
    expect(await attempt(CLEO, 'unlock', second)).toBe('done');
    expect(await attempt(BOB, 'start')).toBe('done');
    seen();
    await relay([entry(BOB, 'suspended')]);
    expect(events[2]).toMatchObject({ reason: 'key-suspended' });
    expect(seen()).toEqual([
      'revocation-list-taken',
      'key-suspended',
      'drive-ended',
      'key-suspended',
    ]);
    expect(removed).toEqual([BOB.publicKey, CLEO.publicKey]);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    expect(await attempt(CLEO, 'lock')).toBe('suspended');
    expect(car.status().keys.map(({ suspended }) => suspended)).toEqual([undefined, true, true]);
    await relay([]);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    seen();
    await relay([entry(BOB, 'resumed')]);
    expect(seen()).toEqual(['revocation-list-taken', 'key-resumed', 'key-resumed']);
    expect(await attempt(CLEO, 'unlock')).toBe('done');
  });

  it('does not reach a grant that was issued later, nor a phone that was paired again', async () => {
    const { grant, attempt, entry, pair, pass, relay } = await town();
    await pair(CLEO, 'driver');
    await relay([entry(BOB), entry(CLEO)]);
    expect(await attempt(CLEO, 'unlock')).toBe('unknown');
    // Anybody may have dated it five minutes ahead.
    pass(300);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('suspended');
    pass(1);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await pair(CLEO, 'driver');
    expect(await attempt(CLEO, 'unlock')).toBe('done');
    await relay([entry(BOB, 'revoked', 1), entry(CLEO, 'revoked', 1)]);
    expect(await attempt(CLEO, 'unlock')).toBe('done');
  });

  it('of a thousand keys comes in parts, and each takes effect when it comes', async () => {
    const { car, grant, attempt, revocationList, entry, store } = await town();
    const chain = grant(BOB);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    const others = Array.from({ length: 999 }, (_, n) => ({
      ...entry(CLEO),
      fingerprint: Uint8Array.from([n >> 8, n & 255, 0, 0, 0, 0, 0, 0]),
    }));
    const parts = revocationList([...others, entry(BOB)]);
    expect(parts).toHaveLength(7);
    await car.credentials.receive(parts[6]!);
    expect(await attempt(BOB, 'unlock', chain)).toBe('suspended');
    expect(store.record.owners).toMatchObject([{ number: 0, incoming: { number: 1, have: 64 } }]);
    for (const part of parts) await car.credentials.receive(part);
    expect(store.record.owners).toMatchObject([{ number: 1 }]);
    expect(store.record.owners[0]).not.toHaveProperty('incoming');
    // A part of it that comes again, and a later revocation list of which parts are missing.
    await car.credentials.receive(parts[0]!);
    const later = revocationList([...others, entry(DAN)]);
    await car.credentials.receive(later[6]!);
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('suspended');
    expect(store.record.owners).toMatchObject([{ number: 1, incoming: { number: 2, have: 64 } }]);
  });

  it('of more keys than there is room for folds the oldest into the floor of its owner', async () => {
    const { attempt, car, entry, grant, pair, pass, relay, revocationList, store } = await town();
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    const hers = grant(CLEO);
    const list = Array.from({ length: 1000 }, (_, n) => ({
      ...entry(DAN),
      fingerprint: Uint8Array.from([n >> 8, n & 255, 0, 0, 0, 0, 0, 0]),
    }));
    await relay(list);
    for (let n = 0; n < 5; n++) await car.credentials.receive(revocationList(list)[0]!);
    await relay(list);
    expect(store.record.owners).toMatchObject([{ number: 7, entries: { length: 512 } }]);
    // Whoever is in a slot stays; what she signed before does not let anybody in.
    expect(await attempt(BOB, 'unlock')).toBe('done');
    expect(await attempt(CLEO, 'unlock', hers)).toBe('grant-void');
    expect(await attempt(CLEO, 'unlock', grant(CLEO, {}, eve))).toBe('done');
    pass(301);
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('done');
  });

  it('of the last second that fits in 32 bits leaves a record that can be read', async () => {
    const { pair, store, now, pass, relay } = await town();
    pass(2 ** 32 - 1 - now());
    await relay([]);
    await pair(BOB);
    expect(store.record.clock.floor).toBe(2 ** 32 - 1);
    expect(decodeRecord(encodeRecord(store.record))).toEqual(store.record);
  });

  it.each([
    [
      'of a driver',
      async (all: Awaited<ReturnType<typeof town>>) => {
        await all.pair(CLEO, 'driver');
        return all.revocationList([all.entry(BOB)], { person: CLEO, slot: 1 });
      },
    ],
    [
      'of nobody',
      async (all: Awaited<ReturnType<typeof town>>) => {
        await Promise.resolve();
        return all.revocationList([all.entry(BOB)], { person: DAN, slot: 0 });
      },
    ],
    [
      'of an owner whom another owner suspended',
      async (all: Awaited<ReturnType<typeof town>>) => {
        await all.pair(CLEO, 'owner');
        await all.relay([all.entry(CLEO, 'suspended')]);
        return all.revocationList([all.entry(BOB), all.entry(ADA.person)], {
          person: CLEO,
          slot: 1,
        });
      },
    ],
  ])('%s changes nothing', async (_, make) => {
    const all = await town();
    expect(await all.attempt(BOB, 'unlock', all.grant(BOB))).toBe('done');
    const parts = await make(all);
    const before = all.store.record;
    for (const part of parts) await all.car.credentials.receive(part);
    expect(all.store.record).toEqual(before);
    expect(await all.attempt(BOB, 'unlock')).toBe('done');
  });

  it('keeps an owner from driving and managing, never from unlocking', async () => {
    const { attempt, entry, pair, relay } = await town();
    const eve = person(7);
    await pair(eve, 'owner');
    await relay([entry(eve)]);
    expect(await attempt(eve, 'unlock')).toBe('done');
    expect(await attempt(eve, 'start')).toBe('suspended');
    expect(await attempt(eve, 'setPin')).toBe('suspended');
    // The card sets it right.
    await pair(eve, 'owner');
    expect(await attempt(eve, 'start')).toBe('done');
  });

  it('of an owner who is gone still holds for what was revoked', async () => {
    const { attempt, entry, pair, car, grant, relay } = await town();
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    const chain = grant(BOB);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    await relay([entry(BOB)], eve);
    expect(await car.credentials.remove(1, 'card')).toBeUndefined();
    expect(car.status().keys).toHaveLength(1);
    expect(await attempt(BOB, 'unlock', chain)).toBe('suspended');
  });
});

describe('the clock of the car', () => {
  it('never goes below what an owner has signed', async () => {
    const { car, grant, attempt, pass, now, relay } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB, { notAfter: now() + DAY }))).toBe('done');
    pass(2 * DAY);
    await relay([]);
    pass(-2 * DAY);
    expect(car.status().now).toBe(now() + 2 * DAY);
    expect(await attempt(BOB, 'unlock')).toBe('expired');
    // What is dated ahead moves it by five minutes at the most.
    pass(2 * DAY);
    await relay([], ADA, { issuedAt: now() + 301 });
    expect(car.status().now).toBe(now());
    await relay([], ADA, { issuedAt: now() + 300 });
    expect(car.status().now).toBe(now() + 300);
  });

  it('does not believe what a guest has signed', async () => {
    const { car, grant, delegate, attempt, now } = await town();
    const first = grant(BOB, { delegations: 1 });
    const second = delegate(first, BOB, CLEO, { issuedAt: now() + 300 });
    expect(await attempt(CLEO, 'unlock', second)).toBe('done');
    expect(car.status().now).toBe(now());
  });

  it('when it was lost opens to no key with limits, says so, and is set by an owner only', async () => {
    const { car, grant, attempt, now, pair, seen } = await town();
    await pair(DAN, 'driver');
    const chain = grant(BOB);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    await car.loseClock();
    expect(car.status().now).toBeNull();
    expect(await attempt(BOB, 'unlock')).toBe('clock-lost');
    expect(await attempt(BOB, 'lock')).toBe('done');
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('clock-lost');
    expect(await attempt(DAN, 'unlock')).toBe('done');
    const { clockLost } = await car.execute(setTime(now()), car.keys()[1]!);
    expect(clockLost).toBe(true);
    expect(await attempt(DAN, setTime(now()))).toBe('not-permitted');
    seen();
    expect(await attempt(ADA.person, setTime(now() + HOUR))).toBe('done');
    expect(seen()).toEqual(['clock-set']);
    expect(car.status().now).toBe(now() + HOUR);
    expect(await attempt(BOB, 'unlock')).toBe('done');
    // A clock that runs is not turned.
    expect(await attempt(ADA.person, setTime(now() - DAY))).toBe('done');
    expect(car.status().now).toBe(now() + HOUR);
  });

  it('that was lost is not set below what an owner has signed', async () => {
    const { car, attempt, now, relay } = await town();
    await relay([]);
    await car.loseClock();
    expect(await attempt(ADA.person, setTime(now() - DAY))).toBe('done');
    expect(car.status().now).toBe(now());
  });
});

const setTime = (seconds: number): Command => ({ type: 'setTime', seconds });
