import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codeByCard, Fob } from '../../cli/fob/fob.js';
import type { CellStore } from '../../cli/fob/cell-file.js';
import { drained, levelOf, newCell, rested } from '../../firmware-sim/fob/battery.js';
import type { CoinCell } from '../../firmware-sim/fob/battery.js';
import type { CarEvent } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { MemoryCarStore } from '../../lib/phone/store.js';
import type { Role } from '../../lib/domain/roles.js';
import type { Central, CentralLink } from '../../lib/radio/types.js';
import { rememberedScrypt } from '../../testing/remembered-scrypt.js';
import { startTestCar } from '../../testing/index.js';
import type { TestCar } from '../../testing/index.js';

/** A radio between a fob and the car, that may hear nothing, or lose what the car answers. */
class Pocket implements Central {
  deaf = false;
  /** How many of the next links end before the answer to the command comes. */
  losesAnswers = 0;
  links = 0;
  constructor(readonly inner: Central) {}

  async scan(...[filters, found, signal]: Parameters<Central['scan']>): Promise<void> {
    await this.inner.scan(filters, (heard) => this.deaf || found(heard), signal);
  }

  async connect(...to: Parameters<Central['connect']>): Promise<CentralLink> {
    this.links += 1;
    const link = await this.inner.connect(...to);
    if (this.losesAnswers-- <= 0) return link;
    return {
      mtu: link.mtu,
      peer: link.peer,
      send: (chunk) => link.send(chunk),
      close: () => link.close(),
      open: async ({ data, closed }) => {
        let messages = 0;
        await link.open({
          data: (chunk) => {
            messages += 1;
            if (messages === 1) data(chunk);
            else void link.close().then(() => closed('lost'));
          },
          closed,
        });
      },
    };
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

class Cell implements CellStore {
  cell: CoinCell;
  constructor(readonly now: () => number) {
    this.cell = newCell(now());
  }

  async update(change: (cell: CoinCell) => CoinCell) {
    this.cell = change(rested(this.cell, this.now()));
    return levelOf(this.cell);
  }
}

let test: TestCar;
beforeEach(async () => {
  test = await startTestCar();
});
afterEach(() => test.close());

const newFob = (name = 'fob') => {
  const { radio, clock, wallTime } = test;
  const pocket = new Pocket(radio.central());
  const cell = new Cell(() => Math.floor(wallTime() / 1000));
  const store = new MemoryCarStore();
  const options = { central: pocket, store, cell, clock, wallTime, name, suite: rememberedScrypt };
  return { fob: new Fob(options), pocket, cell, store };
};

const enrolled = async (role?: Role) => {
  const found = newFob();
  const code = await codeByCard(test.car.control, { role });
  await test.clock.until(found.fob.pair(code));
  return found;
};

const happened = (type: CarEvent['type']): number =>
  test.events.filter((event) => event.type === type).length;

describe('a fob', () => {
  it('is enrolled by card, as the window says, and the owner sees it as a fob', async () => {
    const { fob } = await enrolled('guest');
    expect(await test.owner.listKeys()).toMatchObject([
      { role: 'owner', formFactor: 'phone' },
      { role: 'guest', formFactor: 'fob', name: 'fob', slot: 1 },
      { formFactor: 'card' },
    ]);
    await test.clock.until(fob.press('unlock'));
    expect(test.events.at(-1)).toMatchObject({ type: 'unlocked', by: { slot: 1, name: 'fob' } });
  });

  it('locks, unlocks, opens the trunk, and lets its bearer drive', async () => {
    const { fob } = await enrolled();
    const pressed = async (button: Parameters<Fob['press']>[0]) => {
      await test.clock.until(fob.press(button));
      const { locked, open, driveSecondsLeft } = await test.car.control.status();
      return { locked, open, drive: driveSecondsLeft > 0 };
    };
    expect(await pressed('unlock')).toEqual({ locked: false, open: [], drive: false });
    expect(await pressed('start')).toEqual({ locked: false, open: [], drive: true });
    expect(await pressed('lock')).toEqual({ locked: true, open: [], drive: false });
    expect(await pressed('trunk')).toMatchObject({ open: ['trunk'] });
  });

  it('works at once after 1,000 presses that nobody heard', async () => {
    const { fob, pocket, cell } = await enrolled();
    pocket.deaf = true;
    for (let press = 0; press < 1000; press++) {
      const error: unknown = await test.clock.until(fob.press('unlock')).catch((e: unknown) => e);
      if (!(error instanceof PhoneKeyError) || error.code !== 'car.not-found') throw error;
    }
    expect(pocket.links).toBe(1);
    expect(happened('unlocked')).toBe(0);
    expect(levelOf(cell.cell)).toEqual({ percent: 95, state: 'ok' });
    pocket.deaf = false;
    await test.clock.until(fob.press('unlock'));
    expect(happened('unlocked')).toBe(1);
  });

  it('asks again with the same id where an answer was lost, and the car does it once', async () => {
    const { fob, pocket } = await enrolled();
    pocket.losesAnswers = 2;
    await test.clock.until(fob.press('start'));
    expect(pocket.links).toBe(4);
    expect(happened('drive-authorised')).toBe(1);
    await test.clock.until(fob.press('start'));
    expect(happened('drive-authorised')).toBe(2);
  });

  it('says that it may have been done where no answer comes at all', async () => {
    const { fob, pocket } = await enrolled();
    pocket.losesAnswers = 3;
    await expect(test.clock.until(fob.press('unlock'))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
    });
    expect(happened('unlocked')).toBe(1);
    // Another press is another wish.
    await test.clock.until(fob.press('lock'));
    expect(happened('locked')).toBe(1);
  });

  it('does nothing once its cell is empty, and works again with a new one', async () => {
    const { fob, pocket, cell } = await enrolled();
    await cell.update((now) => drained(now, 95));
    expect(await test.clock.until(fob.press('unlock'))).toEqual({
      car: 'Test car',
      battery: { percent: 5, state: 'low' },
    });
    await cell.update((now) => drained(now, 100));
    const { links } = pocket;
    await expect(fob.press('lock')).rejects.toMatchObject({ code: 'fob.cell-empty' });
    await expect(fob.pair('12345678')).rejects.toMatchObject({ code: 'fob.cell-empty' });
    expect([pocket.links, happened('locked')]).toEqual([links, 0]);
    await cell.update(({ at }) => newCell(at));
    await test.clock.until(fob.press('lock'));
    expect(happened('locked')).toBe(1);
  });

  it('cannot start a car that asks for a PIN, and says who can', async () => {
    const { fob } = await enrolled();
    await test.owner.setPin('1234');
    await expect(test.clock.until(fob.press('start'))).rejects.toMatchObject({
      code: 'car.refused',
      message: 'the car asks for a PIN to start, which a fob cannot type',
    });
    await test.clock.until(fob.press('unlock'));
  });

  it('takes one press after the other, and one that fails keeps none of the others', async () => {
    const { fob, pocket } = await enrolled();
    pocket.deaf = true;
    const lost = fob.press('unlock').catch(() => (pocket.deaf = false));
    const presses = Promise.all([lost, fob.press('unlock'), fob.press('lock')]);
    await test.clock.until(presses);
    expect(happened('unlocked')).toBe(1);
    expect(await test.car.control.status()).toMatchObject({ locked: true });
  });

  it('knows one car: enrolled at another one it forgets the first', async () => {
    const { fob, store } = await enrolled();
    const first = test;
    await first.car.stop();
    const { SimulatedCar } = await import('../../firmware-sim/index.js');
    const { clock, wallTime, radio } = first;
    const other = await SimulatedCar.start({
      name: 'Other',
      peripheral: radio.peripheral(),
      clock,
      wallTime,
      suite: rememberedScrypt,
    });
    await clock.until(fob.pair(await codeByCard(other.control)));
    expect((await store.list()).map(({ name }) => name)).toEqual(['Other']);
    await clock.until(fob.press('unlock'));
    expect((await other.control.status()).locked).toBe(false);
    await other.stop();
  });

  it('that was never enrolled says so, and no card that is unknown enrols it', async () => {
    const { fob } = newFob();
    await expect(fob.press('unlock')).rejects.toMatchObject({ code: 'keys.not-paired' });
    await expect(codeByCard(test.car.control, { card: 'found' })).rejects.toMatchObject({
      code: 'sim.refused',
    });
  });
});
