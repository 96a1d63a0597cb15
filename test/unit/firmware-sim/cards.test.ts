import { describe, expect, it } from '@jest/globals';
import { cardNamed, MOST_CARDS } from '../../../firmware-sim/cards.js';
import { controlOf } from '../../../firmware-sim/control/car-control.js';
import { decodeRecord, encodeRecord, newRecord } from '../../../firmware-sim/memory/record.js';
import { FIRST_CARD_SLOT, MAX_CAR_SLOTS } from '../../../firmware-sim/rights/slots.js';
import type { KeyEntry } from '../../../lib/domain/outcomes.js';
import { MOST_NAME_BYTES } from '../../../lib/domain/names.js';
import { encodeFromCar } from '../../../lib/native/codec.js';
import { encodeResult } from '../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { commandOf, outcomeOf, rig, WALL_TIME } from './rig.js';
import type { Rig } from './rig.js';

const personAt = ({ car }: Rig) => controlOf(car, (card) => car.reset(card));

const names = ({ car }: Rig): string[] => car.status().cards.map(({ name }) => name);

/** A car with the cards "card" and "spare", an owner in slot 0 and a driver in slot 1. */
const twoCards = async () => {
  const setup = await rig();
  const owner = await setup.enrol(1);
  const driver = await setup.enrol(2);
  await personAt(setup).addCard('spare');
  setup.seen();
  return { ...setup, owner, driver, person: personAt(setup) };
};

const SPARE = FIRST_CARD_SLOT + 1;

const refusal = (message: string) => ({ code: 'sim.refused', message });

