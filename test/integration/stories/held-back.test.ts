import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { heldBack } from '../../../lab/man-in-the-middle.js';
import type { CarConnection } from '../../../lib/phone/connection.js';
import { Street } from './street.js';
import type { Phone } from './street.js';

/**
 * A man in the middle who holds back what a phone says until the car is where he wants it. Before, the car took
 * it for up to 60 s: unlock and start with the PIN acted 45 s after the phone had given up.
 */

const W = 5_000;

let street: Street;
let ada: Phone;
/** For how long the next messages are held back; the others go through. */
let next: Record<'to-car' | 'from-car', number[]>;

beforeEach(async () => {
  street = await Street.open();
  next = { 'to-car': [], 'from-car': [] };
  ada = await street.pair('Ada', 'owner', () =>
    heldBack(
      () => street.radio.central(),
      street.clock,
      (going) => next[going].shift() ?? 0,
    ),
  );
});
afterEach(() => street.close());

/** What the person was told, and how many seconds after asking the car acted; it has a minute and more for it. */
const watch = async (work: Promise<unknown>) => {
  const [from, events] = [street.clock.now(), street.events.length];
  const told = await street.see(work);
  await street.pass(70);
  const acted = street.events
    .slice(events)
    .filter(({ type }) => type === 'unlocked' || type === 'drive-authorised')
    .map(({ at }) => Math.round((at - from) / 100) / 10);
  return { acted, told };
};

const DROPPED = 'the command waited for 10 s, and is not sent any more';
const UNKNOWN = 'no answer to the command: the car did not answer in time';

describe('a library user who keeps a link', () => {
  let connection: CarConnection;
  beforeEach(async () => {
    connection = await street.run(ada.key.connect());
    await street.run(connection.status());
  });

  it.each([0, 1_000, W - 100])(
    'unlocks with a command that was held back for %i ms',
    async (ms) => {
      next['to-car'].push(ms);
      expect((await watch(connection.unlock())).acted).toEqual([ms / 1000]);
    },
  );

  it.each([W, 9_000])('says it again where %i ms were too late', async (ms) => {
    next['to-car'].push(ms);
    expect(await watch(connection.unlock())).toEqual({ acted: [ms / 1000], told: 'done' });
  });

  it.each([10_000, 11_000, 15_000, 45_000, 59_000])('does not unlock after %i ms', async (ms) => {
    next['to-car'].push(ms);
    const told = ms < 15_000 ? DROPPED : UNKNOWN;
    expect(await watch(connection.unlock())).toEqual({ acted: [], told });
  });

  it('is held back again and again, for 15 s at the most', async () => {
    next['to-car'].push(9_800, 0, 4_900);
    expect((await watch(connection.unlock())).acted).toEqual([14.7]);
  });

  it.each(['to-car', 'from-car'] as const)(
    'whose asking for a fresh word is held back, %s, is told after 10 s',
    async (going) => {
      for (const ms of [10_000, 45_000]) {
        const link = await street.run(ada.key.connect());
        await street.run(link.status());
        await street.pass(20);
        next[going].push(ms);
        expect(await watch(link.unlock())).toEqual({ acted: [], told: DROPPED });
      }
    },
  );

  it('asks for two things at once: the other one is as fresh', async () => {
    next['to-car'].push(4_900, 4_900);
    const both = Promise.all([connection.unlock(), connection.start()]);
    expect(await watch(both)).toEqual({ acted: [4.9, 9.8], told: 'done' });
  });

  it('may ask at any time', async () => {
    for (const ask of ['status', 'listKeys'] as const) {
      await street.pass(40);
      next['to-car'].push(12_000);
      expect(await street.see(connection[ask]())).toBe('done');
    }
  });
});

describe('a PIN that is typed when the car asks for it', () => {
  const PIN = '4711';
  beforeEach(() => street.run(ada.key.setPin(PIN)));

  const start = (ms: number, pin = PIN) =>
    watch(
      ada.key.start({
        pin: () => {
          next['to-car'].push(ms);
          return pin;
        },
      }),
    );

  it.each([
    [W - 100, [4.9], 'done'],
    [W, [5], 'done'],
    [12_000, [], DROPPED],
    [40_000, [], UNKNOWN],
  ])('and held back for %i ms', async (ms, acted, told) => {
    expect(await start(ms)).toEqual({ acted, told });
  });

  it('is no try when it came too late', async () => {
    for (let held = 0; held < 5; held++) expect((await start(12_000, '0000')).told).toBe(DROPPED);
    expect((await start(0)).told).toBe('done');
  });
});

describe('a key for one use', () => {
  it('is not used up by what came too late', async () => {
    const through = street.phone('Gus', () =>
      heldBack(
        () => street.radio.central(),
        street.clock,
        (going) => next[going].shift() ?? 0,
      ),
    );
    await street.grant(ada, through, { uses: 1 });
    const connection = await street.run(through.key.connect());
    await street.run(connection.status());
    next['to-car'].push(20_000);
    expect((await watch(connection.unlock())).acted).toEqual([]);
    expect(await street.unlock(through)).toBe('done');
    expect(await street.unlock(through)).toBe('this key is used up');
  });
});

describe('a first command', () => {
  it.each([
    [W - 100, [4.9]],
    // The challenge has expired; the phone does not know that its key is good, and answers no other one.
    [W, []],
    [45_000, []],
  ])('whose proof is held back for %i ms', async (ms, acted) => {
    next['to-car'].push(ms);
    expect((await watch(ada.key.unlock())).acted).toEqual(acted);
  });
});
