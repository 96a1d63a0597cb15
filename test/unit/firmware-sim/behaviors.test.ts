import { describe, expect, it } from '@jest/globals';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { CommandSchema } from '../../support/schema/phonekey_pb.js';
import { commandOf, outcomeOf, phoneIdentity, rig } from './rig.js';

describe('BEHAVIORS', () => {
  it('has exactly one behaviour for every command of the schema', () => {
    const commands = CommandSchema.oneofs.flatMap(({ fields }) =>
      fields.map(({ localName }) => localName),
    );
    expect(commands.length).toBeGreaterThan(10);
    expect([...BEHAVIORS.keys()].sort()).toEqual([...commands].sort());
  });
});

describe('commands', () => {
  it('unlock and lock', async () => {
    const { car, enrol, seen } = await rig();
    const key = await enrol(1);
    seen();
    expect(outcomeOf(await car.execute(commandOf('unlock'), key))).toBe('done');
    expect(car.status().locked).toBe(false);
    car.pullHandle('front-left');
    expect(outcomeOf(await car.execute(commandOf('lock'), key))).toBe('door-open');
    expect(car.status().locked).toBe(false);
    car.hand({ type: 'close', closure: 'front-left' });
    expect(outcomeOf(await car.execute(commandOf('lock'), key))).toBe('done');
    expect(car.status().locked).toBe(true);
    expect(seen()).toEqual(['unlocked', 'door-opened', 'command-refused', 'door-closed', 'locked']);
  });

  it('start authorises driving and leaves the lock alone', async () => {
    const { car, enrol } = await rig();
    const key = await enrol(1);
    expect(outcomeOf(await car.execute(commandOf('start'), key))).toBe('done');
    expect(car.status()).toMatchObject({ locked: true, driveSecondsLeft: 120, driving: false });
  });

  it.each(['trunk', 'frunk'] as const)('%s opens it, once', async (name) => {
    const { car, enrol, seen } = await rig();
    const key = await enrol(1);
    seen();
    expect(outcomeOf(await car.execute(commandOf(name), key))).toBe('done');
    expect(outcomeOf(await car.execute(commandOf(name), key))).toBe('done');
    expect(car.status()).toMatchObject({ locked: true, open: [name] });
    expect(seen()).toEqual(['door-opened']);
  });

  it.each(['unlock', 'lock', 'trunk', 'frunk'] as const)(
    '%s is refused on the road, and status is not',
    async (name) => {
      const { car, enrol } = await rig();
      const key = await enrol(1);
      await car.execute(commandOf('start'), key);
      car.hand({ type: 'drive' });
      const before = car.status();
      expect(outcomeOf(await car.execute(commandOf(name), key))).toBe('driving');
      expect(car.status()).toEqual(before);
      expect(outcomeOf(await car.execute(commandOf('status'), key))).toBe('status');
    },
  );

  it('status tells lock, closures and authorisation', async () => {
    const { car, clock, enrol } = await rig();
    const key = await enrol(1);
    await car.execute(commandOf('unlock'), key);
    await car.execute(commandOf('start'), key);
    await car.execute(commandOf('frunk'), key);
    car.pullHandle('rear-right');
    await clock.advance(500);
    const { outcome } = await car.execute(commandOf('status'), key);
    expect(outcome).toMatchObject({
      type: 'status',
      status: { locked: false, open: ['frunk', 'rear-right'], driveSecondsLeft: 120 },
    });
  });

  it('listKeys shows an owner all keys, and which one asks', async () => {
    const { car, enrol } = await rig();
    const owner = await enrol(1);
    const driver = await enrol(2);
    const { outcome } = await car.execute(commandOf('listKeys'), owner);
    expect(outcome).toMatchObject({
      type: 'keys',
      keys: [
        { slot: 0, name: 'phone 1', role: 'owner', own: true },
        { slot: 1, name: 'phone 2', role: 'driver', own: false },
        { slot: 24, name: 'card', role: 'none', formFactor: 'card', own: false },
      ],
    });
    const fingerprints =
      outcome.type === 'keys' ? outcome.keys.map(({ fingerprint }) => fingerprint.length) : [];
    expect(fingerprints).toEqual([16, 16, 16]);
    const refused = await car.execute(commandOf('listKeys'), driver);
    expect(outcomeOf(refused)).toBe('not-permitted');
  });
});

