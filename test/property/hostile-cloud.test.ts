import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cloudCentral, cloudPeripheral } from '../../lib/cloud/index.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import type { CarConnection } from '../../lib/phone/connection.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { toHex } from '../../lib/platform/bytes.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Random } from '../../lib/platform/random.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import type { SimClock } from '../../lib/platform/sim-clock.js';
import { HostileCloud } from '../support/hostile-cloud.js';
import type { Trick } from '../support/hostile-cloud.js';
import { DONE, startEndpoint, TestHost } from '../support/test-car.js';
import { settle } from '../support/waiting.js';
import { Air, introduce } from '../unit/phone/setup.js';

/** From asking to acting, in milliseconds (docs/PROTOCOL.md, section 5). */
const MOST = 15_000;
const CARS = ['A', 'B'] as const;

/** What a person does: waits, and asks one or more times over a link to one of two cars, for which both phones have keys. */
interface Wish {
  readonly after: number;
  readonly phone: number;
  readonly car: number;
  readonly commands: number;
  /** Does not wait for what comes of it. */
  readonly impatient: boolean;
}

interface Part {
  readonly wishes: readonly Wish[];
  /** What happens to the frames, in their order; all that come later pass. */
  readonly tricks: readonly Trick[];
  /** Of each link, whether it goes to the other car. */
  readonly swaps: readonly boolean[];
}

