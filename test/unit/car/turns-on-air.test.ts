import { describe, expect, it, jest } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { HostilePhone } from '../../../lab/hostile-phone.js';
import { AWAY_MS, TURN_MS, TURNED_AWAY_MS } from '../../../lib/car/turns.js';
import type { CarLinkEvent } from '../../../lib/car/dialect.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import type { PhoneKeyError } from '../../../lib/errors.js';
import { encodeCommand } from '../../../lib/native/commands.js';
import { nativeScan } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Advertisement } from '../../../lib/radio/types.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { resultOf, startEndpoint } from '../../support/test-car.js';

/** Keys that want the link of one car at the same time, over the air at its real pace, on a simulated clock. */

jest.setTimeout(60_000);

const STATUS = encodeCommand({ type: 'status' });
const ANSWER = resultOf({
  type: 'status',
  status: { locked: true, open: [], driveSecondsLeft: 0, speedLimit: null, pinNeeded: false },
});

interface Event {
  readonly at: number;
  readonly type: CarLinkEvent['type'];
  readonly name: string | undefined;
}

class World {
  readonly clock = new SimClock();
  readonly air: VirtualAir;
  readonly events: Event[] = [];
  readonly #random;
  readonly #leaving = new AbortController();
  #car!: Awaited<ReturnType<typeof startEndpoint>>;

  private constructor(seed: string) {
    this.air = new VirtualAir({ pace: 'real', clock: this.clock, seed });
    this.#random = seededRandom(seed);
  }

  static async start(seed: string, links = 1): Promise<World> {
    const world = new World(seed);
    const { clock, events } = world;
    const peripheral = world.air.peripheral({ links });
    world.#car = await startEndpoint({
      peripheral,
      clock,
      onLinkEvent: (event) => {
        events.push({
          at: clock.now(),
          type: event.type,
          name: 'key' in event ? event.key.name : undefined,
        });
      },
    });
    world.#car.host.answer = ({ type }) =>
      Promise.resolve(type === 'status' ? ANSWER : resultOf({ type: 'done' }));
    return world;
  }

  get holders() {
    return this.#car.endpoint.holders().map(({ key, heldMs }) => [key?.name, heldMs]);
  }

  async phone(name: string): Promise<PhoneKey> {
    const { clock } = this;
    const { identity, carPublicKey } = this.#enrol(name);
    const store = new MemoryCarStore();
    const signing = defaultSuite.ed25519KeyPair(this.#random(32));
    await store.add({ name: 'car', carPublicKey, identity, signing, state: 'paired' });
    const central = this.air.central({ position: { x: 2, y: 1 } });
    return new PhoneKey({ central, store, clock, random: this.#random, suite: cheapSuite });
  }

  /** Takes the link whenever it can, asks for the status every 5 s on it, and never leaves by itself. */
  async greedy(name: string): Promise<void> {
    const { identity, carPublicKey } = this.#enrol(name);
    const central = this.air.central({ position: { x: -1, y: 1 } });
    const { signal } = this.#leaving;
    let car: Advertisement | undefined;
    const heard = new AbortController();
    const hear = (advertisement: Advertisement): void => {
      car = advertisement;
      heard.abort();
    };
    await central.scan([nativeScan], hear, heard.signal);
    while (!signal.aborted) {
      const link = await central
        .connect(car!, nativeProfile, { timeoutMs: 3_600_000, signal })
        .catch(() => undefined);
      if (link === undefined) continue;
      const phone = new HostilePhone({ clock: this.clock, carPublicKey, suite: cheapSuite });
      let down: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        down = resolve;
      });
      await phone.open(link, down).catch(down);
      void this.#poll(phone, identity).catch(() => undefined);
      await ended;
    }
  }

  async #poll(phone: HostilePhone, identity: KeyPair): Promise<void> {
    const heard = async (messages: number): Promise<void> => {
      while (phone.received.length < messages) await this.pause(20);
    };
    await heard(1);
    await phone.send(phone.proof(identity, STATUS));
    await heard(2);
    while (phone.result().type !== 'refused') {
      await this.pause(5_000);
      if (phone.closedAt !== undefined) return;
      await phone.send(phone.sealed(STATUS));
      await this.pause(500);
    }
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }

  of(type: Event['type'], name: string): readonly number[] {
    return this.events
      .filter((event) => event.type === type && event.name === name)
      .map(({ at }) => at);
  }

  async end(): Promise<void> {
    this.#leaving.abort();
    await this.clock.until(this.#car.endpoint.stop());
    this.air.close();
    await this.clock.advance(0);
  }

  #enrol(name: string) {
    const identity = defaultSuite.x25519KeyPair(this.#random(32));
    const { host } = this.#car;
    host.enrol(identity.publicKey, 'guest', name);
    return { identity, carPublicKey: host.identity.publicKey };
  }
}