describe('removeKey', () => {
  const remove = async (by: (keys: KeySlot[]) => KeySlot | undefined, slot: number) => {
    const setup = await rig();
    const keys = [await setup.enrol(1), await setup.enrol(2), await setup.enrol(3, 'owner')];
    const asking = by(keys);
    if (asking === undefined) throw new Error('no such key');
    setup.seen();
    const outcome = outcomeOf(await setup.car.execute(commandOf('removeKey', slot), asking));
    return { ...setup, outcome, left: setup.car.keys().map((key) => key.slot) };
  };

  it('lets an owner remove any key, and says so', async () => {
    const { outcome, left, removed, seen, events } = await remove(([owner]) => owner, 1);
    expect(outcome).toBe('done');
    expect(left).toEqual([0, 2]);
    expect(removed).toEqual([phoneIdentity(2).publicKey]);
    expect(events).toMatchObject([{ key: { slot: 1, name: 'phone 2' }, by: { slot: 0 } }]);
    expect(seen()).toEqual(['key-removed']);
  });

  it('lets a driver remove its own key only', async () => {
    const own = await remove(([, driver]) => driver, 1);
    expect([own.outcome, own.left]).toEqual(['done', [0, 2]]);
    const { outcome, left, removed } = await remove(([, driver]) => driver, 0);
    expect([outcome, left]).toEqual(['not-permitted', [0, 1, 2]]);
    expect(removed).toEqual([]);
    // An empty slot looks to a driver as any other that is not its own.
    const empty = await remove(([, driver]) => driver, 7);
    expect(empty.outcome).toBe('not-permitted');
  });

  it.each(['driver', 'guest', 'valet', 'service', 'owner'] as const)(
    'without a slot is the own key, of a %s too',
    async (role) => {
      const { car, enrol } = await rig();
      const [, other] = [await enrol(1), await enrol(2, role)];
      expect(outcomeOf(await car.execute({ type: 'removeKey' }, other))).toBe('done');
      expect(car.keys()).toMatchObject([{ slot: 0 }]);
    },
  );

  it('without a slot keeps the last owner', async () => {
    const { car, enrol } = await rig();
    const last = await enrol(1);
    expect(outcomeOf(await car.execute({ type: 'removeKey' }, last))).toBe('last-owner');
    expect(car.keys()).toHaveLength(1);
  });

  it('without a slot is the key that asks, also where that got another slot meanwhile', async () => {
    const { car, store, enrol } = await rig();
    const [, asks] = [await enrol(1), await enrol(2), await enrol(3)];
    const moved = store.update((record) => ({
      record: {
        ...record,
        keys: record.keys.map((key) => ({ ...key, slot: key.slot === 0 ? 0 : 3 - key.slot })),
      },
      value: undefined,
    }));
    expect(outcomeOf(await car.execute({ type: 'removeKey' }, asks))).toBe('done');
    await moved;
    expect(car.keys().map(({ name }) => name)).toEqual(['phone 1', 'phone 3']);
  });

  it('refuses the highest slot that can be written', async () => {
    expect((await remove(([owner]) => owner, 2 ** 32 - 1)).outcome).toBe('no-such-key');
    expect((await remove(([, driver]) => driver, 2 ** 32 - 1)).outcome).toBe('not-permitted');
  });

  it('refuses an empty slot', async () => {
    const { outcome } = await remove(([owner]) => owner, 7);
    expect(outcome).toBe('no-such-key');
  });

  it('keeps the last owner', async () => {
    const { car, outcome, left } = await remove(([, , second]) => second, 2);
    expect([outcome, left]).toEqual(['done', [0, 1]]);
    const last = car.keys().find(({ slot }) => slot === 0);
    if (last === undefined) throw new Error('no owner');
    expect(outcomeOf(await car.execute(commandOf('removeKey', 0), last))).toBe('last-owner');
    expect(await car.credentials.remove(0, 'card')).toBe('last-owner');
  });

  it("leaves an owner's key to its owner and to the card", async () => {
    const { car, outcome, left } = await remove(([, , second]) => second, 0);
    expect([outcome, left]).toEqual(['owner-key', [0, 1, 2]]);
    expect(await car.credentials.remove(0, 'card')).toBeUndefined();
    expect(car.keys().map(({ slot }) => slot)).toEqual([1, 2]);
  });

  it('keeps one of two owners who leave at once', async () => {
    const { car, enrol } = await rig();
    const [a, b] = [await enrol(1), await enrol(2, 'owner')];
    const outcomes = await Promise.all([
      car.execute(commandOf('removeKey', 0), a),
      car.execute(commandOf('removeKey', 1), b),
    ]);
    expect(outcomes.map(outcomeOf)).toEqual(['done', 'last-owner']);
    expect(car.keys().map(({ slot }) => slot)).toEqual([1]);
  });

  it('ends the drive authorisation that the removed key gave, and no other', async () => {
    const { car, enrol, seen } = await rig();
    const [owner, driver] = [await enrol(1), await enrol(2)];
    await car.execute(commandOf('start'), driver);
    seen();
    await car.execute(commandOf('removeKey', 1), owner);
    expect(seen()).toEqual(['key-removed', 'drive-ended']);
    const again = await enrol(2);
    await car.execute(commandOf('start'), again);
    await car.execute(commandOf('start'), owner);
    await car.execute(commandOf('removeKey', 1), owner);
    expect(car.status().driveSecondsLeft).toBe(120);
  });
});
