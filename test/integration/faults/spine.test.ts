import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseFaults } from '../../../air/index.js';
import type { VirtualAirOptions } from '../../../air/index.js';
import type { SimulatedCar } from '../../../firmware-sim/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { PhoneKey } from '../../../lib/phone/phone-key.js';
import type { CarStore } from '../../../lib/phone/store.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openWindow } from '../../../testing/open-window.js';
import { spine } from '../support/spine.js';

/**
 * The phone and the car of the spine, over the real noble and bleno, under each fault: what they do ends
 * in success or in a clear error; a command that the phone calls not done was not done; nobody loses a
 * key; and without the fault everything works again. Time is simulated: nobody waits for a timeout.
 */

/** Ends what hangs, in simulated milliseconds; what goes well takes a tenth. */
const HANGS = { timeoutMs: 400 };

let clock: SimClock;
let world: ReturnType<typeof spine>;
let car: SimulatedCar;
let phone: PhoneKey;
let store: CarStore;

const start = async (options: VirtualAirOptions = {}): Promise<void> => {
  clock = new SimClock();
  world = spine({ clock, seed: 'faults', ...options });
  car = await world.startCar('Car');
  ({ phone, store } = await world.startPhone('Ada'));
};

afterEach(async () => {
  await clock.until(world.close());
});

/** As much simulated time as it takes. */
const run = <T>(work: Promise<T>): Promise<T> => clock.until(work);

/** Undefined when it is done, else a clear error. */
const failure = async (action: Promise<unknown>): Promise<PhoneKeyError | undefined> => {
  try {
    await run(action);
    return undefined;
  } catch (error) {
    if (!(error instanceof PhoneKeyError)) throw error;
    expect(error.code).not.toBe('internal');
    expect(error.hint).not.toBe('');
    return error;
  }
};

const under = async (
  faults: string,
  action: () => Promise<unknown>,
): Promise<PhoneKeyError | undefined> => {
  world.air.faults = parseFaults(faults);
  try {
    return await failure(action());
  } finally {
    world.air.faults = {};
  }
};

const isLocked = async (): Promise<boolean> => (await car.control.status()).locked;

/** Unlocks under a fault, and then without; `done`, or the code of the first error. */
const unlockUnder = async (
  faults: string,
  options?: typeof HANGS,
  before?: () => Promise<unknown>,
): Promise<string> => {
  if (!(await isLocked())) await run(phone.lock());
  await before?.();
  const error = await under(faults, () => phone.unlock(options));
  if (error === undefined) expect(await isLocked()).toBe(false);
  else if (!error.mayHaveSucceeded) expect(await isLocked()).toBe(true);
  await run(phone.unlock());
  expect(await isLocked()).toBe(false);
  return error?.code ?? 'done';
};

/** The outcomes under the fault of each number from `first` on, until it makes no difference. */
const sweep = async (first: number, attempt: (n: number) => Promise<string>): Promise<string[]> => {
  const outcomes: string[] = [];
  for (let n = first; outcomes.at(-1) !== 'done'; n++) {
    if (n > 100) throw new Error('100 fragments are not enough');
    outcomes.push(await attempt(n));
  }
  return outcomes;
};

describe('a phone with its key, at a car under', () => {
  beforeEach(async () => {
    await start();
    await run(phone.pair({ code: await openWindow(car) }));
  });

  it.each(['loss=0.3', 'delay=0.3:5', 'delay=1:5', 'buffers=27x1', 'mtu=23'])(
    '%s: unlocks it',
    async (faults) => {
      expect(await unlockUnder(faults)).toBe('done');
    },
  );

  it.each(['drop=0.05', 'drop=0.3', 'drop=1', 'duplicate=0.1', 'duplicate=1'])(
    '%s: unlocks it or says what is wrong',
    async (faults) => {
      const outcomes: string[] = [];
      for (let n = 0; n < 3; n++) outcomes.push(await unlockUnder(faults, HANGS));
      if (faults.endsWith('=1')) expect(outcomes).not.toContain('done');
    },
  );

  /** The next connection is as the first. */
  const forget = () =>
    store.update('Car', ({ attHandle: _, ...car }) => ({ car, value: undefined }));

  describe.each([
    ['connection', { cuts: 8, stalls: 4 }, undefined],
    ['first connection', { cuts: 14, stalls: 6 }, forget],
  ])('of a %s', (_which, atLeast, before) => {
    it('a link that is lost at any event: never both done and told not done', async () => {
      const outcomes = await sweep(1, (n) => unlockUnder(`cut=${String(n)}`, HANGS, before));
      expect(outcomes.length).toBeGreaterThan(atLeast.cuts);
      // The phone connects again until the time is over, which may be in the middle of an attempt.
      const seen = new Set(outcomes.filter((outcome) => outcome !== 'radio.timeout'));
      expect(seen).toEqual(
        new Set(['radio.connect-failed', 'radio.link-lost', 'car.outcome-unknown', 'done']),
      );
    });

    it('a peripheral that stalls at any moment', async () => {
      const outcomes = await sweep(0, (n) =>
        unlockUnder(`stall=peripheral:${String(n)}`, HANGS, before),
      );
      expect(outcomes.length).toBeGreaterThan(atLeast.stalls);
      expect(outcomes).toContain('radio.timeout');
      expect(outcomes).toContain('car.outcome-unknown');
    });

    it('a central that reads nothing from some moment on', async () => {
      const outcomes = await sweep(0, (n) =>
        unlockUnder(`stall=central:${String(n)}`, HANGS, before),
      );
      expect(outcomes.length).toBeGreaterThan(atLeast.stalls);
      expect(outcomes).toContain('car.asleep');
      expect(outcomes).toContain('car.outcome-unknown');
    });
  });
});

describe('pairing', () => {
  beforeEach(async () => {
    await start();
  });

  /** Pairs under a fault, and again where that failed; then the key opens the car, and there is one. */
  const pairUnder = async (faults: string): Promise<string> => {
    const code = await openWindow(car, 'owner');
    const error = await under(faults, () => phone.pair({ code }));
    if (error !== undefined) await run(phone.pair({ code: await openWindow(car, 'owner') }));
    await run(phone.unlock());
    expect(await isLocked()).toBe(false);
    await run(phone.lock());
    expect(await car.control.status()).toMatchObject({ keys: { length: 1 } });
    return error?.code ?? 'done';
  };

  it.each(['loss=0.3', 'delay=0.3:5', 'buffers=27x1', 'mtu=23'])(
    'works with %s',
    async (faults) => {
      expect(await pairUnder(faults)).toBe('done');
    },
  );

  it('survives a link that is lost at any event, and leaves one key', async () => {
    // The first four are those of every connection, see above.
    const outcomes = await sweep(5, (n) => pairUnder(`cut=${String(n)}`));
    expect(outcomes.length).toBeGreaterThan(8);
    expect(outcomes).toContain('radio.link-lost');
  });
});

describe('at the pace of a real radio', () => {
  it.each(['', 'loss=0.1', 'mtu=23,buffers=27x1'])('the same works, under "%s"', async (faults) => {
    await start({ pace: 'real', ...(faults !== '' && { faults: parseFaults(faults) }) });
    await run(phone.pair({ code: await openWindow(car) }));
    await run(phone.unlock());
    expect(await isLocked()).toBe(false);
    await run(phone.lock());
    expect(await isLocked()).toBe(true);
  });
});
