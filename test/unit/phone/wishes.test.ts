import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { CarStore, PairedCar, Wish } from '../../../lib/phone/store.js';
import { MOST_WISHES, openWishes, withoutWishes, withWish } from '../../../lib/phone/wishes.js';
import type { Central } from '../../../lib/radio/types.js';
import { watchUpdates } from '../../support/car-store.js';
import { deaf, failing, held, startTwoWays } from '../../support/two-ways.js';
import type { Fate, TwoWays } from '../../support/two-ways.js';

let at: TwoWays;

beforeEach(async () => {
  at = await startTwoWays();
});
afterEach(() => at.stop());

const wishes = async (): Promise<readonly Wish[]> => (await at.store.list())[0]?.wishes ?? [];

const locked = async (): Promise<boolean> => (await at.car.control.status()).locked;

/** The cloud takes the command, and holds it back for so long; no answer comes. */
const holding = (ms: number): Central => {
  let sent = 0;
  return held(at.far.central(), at.clock, (from): Fate => {
    if (from === 'car') return sent > 0 ? undefined : 0; // the challenge comes
    sent += 1;
    return ms;
  });
};

const unanswered = { code: 'car.outcome-unknown', mayHaveSucceeded: true };

describe('a wish without an answer', () => {
  it('is kept, and does not come late: neither after the next one nor without it', async () => {
    const afar = at.phone({ central: deaf(), cloud: holding(3_500) });
    const call = at.run(afar.unlock({ via: 'cloud', timeoutMs: 1_500 }));
    await expect(call).rejects.toMatchObject({
      ...unanswered,
      hint: 'The command may have been carried out. Look at the car, or ask it. What is asked for next replaces it.',
    });
    expect(await wishes()).toHaveLength(1);
    await at.run(at.phone().lock({ via: 'ble' }));
    expect(await wishes()).toEqual([]); // the car knows
    await at.clock.advance(30_000);
    expect(at.did()).toEqual([]); // it was locked, and stays so
    expect(await locked()).toBe(true);
  });

  it('would come late without that', async () => {
    const afar = at.phone({ central: deaf(), cloud: holding(3_500) });
    const call = at.run(afar.unlock({ via: 'cloud', timeoutMs: 1_500 }));
    await expect(call).rejects.toMatchObject(unanswered);
    await at.store.update('Blue', (car) => ({ car: { ...car, wishes: [] }, value: 0 }));
    await at.run(at.phone().lock({ via: 'ble' }));
    await at.clock.advance(30_000);
    expect(at.did()).toEqual(['unlocked']);
  });

  it('stands in the store before it is sent through the cloud, and no more once it is answered', async () => {
    const sizes: number[] = [];
    watchUpdates(at.store, ({ wishes: now = [] }) => sizes.push(now.length));
    let atSending: number | undefined;
    const cloud = held(at.far.central(), at.clock, (from) => {
      if (from === 'phone') atSending ??= sizes.at(-1);
      return 0;
    });
    await at.run(at.phone({ central: deaf(), cloud }).unlock({ via: 'cloud' }));
    expect(atSending).toBe(1);
    expect(sizes.at(-1)).toBe(0);
  });

  it('is left by a program that is killed, for the next one', async () => {
    const killed = at.phone({ central: deaf(), cloud: holding(4_000) });
    const forgotten = killed.unlock({ via: 'cloud' }).catch(() => undefined);
    await at.clock.advance(200);
    expect(await wishes()).toHaveLength(1);
    await at.run(at.phone({ cloud: undefined }).lock()); // it was logged out meanwhile
    await at.clock.advance(3_900);
    expect(await locked()).toBe(true);
    expect(at.did()).toEqual([]);
    await at.run(forgotten);
  });

  it('of Bluetooth is written only when no answer came', async () => {
    let writes = 0;
    watchUpdates(at.store, () => {
      writes += 1;
    });
    await at.run(at.phone().unlock());
    expect(writes).toBe(0);
    const lossy = held(at.near.central(), at.clock, () => 0);
    let toPhone = 0;
    const central = held(lossy, at.clock, (from) =>
      from === 'phone' || toPhone++ === 0 ? 0 : undefined,
    );
    const call = at.run(at.phone({ central }).lock({ via: 'ble', timeoutMs: 1_000 }));
    await expect(call).rejects.toMatchObject(unanswered);
    expect(writes).toBe(1);
    expect(await wishes()).toHaveLength(1);
  });

  it('goes without an id where there is one way alone, and as before', async () => {
    const phone = at.phone({ cloud: undefined });
    // More than the car remembers of one key.
    for (let n = 0; n < 12; n++) await at.run(phone.unlock());
    expect(await wishes()).toEqual([]);
  });

  it('that was sent nowhere is forgotten', async () => {
    const cloud = failing(at.clock, 'cloud.failed', 'it failed');
    const call = at.run(at.phone({ central: deaf(), cloud }).unlock({ timeoutMs: 3_000 }));
    await expect(call).rejects.toMatchObject({ code: 'cloud.failed' });
    expect(await wishes()).toEqual([]);
  });
});