describe('the key cards of a car', () => {
  it('are one in a new car and in one after a factory reset', async () => {
    const setup = await twoCards();
    expect(names(await rig())).toEqual(['card']);
    expect(names(setup)).toEqual(['card', 'spare']);
    await setup.person.reset();
    expect(names(setup)).toEqual(['card']);
  });

  it('are another one after a factory reset, where the only one was lost', async () => {
    const setup = await twoCards();
    await setup.person.reset('new');
    expect(setup.car.status().cards).toMatchObject([{ slot: FIRST_CARD_SLOT, name: 'new' }]);
    for (const card of ['card', 'spare']) {
      await expect(setup.person.tap({ reader: 'pillar', card })).rejects.toMatchObject(
        refusal('the car does not know this key card, or not any more'),
      );
    }
    await setup.person.tap({ reader: 'pillar' });
    await expect(setup.person.reset('')).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(names(setup)).toEqual(['new']);
  });

  it('stand in the list of keys, without a role', async () => {
    const { car, owner } = await twoCards();
    const { outcome } = await car.execute(commandOf('listKeys'), owner);
    if (outcome.type !== 'keys') throw new Error(outcome.type);
    const card = { role: 'none', formFactor: 'card', own: false, suspended: false };
    const none = { notAfter: null, usesLeft: null, grantedBy: null };
    expect(outcome.keys.slice(2)).toEqual(
      car.status().cards.map((each) => ({ ...each, ...card, ...none })),
    );
    expect(outcome.keys.map(({ slot }) => slot)).toEqual([0, 1, FIRST_CARD_SLOT, SPARE]);
    expect(new Set(outcome.keys.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it('are none in an empty list', () => {
    expect(cardNamed([])).toBeUndefined();
    expect(cardNamed([], 'card')).toBeUndefined();
  });

  it('are named by what they do', async () => {
    const { car, events } = await twoCards();
    car.tap({ reader: 'pillar' });
    car.tap({ reader: 'console', purpose: 'drive', card: 'spare' });
    expect(events.filter(({ type }) => type === 'card-tapped')).toEqual([
      {
        type: 'card-tapped',
        reader: 'pillar',
        purpose: 'lock',
        card: 'card',
        at: 0,
        time: WALL_TIME,
      },
      {
        type: 'card-tapped',
        reader: 'console',
        purpose: 'drive',
        card: 'spare',
        at: 0,
        time: WALL_TIME,
      },
    ]);
  });

  it('take no slot from other keys, and survive a re-key', async () => {
    const setup = await rig({ slots: 1 });
    for (let n = 1; n < MOST_CARDS; n++) await personAt(setup).addCard(`card ${String(n)}`);
    const owner = await setup.enrol(1);
    expect(owner.slot).toBe(0);
    expect(outcomeOf(await setup.car.execute(commandOf('raiseEpoch'), owner))).toBe('done');
    expect(names(setup)).toHaveLength(MOST_CARDS);
  });
});

describe('a new card', () => {
  it('is added at the console, with one that the car knows', async () => {
    const setup = await rig();
    const person = personAt(setup);
    await person.addCard('spare', 'card');
    await person.addCard('third', 'spare');
    expect(setup.events).toMatchObject([
      { type: 'card-added', by: 'card', card: { slot: SPARE, name: 'spare' } },
      { type: 'card-added', by: 'card', card: { slot: SPARE + 1, name: 'third' } },
    ]);
    await person.removeKey(SPARE);
    await person.addCard('fourth');
    expect(names(setup)).toEqual(['card', 'fourth', 'third']);
  });

  it('is refused without one, with a name that is there, and where there are eight', async () => {
    const setup = await rig();
    const person = personAt(setup);
    const unknown = refusal('the car does not know this key card, or not any more');
    await expect(person.addCard('mine', 'mine')).rejects.toMatchObject(unknown);
    expect(setup.events).toMatchObject([{ type: 'card-refused', reader: 'console', card: 'mine' }]);
    const known = refusal('the car has a key card of this name');
    await expect(person.addCard('card')).rejects.toMatchObject(known);
    for (let n = 1; n < MOST_CARDS; n++) await person.addCard(`card ${String(n)}`);
    const full = refusal('the car knows as many key cards as it can: remove one first');
    await expect(person.addCard('ninth')).rejects.toMatchObject(full);
    expect(names(setup)).toHaveLength(8);
  });
});

describe('a lost card', () => {
  // A tap was one of any card: who had once found one, opened and paired for ever.
  it('opens nothing, starts nothing and pairs nothing once it is removed', async () => {
    const { car, owner, events, seen } = await twoCards();
    const remove = commandOf('removeKey', SPARE);
    expect(outcomeOf(await car.execute(remove, owner))).toBe('done');
    expect(events).toMatchObject([{ type: 'card-removed', card: { slot: SPARE, name: 'spare' } }]);
    // Nothing else of the key.
    expect(events).toHaveProperty('0.by', { slot: 0, name: 'phone 1' });
    seen();
    const card = 'spare';
    for (const purpose of ['drive', 'pair'] as const) {
      expect(car.tap({ reader: 'console', purpose, card })).toBe('card-unknown');
    }
    expect(car.tap({ reader: 'pillar', card })).toBe('card-unknown');
    expect(car.status()).toMatchObject({ locked: true, driveSecondsLeft: 0, pairing: 'idle' });
    expect(events).toMatchObject([
      { type: 'card-refused', reader: 'console', card },
      { type: 'card-refused', reader: 'console', card },
      { type: 'card-refused', reader: 'pillar', card },
    ]);
    expect(car.tap({ reader: 'pillar' })).toBeUndefined();
  });

  it('does nothing at the screen either', async () => {
    const setup = await twoCards();
    const { person, store } = setup;
    await person.removeKey(SPARE, 'spare');
    const before = store.record;
    const outcomes = await Promise.allSettled([
      person.removeKey(1, 'spare'),
      person.removeKey(FIRST_CARD_SLOT, 'spare'),
      person.addCard('another', 'spare'),
      person.setTime(0, 'spare'),
    ]);
    const refused = { status: 'rejected', reason: { code: 'sim.refused' } };
    expect(outcomes).toMatchObject(Array<object>(4).fill(refused));
    expect(store.record).toBe(before);
    expect(setup.seen()).toEqual(['card-removed', ...Array<string>(4).fill('card-refused')]);
  });

  it('that is removed while it waits its turn does nothing', async () => {
    const { person, car } = await twoCards();
    const both = [person.removeKey(SPARE), person.addCard('third', 'spare')];
    expect(await Promise.allSettled(both)).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected' },
    ]);
    expect(car.status().cards).toHaveLength(1);
  });

  it('takes with it what it began: driving, and the pairing window', async () => {
    const { car, person, events, seen, pairingChanges } = await twoCards();
    car.tap({ reader: 'console', purpose: 'drive', card: 'spare' });
    car.tap({ reader: 'console', purpose: 'pair', card: 'spare' });
    seen();
    const changes = pairingChanges();
    await person.removeKey(SPARE);
    expect(car.status()).toMatchObject({ driveSecondsLeft: 0, pairing: 'idle' });
    expect(events[1]).toMatchObject({ type: 'drive-ended', reason: 'key-removed' });
    expect(seen()).toEqual(['card-removed', 'drive-ended', 'pairing-closed']);
    expect(pairingChanges()).toBe(changes + 1);
  });

  it('leaves what another card began', async () => {
    const { car, person } = await twoCards();
    car.tap({ reader: 'console', purpose: 'drive', card: 'spare' });
    car.tap({ reader: 'console', purpose: 'pair', card: 'spare' });
    car.tap({ reader: 'console', purpose: 'drive' });
    car.tap({ reader: 'console', purpose: 'pair' });
    await person.removeKey(SPARE);
    expect(car.status()).toMatchObject({ driveSecondsLeft: 120, pairing: 'pairing' });
  });

  it('that was the last one stays, at the screen and over the air', async () => {
    const { car, owner, person } = await twoCards();
    await person.removeKey(FIRST_CARD_SLOT);
    const last = refusal("this is the car's last key card");
    await expect(person.removeKey(SPARE, 'spare')).rejects.toMatchObject(last);
    expect(outcomeOf(await car.execute(commandOf('removeKey', SPARE), owner))).toBe('last-card');
    const gone = commandOf('removeKey', FIRST_CARD_SLOT);
    expect(outcomeOf(await car.execute(gone, owner))).toBe('no-such-key');
  });

  it('is removed by owners alone', async () => {
    const { car, driver } = await twoCards();
    const remove = commandOf('removeKey', SPARE);
    expect(outcomeOf(await car.execute(remove, driver))).toBe('not-permitted');
  });
});

describe('the record', () => {
  const text = (cards: unknown): string => {
    const record = JSON.parse(encodeRecord(newRecord(new Uint8Array(32)))) as object;
    return JSON.stringify({ ...record, cards });
  };

  it('keeps the cards', () => {
    const cards = [
      { slot: FIRST_CARD_SLOT, name: 'x'.repeat(MOST_NAME_BYTES) },
      { slot: MAX_CAR_SLOTS - 1, name: 'spare' },
    ];
    expect(decodeRecord(text(cards)).cards).toEqual(cards);
  });

  it.each([
    ['none', []],
    ['nine', Array.from({ length: 9 }, (_, n) => ({ slot: FIRST_CARD_SLOT + n, name: `${n}` }))],
    ['one among the other keys', [{ slot: FIRST_CARD_SLOT - 1, name: 'card' }]],
    ['one beyond', [{ slot: MAX_CAR_SLOTS, name: 'card' }]],
    ['two in one slot', [24, 24].map((slot) => ({ slot, name: 'card' }))],
    ['two of one name', [24, 25].map((slot) => ({ slot, name: 'card' }))],
    ['one without a name', [{ slot: 24, name: '' }]],
    ['one with a key', [{ slot: 24, name: 'card', publicKey: '' }]],
  ])('has no such cards: %s', (_, cards) => {
    expect(() => decodeRecord(text(cards))).toThrow();
  });
});

describe('the slots', () => {
  // 32 keys with grants took 2127 bytes: the owner of so full a car got no list.
  it('are as many as one message can tell, with the longest names and all limits', () => {
    const each = { name: 'x'.repeat(MOST_NAME_BYTES), fingerprint: '00'.repeat(8) };
    const guest = { role: 'guest', formFactor: 'phone', suspended: true } as const;
    const limits = { notAfter: 2 ** 32 - 2, usesLeft: 255, grantedBy: 23 };
    const card = { role: 'none', formFactor: 'card', suspended: false } as const;
    const none = { notAfter: null, usesLeft: null, grantedBy: null };
    const keys = Array.from({ length: MAX_CAR_SLOTS }, (_, slot): KeyEntry => ({
      ...each,
      slot,
      own: slot === 0,
      ...(slot < FIRST_CARD_SLOT ? { ...guest, ...limits } : { ...card, ...none }),
    }));
    const most = 2 ** 32 - 1;
    const terms = { clockLost: true, epoch: 0xffff, time: most, mark: most, floor: most };
    const sealed = new Uint8Array(
      encodeResult({ outcome: { type: 'keys', keys }, ...terms }).length + 16,
    );
    const message = encodeFromCar({ case: 'sealed', value: sealed });
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