/** Calls again and again; gives how long it took. */
const untilDone = async (world: World, call: () => Promise<unknown>): Promise<number> => {
  const since = world.clock.now();
  for (let calls = 0; calls < 20; calls++) {
    const done = await world.clock.until(
      call().then(
        () => true,
        () => false,
      ),
    );
    if (done) return world.clock.now() - since;
  }
  throw new Error('locked out');
};

describe('a car with one link', () => {
  it.each(['one', 'two', 'three'])(
    'lets an owner in beside a guest who asks for its status for ever, seed %s',
    async (seed) => {
      const world = await World.start(seed);
      const owner = await world.phone('owner');
      void world.greedy('guest');
      await world.clock.advance(8_000);
      expect(world.holders).toEqual([['guest', expect.any(Number)]]);
      expect(await untilDone(world, () => owner.unlock())).toBeLessThan(TURN_MS);
      await world.clock.advance(60_000);
      expect(await untilDone(world, () => owner.unlock())).toBeLessThan(TURN_MS + 10_000);
      await world.end();
    },
  );

  it('turns a key away for 30 s that comes back at once, and then gives it a turn again', async () => {
    const world = await World.start('hostile');
    void world.greedy('guest');
    await world.clock.advance(100_000);
    const [first = 0, second = 0] = world.of('authenticated', 'guest');
    const [over = 0] = world.of('link-closed', 'guest');
    const turned = world.of('turned-away', 'guest').filter((at) => at < second);
    expect(over - first).toBe(TURN_MS);
    expect(second - over).toBeGreaterThan(TURNED_AWAY_MS - 1);
    expect(second - over).toBeLessThan(TURNED_AWAY_MS + 3_000);
    expect(turned.length).toBeGreaterThan(15);
    await world.end();
  });

  it('ends the link of a phone that is alone, which is told, connects again and goes on', async () => {
    const world = await World.start('alone');
    const { clock } = world;
    const phone = await world.phone('owner');
    const failures: PhoneKeyError[] = [];
    let connection = await clock.until(phone.connect());
    for (let asked = 0; asked < 12; asked++) {
      await clock.until(connection.status()).catch(async (error: unknown) => {
        failures.push(error as PhoneKeyError);
        await clock.advance(AWAY_MS);
        connection = await clock.until(phone.connect());
        await clock.until(connection.status());
      });
      await clock.advance(10_000);
    }
    expect(failures.map(({ code }) => code)).toEqual(failures.map(() => 'radio.link-lost'));
    expect(failures.length).toBeLessThan(5);
    expect(failures[0]).toMatchObject({
      message: 'the car closed the link',
      temporary: true,
      mayHaveSucceeded: false,
      hint: expect.stringContaining('Try again'),
    });
    expect(world.of('turned-away', 'owner')).toEqual([]);
    await world.end();
  });

  it('serves a phone in the same call that comes back at once: it stays away for 5 s by itself', async () => {
    const world = await World.start('at once');
    const { clock } = world;
    const phone = await world.phone('owner');
    const connection = await clock.until(phone.connect());
    await clock.until(connection.status());
    await clock.advance(TURN_MS + 500);
    expect(connection.usable).toBe(false);
    const since = clock.now();
    await clock.until(phone.unlock());
    expect(clock.now() - since).toBeGreaterThan(AWAY_MS);
    expect(clock.now() - since).toBeLessThan(AWAY_MS + 3_000);
    expect(world.of('turned-away', 'owner')).toHaveLength(1);
    await world.end();
  });

  it('has no turns for calls that are short, however many', async () => {
    const world = await World.start('short');
    const phone = await world.phone('owner');
    for (let call = 0; call < 60; call++) await world.clock.until(phone.status());
    expect(world.of('turned-away', 'owner')).toEqual([]);
    await world.end();
  });
});

describe('a car with three links', () => {
  it('ends no session while one is free, and the longest when all are taken', async () => {
    const world = await World.start('three', 3);
    const { clock } = world;
    for (const name of ['one', 'two']) {
      void world.greedy(name);
      await clock.advance(3_000);
    }
    await clock.advance(2 * TURN_MS);
    expect(world.holders.map(([name]) => name)).toEqual(['one', 'two']);
    expect(world.of('link-closed', 'one')).toEqual([]);
    void world.greedy('three');
    await clock.advance(2_000);
    expect(world.of('link-closed', 'one')).toHaveLength(1);
    expect(world.of('link-closed', 'two')).toEqual([]);
    await clock.advance(TURNED_AWAY_MS - 4_000);
    expect(world.holders.map(([name]) => name).slice(0, 2)).toEqual(['two', 'three']);
    expect(world.of('turned-away', 'one').length).toBeGreaterThan(15);
    const owner = await world.phone('owner');
    expect(await untilDone(world, () => owner.unlock())).toBeLessThan(TURN_MS);
    await world.end();
  });
});
