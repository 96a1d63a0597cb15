import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PhoneKeyError } from '../../lib/errors.js';
import { VIAS } from '../../lib/phone/ways.js';
import type { CarStore } from '../../lib/phone/store.js';
import type { ViaOption } from '../../lib/phone/ways.js';
import type { Central } from '../../lib/radio/types.js';
import { deaf, failing, held, startTwoWays } from '../support/two-ways.js';
import type { Fate, TwoWays } from '../support/two-ways.js';

/** What becomes of the chunks of a link, one after the other; the rest arrives at once. */
type Fates = readonly Fate[];

interface Way {
  readonly kind: 'deaf' | 'failing' | 'held';
  readonly fates: Fates;
}

interface Wish {
  readonly command: 'unlock' | 'lock';
  readonly via: ViaOption;
  readonly ble: Way;
  readonly cloud: Way;
  readonly timeoutMs: number;
  /** After the call, in milliseconds. */
  readonly pauseMs: number;
  /** The program is killed after so many milliseconds: nothing of it is brought to an end. */
  readonly killedMs: number | undefined;
}

const lateBy = (weight: number, max: number): fc.Arbitrary<Fate> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fate>(0) },
    { weight, arbitrary: fc.integer({ min: 1, max }) },
    { weight, arbitrary: fc.constant<Fate>(undefined) },
  );

/** Challenge, proof with the command, result: a proof holds for 5 s. */
const exchange = fc.tuple(lateBy(1, 800), lateBy(3, 4_800), lateBy(3, 4_800));

const way: fc.Arbitrary<Way> = fc.record({
  kind: fc.constantFrom('deaf' as const, 'failing' as const, ...Array<'held'>(6).fill('held')),
  fates: exchange,
});

const wish: fc.Arbitrary<Wish> = fc.record({
  command: fc.constantFrom('unlock' as const, 'lock' as const),
  via: fc.constantFrom(...VIAS),
  ble: way,
  cloud: way,
  timeoutMs: fc.constantFrom(900, 1_500, 3_000, 15_000),
  pauseMs: fc.constantFrom(0, 0, 500, 6_000),
  killedMs: fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined, freq: 3 }),
});

const centralOf = (at: TwoWays, { kind, fates }: Way, radio: () => Central): Central => {
  if (kind === 'deaf') return deaf();
  if (kind === 'failing') return failing(at.clock, 'cloud.failed', 'it failed', 50);
  const left = [...fates];
  return held(radio(), at.clock, () => (left.length > 0 ? left.shift() : 0));
};

/** A radio of a program that may be killed: then it hears and sends nothing more. What it has sent goes on. */
const mortal = (central: Central, dead: AbortSignal): Central => ({
  scan: (filters, found, signal) =>
    central.scan(filters, (heard) => (dead.aborted ? undefined : found(heard)), signal),
  connect: async (...to) => {
    dead.throwIfAborted();
    const link = await central.connect(...to);
    return {
      ...link,
      open: async (handlers) => {
        dead.throwIfAborted();
        await link.open(handlers);
      },
      send: async (chunk) => {
        dead.throwIfAborted();
        await link.send(chunk);
      },
    };
  },
  close: () => central.close(),
});

/** Its store, where it writes nothing more. */
const mortalStore = (store: CarStore, dead: AbortSignal): CarStore =>
  new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]): Promise<unknown> => {
        dead.throwIfAborted();
        return (await Reflect.apply(value, target, given)) as unknown;
      };
    },
  });

const DOES = { unlock: 'unlocked', lock: 'locked' } as const;

/** What the car may have done: of each wish in its turn once, or not. */
const isInOrder = (did: readonly string[], wishes: readonly Wish[]): boolean => {
  const left = [...did];
  for (const { command } of wishes) if (left[0] === DOES[command]) left.shift();
  return left.length === 0;
};

const play = async (at: TwoWays, wishes: readonly Wish[]): Promise<void> => {
  const killed: Promise<unknown>[] = [];
  /** Nothing of before may be done yet. */
  let clean = true;
  for (const [n, one] of wishes.entries()) {
    const { command, via, timeoutMs, killedMs, pauseMs } = one;
    const kill = new AbortController();
    const near = at.near.central();
    // What the radio of a program has, ends with it; what the cloud has, does not.
    const ble = killedMs === undefined ? one.ble : { ...one.ble, fates: [] };
    const phone = at.phone({
      central: mortal(
        centralOf(at, ble, () => near),
        kill.signal,
      ),
      cloud: mortal(
        centralOf(at, one.cloud, () => at.far.central()),
        kill.signal,
      ),
      store: mortalStore(at.store, kill.signal),
    });
    const before = at.did();
    const call = phone[command]({ via, timeoutMs }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (killedMs !== undefined) {
      // What it has sent goes on, held back or not, and nobody hears of it.
      killed.push(call);
      clean = false;
      await at.clock.advance(killedMs);
      kill.abort();
      await at.run(near.close());
      continue;
    }
    const failure = await at.run(call);
    const done = at.did();
    await at.clock.advance(pauseMs);
    if (failure === undefined) {
      // None of before comes any more, whatever was held back.
      const { locked } = await at.car.control.status();
      expect([n, at.did(), locked]).toEqual([n, done, command === 'lock']);
      clean = true;
      continue;
    }
    expect(failure).toBeInstanceOf(PhoneKeyError);
    if (!(failure instanceof PhoneKeyError)) continue;
    // What is said to be undone was not done, and is not done later.
    if (failure.mayHaveSucceeded) clean = false;
    else if (clean) expect([n, failure.code, at.did()]).toEqual([n, failure.code, before]);
  }
  await at.run(Promise.all(killed));
  await at.clock.advance(12_000);
  expect(isInOrder(at.did(), wishes)).toBe(true);
};

it('no faults of two ways make a car do a wish twice, or one after a newer one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 4 }), async (wishes) => {
      const at = await startTwoWays();
      try {
        await play(at, wishes);
      } finally {
        await at.stop();
      }
    }),
    { numRuns: 50 },
  );
}, 120_000);