const which = fc.nat({ max: 30 });
const one = <K extends Trick['do']>(name: K) => fc.constant(name);
const trick: fc.Arbitrary<Trick> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: one('pass') }) },
  fc.record({ do: fc.constantFrom('drop', 'twice', 'swap', 'end') }),
  fc.record({
    do: one('late'),
    ms: fc.oneof(
      fc.nat({ max: 4_000 }),
      fc.integer({ min: 4_500, max: 5_500 }),
      fc.nat({ max: 20_000 }),
    ),
  }),
  fc.record({ do: one('deny'), ms: fc.nat({ max: 6_000 }) }),
  fc.record({ do: one('alter'), at: fc.nat({ max: 400 }) }),
  fc.record({ do: fc.constantFrom('again', 'elsewhere', 'play', 'answer'), which }),
);
const part: fc.Arbitrary<Part> = fc.record({
  wishes: fc.array(
    fc.record({
      after: fc.constantFrom(0, 100, 3_000, 6_000),
      phone: fc.nat({ max: 1 }),
      car: fc.nat({ max: 1 }),
      commands: fc.integer({ min: 1, max: 3 }),
      impatient: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  tricks: fc.array(trick, { maxLength: 40 }),
  swaps: fc.array(fc.boolean(), { maxLength: 4 }),
});

/** In large steps, in which everything on its way arrives: parts take minutes. */
const pass = async (clock: SimClock, work: Promise<unknown>): Promise<void> => {
  const state = { settled: false };
  const done = (): void => void (state.settled = true);
  work.then(done, done);
  while (!state.settled) {
    await settle(clock);
    await clock.advance(250);
  }
};

/** What a phone was told of a command. */
interface Told {
  readonly phone: number;
  readonly car: string;
  readonly at: number;
  said: 'nothing yet' | 'done' | 'not done' | 'perhaps';
}

/** "Not recognised" is said without a proof (docs/THREAT-MODEL.md, a forged refusal): people look at the car. */
const isForgeable = ({ code }: PhoneKeyError): boolean => code === 'car.not-recognised';

/** A worse car, for the controls. */
interface Worse {
  /** What became of a command. */
  readonly forgets?: true;
  readonly clock?: (clock: Clock) => Clock;
  readonly random?: Random;
}

/**
 * Plays a part: `wrong` is what must not be, what a car did and nobody asked for, or has been told otherwise of;
 * `said` is what phones were told of each command.
 */
const play = async ({ wishes, tricks, swaps }: Part, worse: Worse = {}) => {
  const air = new Air();
  const { clock } = air;
  const left = [...swaps];
  const route = (car: string): string =>
    left.shift() === true ? (CARS.find((other) => other !== car) ?? car) : car;
  const cloud = new HostileCloud(clock, tricks, route);
  const phones = ['Ada', 'Bob'].map((name) =>
    air.phone(cloudCentral(cloud.phone(), { clock, pollMs: 1_000 }), name),
  );
  const wrong: string[] = [];
  const asked = new Map<string, Told>();
  const done = new Map<string, number>();
  const endpoints = [];
  for (const [index, car] of CARS.entries()) {
    const host = new TestHost(index + 1);
    const owners = new Map<string, number>();
    for (const [phone, { store }] of phones.entries()) {
      const identity = defaultSuite.x25519KeyPair(seededRandom(`${car} ${phone}`)(32));
      await introduce(store, host, { name: car, identity });
      owners.set(toHex(identity.publicKey), phone);
    }
    host.answer = async (command, key) => {
      if (command.type === 'status') return DONE; // asked for a fresh word
      const id = toHex(command.id ?? new Uint8Array());
      const wish = asked.get(id);
      if (worse.forgets !== true && done.has(id)) return DONE; // it remembers what became of it
      done.set(id, (done.get(id) ?? 0) + 1);
      if (wish === undefined) wrong.push(`${car} did what nobody asked for`);
      else if (wish.car !== car) wrong.push(`${car} did what was asked of ${wish.car}`);
      else if (owners.get(toHex(key.publicKey)) !== wish.phone) wrong.push('for somebody else');
      else if (clock.now() - wish.at > MOST) wrong.push('too late');
      else if (wish.said !== 'nothing yet' && wish.said !== 'perhaps') wrong.push('after all');
      return DONE;
    };
    const { endpoint } = await startEndpoint({
      host,
      peripheral: cloudPeripheral(cloud.channel(car), { clock }),
      clock: worse.clock?.(clock) ?? clock,
      random: worse.random ?? air.random,
      pairs: false,
    });
    endpoints.push(endpoint);
  }
  /** Asks with an id, as is done where there are several ways to a car. */
  const ask = async ({ phone, car }: Wish, connection: CarConnection): Promise<void> => {
    const id = air.random(8);
    const told: Told = { phone, car: CARS[car]!, at: clock.now(), said: 'nothing yet' };
    asked.set(toHex(id), told);
    try {
      await connection.command({ type: 'unlock', id });
      told.said = 'done';
    } catch (error) {
      if (!(error instanceof PhoneKeyError)) wrong.push(`a phone threw ${String(error)}`);
      else told.said = error.mayHaveSucceeded || isForgeable(error) ? 'perhaps' : 'not done';
    }
  };
  const carryOut = async (wish: Wish): Promise<void> => {
    const { key } = phones[wish.phone]!;
    const connection = await key.connect({ car: CARS[wish.car]! }).catch(() => undefined);
    for (let command = 0; command < wish.commands && connection !== undefined; command++) {
      await ask(wish, connection);
    }
    await connection?.close();
  };
  const open = new Set<Promise<void>>();
  for (const wish of wishes) {
    await clock.advance(wish.after);
    const work = carryOut(wish);
    open.add(work);
    if (!wish.impatient) await pass(clock, work);
  }
  await pass(clock, Promise.all(open));
  await clock.advance(60_000);
  for (const [id, { said }] of asked) {
    const times = done.get(id) ?? 0;
    if (times > 1) wrong.push(`${times} times`);
    if (said === 'done' && times === 0) wrong.push('told of what was not done');
    if (said === 'not done' && times > 0) wrong.push('not told of what was done');
  }
  for (const { key } of phones) await key.close();
  for (const endpoint of endpoints) await endpoint.stop();
  await settle(clock);
  if (clock.pending > 0) wrong.push('timers are left');
  return { wrong, said: [...asked.values()].map((each) => each.said) };
};

const wrongs = async (...all: Parameters<typeof play>) => (await play(...all)).wrong;

describe('a cloud in the hands of an attacker', () => {
  it('makes no car do what its phones did not ask for, twice, too late, or without their being told', async () => {
    const property = fc.asyncProperty(part, async (each) => {
      expect(await wrongs(each)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('keeps nobody out that it lets through', async () => {
    const wish = { after: 0, commands: 2, impatient: false };
    const wishes = [0, 1].flatMap((phone) => [0, 1].map((car) => ({ ...wish, phone, car })));
    const { wrong, said } = await play({ wishes, tricks: [], swaps: [] });
    expect([wrong, said]).toEqual([[], Array.from({ length: 8 }, () => 'done')]);
  });
});

// What an attack does to a car that is worse, and not to ours: the oracle sees it.
describe('the oracle sees', () => {
  const wish = { after: 0, phone: 0, car: 0, impatient: false };
  /** Opening both ways, challenge, proof, answer. */
  const proof: readonly Trick[] = Array.from({ length: 5 }, () => ({ do: 'pass' }));

  it('a car whose words never get old', async () => {
    const tricks: Trick[] = [...proof, { do: 'late', ms: 16_000 }, { do: 'drop' }, { do: 'drop' }];
    const attack = { wishes: [{ ...wish, commands: 2 }], tricks, swaps: [] };
    const clock = (real: Clock): Clock => ({
      now: () => 0,
      after: (ms, run) => real.after(ms, run),
    });
    expect(await wrongs(attack, { clock })).toEqual(['too late']);
    expect(await wrongs(attack)).toEqual([]);
  });

  it('a car whose challenges are all the same, and which forgets what it did', async () => {
    const attack = {
      wishes: [{ ...wish, commands: 1 }],
      tricks: [...proof, { do: 'play', which: 0 } as const],
      swaps: [],
    };
    const random: Random = (length) => new Uint8Array(length).fill(9);
    expect(await wrongs(attack, { random, forgets: true })).toEqual(['after all', '2 times']);
    expect(await wrongs(attack, { random })).toEqual([]);
    expect(await wrongs(attack, { forgets: true })).toEqual([]);
  });
});
