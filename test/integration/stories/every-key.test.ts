import { afterEach, describe, expect, it } from '@jest/globals';
import { Fob } from '../../../cli/fob/fob.js';
import { levelOf, newCell } from '../../../firmware-sim/fob/battery.js';
import type { KeyEntry } from '../../../lib/domain/outcomes.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { rememberedScrypt } from '../../../testing/remembered-scrypt.js';
import { openWindow, startTestCar } from '../../../testing/index.js';
import type { TestCar } from '../../../testing/index.js';

/** A key of a person beside the car: what opens it, whatever it is. */
interface Key {
  readonly name: string;
  /** What says that the car does not know it any more. */
  readonly gone: string;
  /** The owner and the driver that there were before have slots 0 and 1. */
  unlock(): Promise<void>;
}

/** How each kind of key comes to be one: always by the card, at the car. */
const KINDS: Readonly<Record<'phone' | 'fob' | 'card', (test: TestCar) => Promise<Key>>> = {
  async phone(test) {
    const { newPhone, clock, pair } = test;
    const phone = newPhone({ name: 'second phone' });
    await pair(phone, 'driver');
    return {
      name: 'second phone',
      gone: 'car.not-recognised',
      unlock: () => clock.until(phone.unlock()),
    };
  },

  async fob({ radio, clock, wallTime, car }) {
    const fob = new Fob({
      central: radio.central(),
      store: new MemoryCarStore(),
      cell: { update: async (change) => levelOf(change(newCell(0))) },
      name: 'fob',
      clock,
      wallTime,
      suite: rememberedScrypt,
    });
    await clock.until(fob.pair(await openWindow(car, 'driver')));
    return {
      name: 'fob',
      gone: 'car.not-recognised',
      unlock: async () => {
        await clock.until(fob.press('unlock'));
      },
    };
  },

  async card({ car: { control } }) {
    await control.addCard('spare');
    return {
      name: 'spare',
      gone: 'sim.refused',
      unlock: () => control.tap({ reader: 'pillar', card: 'spare' }),
    };
  },
};

let test: TestCar;
afterEach(() => test.close());

const slotOf = (keys: readonly KeyEntry[], name: string): number => {
  const slot = keys.find((key) => key.name === name)?.slot;
  if (slot === undefined) throw new Error(`no key ${name}`);
  return slot;
};

const isLocked = async (): Promise<boolean> => (await test.car.control.status()).locked;

const lock = async (): Promise<void> => {
  await test.owner.lock();
  expect(await isLocked()).toBe(true);
};

/** Takes the key in the slot away, in each way that there is. */
const WAYS: Readonly<Record<string, (slot: number) => Promise<void>>> = {
  "the owner's phone": (slot) => test.owner.removeKey(slot),
  'the screen of the car': (slot) => test.car.control.removeKey(slot, 'card'),
};

const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];

describe.each(kinds)('a second key that is a %s', (kind) => {
  it('unlocks, stands in the list of keys, and at the car, as what it is', async () => {
    test = await startTestCar({ phones: ['owner', 'driver'] });
    const key = await KINDS[kind](test);
    await key.unlock();
    expect(await isLocked()).toBe(false);
    const { keys, cards } = await test.car.control.status();
    const listed = await test.owner.listKeys();
    expect(listed.filter(({ own }) => own)).toHaveLength(1);
    const entry = listed.find(({ name }) => name === key.name);
    expect(entry).toMatchObject({ formFactor: kind, suspended: false, own: false });
    const seen = [...keys, ...cards].find(({ name }) => name === key.name);
    expect(seen).toMatchObject({ slot: entry?.slot, fingerprint: entry?.fingerprint });
  });

  it.each(Object.keys(WAYS))('is taken away by %s, and opens nothing more', async (way) => {
    test = await startTestCar({ phones: ['owner', 'driver'] });
    const key = await KINDS[kind](test);
    const slot = slotOf(await test.owner.listKeys(), key.name);
    await WAYS[way]?.(slot);

    const error: unknown = await key.unlock().catch((caught: unknown) => caught);
    if (!(error instanceof PhoneKeyError)) throw new Error(`a removed ${kind} opens the car`);
    expect(error.code).toBe(key.gone);
    expect(await isLocked()).toBe(true);
    expect((await test.owner.listKeys()).map(({ name }) => name)).not.toContain(key.name);
    const types = test.events.map(({ type }) => type);
    expect(types).toContain(kind === 'card' ? 'card-removed' : 'key-removed');

    // All others are keys as before.
    for (const phone of test.phones) {
      await phone.unlock();
      expect(await isLocked()).toBe(false);
      await lock();
    }
    await test.car.control.tap({ reader: 'pillar', card: 'card' });
    expect(await isLocked()).toBe(false);
  });

  it('cannot be taken away by who is no owner, nor with a card that the car does not know', async () => {
    test = await startTestCar({ phones: ['owner', 'driver'] });
    const key = await KINDS[kind](test);
    const slot = slotOf(await test.owner.listKeys(), key.name);
    await expect(test.phones[1]?.removeKey(slot)).rejects.toMatchObject({
      code: 'car.not-permitted',
    });
    await expect(test.car.control.removeKey(slot, 'found')).rejects.toMatchObject({
      code: 'sim.refused',
    });
    await key.unlock();
    expect(await isLocked()).toBe(false);
  });

  it('is enrolled again in its slot once it was taken away', async () => {
    test = await startTestCar({ phones: ['owner', 'driver'] });
    const first = await KINDS[kind](test);
    const slot = slotOf(await test.owner.listKeys(), first.name);
    await test.owner.removeKey(slot);
    const again = await KINDS[kind](test);
    expect(slotOf(await test.owner.listKeys(), again.name)).toBe(slot);
    await again.unlock();
    expect(await isLocked()).toBe(false);
  });
});

it('a lost card opens the car for whoever finds it, until it is replaced by another', async () => {
  test = await startTestCar();
  const { control } = test.car;
  // Also the last one: first the new one, with the old, then the old one goes.
  await control.addCard('new', 'card');
  await control.tap({ reader: 'pillar', card: 'card' });
  expect(await isLocked()).toBe(false);
  await control.removeKey(24, 'new');
  await lock();
  await expect(control.tap({ reader: 'pillar', card: 'card' })).rejects.toMatchObject({
    code: 'sim.refused',
  });
  await expect(control.removeKey(25, 'new')).rejects.toMatchObject({ code: 'sim.refused' });
  await expect(test.owner.removeKey(25)).rejects.toMatchObject({ code: 'car.refused' });
  await control.tap({ reader: 'console', purpose: 'drive', card: 'new' });
  expect((await control.status()).driveSecondsLeft).toBeGreaterThan(0);
});
