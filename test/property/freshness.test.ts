import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { heldBack } from '../../lab/man-in-the-middle.js';
import type { Command } from '../../lib/domain/commands.js';
import { refusedResult } from '../../lib/domain/outcomes.js';
import type { MessageDirection } from '../../lib/link/message-link.js';
import { Deadline } from '../../lib/phone/deadline.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { SimClock } from '../../lib/platform/sim-clock.js';
import { DONE, startEndpoint, TestHost } from '../support/test-car.js';
import { settle } from '../support/waiting.js';
import { Air, introduce } from '../unit/phone/setup.js';

/** From asking to acting, in milliseconds, whoever holds what. */
const MOST = 15_000;

/** What a person does: waits, and asks, over the link that there is or another one; where the car wants a PIN, types it after a while. */
interface Wish {
  readonly after: number;
  readonly what: 'set' | 'start';
  readonly anew: boolean;
  readonly typing: number;
  readonly timeoutMs: number;
  /** Does not wait for what comes of it. */
  readonly impatient: boolean;
}

/** For how long each message is held back, in milliseconds. */
type Holds = Readonly<Record<MessageDirection, readonly number[]>>;

interface Part {
  readonly wishes: readonly Wish[];
  readonly holds: Holds;
}

const hold = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 4_000, max: 5_500 }),
  fc.integer({ min: 0, max: 60_000 }),
);
const holds = fc.array(hold, { maxLength: 12 });
const part: fc.Arbitrary<Part> = fc.record({
  wishes: fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 12_000 }),
      what: fc.constantFrom('set', 'start'),
      anew: fc.boolean(),
      typing: fc.integer({ min: 0, max: 12_000 }),
      timeoutMs: fc.constantFrom(5_000, 15_000, 60_000),
      impatient: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  holds: fc.record({ 'to-car': holds, 'from-car': holds }),
});

/** In large steps, in which everything on its way arrives: parts take minutes. */
const pass = async <T>(clock: SimClock, work: Promise<T>): Promise<T> => {
  const state = { settled: false };
  const done = (): void => {
    state.settled = true;
  };
  work.then(done, done);
  while (!state.settled) {
    await settle(clock);
    await clock.advance(250);
  }
  return work;
};

/** Plays a part; each wish has a PIN of its own, by which it is known when the car acts. The longest wait, in ms. */
const longest = async (
  { wishes, holds: held }: Part,
  carClock = (clock: Clock): Clock => clock,
): Promise<number> => {
  const air = new Air();
  const { clock } = air;
  const host = new TestHost();
  const { endpoint } = await startEndpoint({
    host,
    peripheral: air.radio.peripheral(),
    clock: carClock(clock),
    random: air.random,
  });
  const left = { 'to-car': [...held['to-car']], 'from-car': [...held['from-car']] };
  let holding = false;
  const phone = air.phone(
    heldBack(
      () => air.radio.central(),
      clock,
      (going) => (holding ? (left[going].shift() ?? 0) : 0),
    ),
  );
  await introduce(phone.store, host);
  const asked = new Map<string, number>();
  let worst = 0;
  host.answer = (command: Command) => {
    const pin = 'pin' in command ? (command.pin ?? '') : '';
    if (command.type === 'start' && pin === '') return Promise.resolve(refusedResult('pin-needed'));
    worst = Math.max(worst, clock.now() - (asked.get(pin) ?? clock.now()));
    return Promise.resolve(DONE);
  };
  const connection = await pass(clock, phone.key.connect());
  await pass(clock, connection.command({ type: 'status' }));
  holding = true;
  const open = new Set<Promise<unknown>>();
  for (const [number, { after, what, anew, typing, timeoutMs, impatient }] of wishes.entries()) {
    const pin = String(1000 + number);
    const ask = (): void => {
      asked.set(pin, clock.now());
    };
    const type = (): Promise<string> =>
      new Promise((resolve) => {
        clock.after(typing, () => {
          ask();
          resolve(pin);
        });
      });
    await clock.advance(after);
    if (what === 'set') ask();
    const car = anew ? phone.key : connection;
    const work =
      what === 'set' ? car.setPin(pin, { timeoutMs }) : car.start({ pin: type, timeoutMs });
    const settled = work.catch(() => undefined);
    open.add(settled);
    if (!impatient) await pass(clock, settled);
  }
  await pass(clock, Promise.all(open));
  await clock.advance(120_000);
  await endpoint.stop();
  await clock.advance(0);
  return worst;
};

/** The first part that is found in which a wish is carried out too late. */
const search = (carClock?: (clock: Clock) => Clock) => {
  const property = fc.asyncProperty(part, async (each) => (await longest(each, carClock)) <= MOST);
  return fc.check(property, { numRuns: 300, seed: 5, endOnFailure: true });
};

describe('from asking to acting', () => {
  it('15 s at most, whatever a man in the middle holds back', async () => {
    const property = fc.asyncProperty(part, async (each) => {
      expect(await longest(each)).toBeLessThanOrEqual(MOST);
    });
    await fc.assert(property, { numRuns: 50 });
  });
});

// Each rule has its control: a car or a phone without it, of which the same search must find that it is too late.
describe('the search finds', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('a car for which its words never get old', async () => {
    const still = (clock: Clock): Clock => ({
      now: () => 0,
      after: (ms, run) => clock.after(ms, run),
    });
    expect(await search(still)).toMatchObject({ failed: true });
  });

  it('a car whose clock stands still in its sleep', async () => {
    const sleepy = (clock: Clock): Clock => ({
      now: () => {
        const sleeps = clock.now() % 10_000;
        return (clock.now() - sleeps) / 5 + Math.min(sleeps, 2_000);
      },
      after: (ms, run) => clock.after(ms, run),
    });
    expect(await search(sleepy)).toMatchObject({ failed: true });
  });

  it('a phone that never drops a wish', async () => {
    jest.spyOn(Deadline.prototype, 'wishMs', 'get').mockReturnValue(Infinity);
    expect(await search()).toMatchObject({ failed: true });
  });

  it('a phone that asks itself once alone whether it is still wanted', async () => {
    const wishMs = Object.getOwnPropertyDescriptor(Deadline.prototype, 'wishMs')?.get;
    const asked = new WeakSet<Deadline>();
    jest.spyOn(Deadline.prototype, 'wishMs', 'get').mockImplementation(function (this: Deadline) {
      const before = asked.has(this);
      asked.add(this);
      return before ? Infinity : Number(wishMs?.call(this));
    });
    expect(await search()).toMatchObject({ failed: true });
  });
});