describe('two programs of one phone', () => {
  it('do not lose the wishes of each other', async () => {
    const calls = [4_000, 4_500].map((ms) =>
      at
        .phone({ central: deaf(), cloud: holding(ms) })
        .unlock({ via: 'cloud', timeoutMs: 1_500 })
        .catch((error: unknown) => error),
    );
    await at.run(Promise.all(calls));
    expect(await wishes()).toHaveLength(2);
    await at.run(at.phone().lock());
    expect(await wishes()).toEqual([]);
    await at.clock.advance(10_000);
    expect(at.did()).toEqual([]);
  });
});

describe('a store that cannot be written', () => {
  const broken = (store: CarStore): CarStore => ({
    list: () => store.list(),
    offers: () => store.offers(),
    add: (car) => store.add(car),
    remove: (name) => store.remove(name),
    addOffer: (offer) => store.addOffer(offer),
    removeOffer: (key) => store.removeOffer(key),
    update: () => Promise.reject(new Error('disk full')),
  });

  it('keeps a command from the cloud, and not from Bluetooth', async () => {
    const phone = at.phone({ store: broken(at.store) });
    await at.run(phone.unlock({ via: 'cloud', onWay: at.onWay }));
    expect(at.reports).toMatchObject([
      { via: 'ble', notUsed: [{ via: 'cloud', error: { code: 'keys.not-saved' } }] },
    ]);
    const afar = at.phone({ store: broken(at.store), central: deaf() });
    const call = at.run(afar.lock({ via: 'cloud', timeoutMs: 3_000 }));
    await expect(call).rejects.toMatchObject({ code: 'keys.not-saved' });
    expect(at.did()).toEqual(['unlocked']);
  });
});

describe('more wishes than one command can name', () => {
  it('keep the next one from being sent, until they cannot act', async () => {
    await at.store.update('Blue', (car) => {
      const since = Math.floor((at.wall.ms + at.clock.now()) / 1000);
      const ids = [1, 2, 3, 4, 5].map((n) => ({ id: new Uint8Array(8).fill(n), since }));
      return { car: { ...car, wishes: ids }, value: 0 };
    });
    const call = at.run(at.phone().lock({ timeoutMs: 3_000 }));
    await expect(call).rejects.toMatchObject({
      code: 'car.busy',
      message: 'too many commands of this phone had no answer',
    });
    await at.clock.advance(15_000);
    await at.run(at.phone().lock());
  });
});

describe('the wishes of an entry', () => {
  const wish = (n: number, since: number): Wish => ({ id: new Uint8Array(8).fill(n), since });
  const entry = (...all: Wish[]): PairedCar =>
    ({ name: 'Blue', ...(all.length > 0 && { wishes: all }) }) as unknown as PairedCar;

  it('are the newest, each once', () => {
    const six = [1, 2, 3, 4, 5, 6].reduce((car, n) => withWish(car, wish(n, 10), 10), entry());
    expect(six.wishes?.map(({ id }) => id[0])).toEqual([2, 3, 4, 5, 6]);
    expect(six.wishes).toHaveLength(MOST_WISHES);
    const again = withWish(six, wish(3, 12), 12);
    expect(again.wishes?.map(({ id }) => id[0])).toEqual([2, 4, 5, 6, 3]);
  });

  it('outlive a clock that is set ahead by less than 45 s, and one that is turned back', () => {
    const car = entry(wish(1, 1_000));
    expect(openWishes(car, 1_044)).toHaveLength(1);
    expect(openWishes(car, 1_060)).toHaveLength(0);
    expect(openWishes(car, 10)).toHaveLength(1);
    expect(withWish(car, wish(2, 2_000), 2_000).wishes).toEqual([wish(2, 2_000)]);
  });

  it('go without a trace, and are left alone where none of them is meant', () => {
    const car = entry(wish(1, 1), wish(2, 1));
    expect(withoutWishes(car, [new Uint8Array(8)])).toBe(car);
    const none = withoutWishes(car, [wish(1, 0).id, wish(2, 0).id]);
    expect(none).not.toHaveProperty('wishes');
  });
});

it('a command that was superseded says that nothing was done', async () => {
  const id = new Uint8Array(8).fill(9);
  const phone = at.phone();
  const link = await at.run(phone.connect());
  await at.run(link.command({ type: 'lock', id: new Uint8Array(8).fill(8), voids: [id] }));
  const { outcome } = await at.run(link.command({ type: 'unlock', id }));
  expect(outcome).toEqual({ type: 'refused', refusal: 'superseded' });
  await link.close();
  expect(new PhoneKeyError('car.refused', '').mayHaveSucceeded).toBe(false);
});
