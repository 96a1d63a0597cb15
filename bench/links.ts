import { loadNoble, VirtualAir } from '../air/index.js';
import type { Pace } from '../air/index.js';
import { CarEndpoint } from '../lib/car/endpoint.js';
import { nodeSuite } from '../lib/crypto/node.js';
import type { CarConnection } from '../lib/phone/connection.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { systemClock } from '../lib/platform/clock.js';
import type { Clock } from '../lib/platform/clock.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { SimClock } from '../lib/platform/sim-clock.js';
import { openHciPeripheral } from '../lib/radio/host/peripheral.js';
import { openNobleCentral } from '../lib/radio/noble.js';
import { figure, median } from './measure.js';
import type { Figure } from './measure.js';
import { hostWith, keySlots } from './setup.js';

const EACH = [0, 1, 2];
const ROUNDS = 31;

/** One phone does something, to its end. */
type Ask = (phone: number) => Promise<unknown>;

/**
 * A car on our own host and three real nobles: how long they wait when all of them want something at once, beside
 * when one is alone. On paced air that is simulated time. On instant air it is the processor's, which all of them
 * share in this process: so three at once are compared with three one after the other, and 1 is what they cost that
 * do not wait for each other.
 */
export const linkFigures = async (): Promise<Figure[]> => [
  ...(await instantFigures()),
  ...(await pacedFigures()),
];

const instantFigures = async (): Promise<Figure[]> => {
  const figures: Figure[] = [];
  const world = await carAndPhones(systemClock, 'instant', (work) => work);
  for (const [what, ask] of world.kinds) {
    const inTurn = (): Promise<number> =>
      timed(systemClock, async () => {
        for (const phone of EACH) await ask(phone);
      });
    const atOnce = (): Promise<number> => timed(systemClock, () => Promise.all(EACH.map(ask)));
    const [turns, once]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      turns.push(await inTurn());
      once.push(await atOnce());
    }
    // The fastest: a busy machine interrupts longer work more often.
    const ratio = Math.min(...once) / Math.min(...turns);
    figures.push(figure(`links.${what}.at_once_to_in_turn.instant`, ratio, ''));
  }
  await world.close();
  return figures;
};

const pacedFigures = async (): Promise<Figure[]> => {
  const figures: Figure[] = [];
  const clock = new SimClock();
  const world = await carAndPhones(clock, 'real', (work) => clock.until(work));
  const random = seededRandom('moments');
  for (const [what, ask] of world.kinds) {
    const alone: number[] = [];
    const atOnce: number[] = [];
    await clock.until(Promise.all(EACH.map(ask))); // connects, where a link stays
    for (let round = 0; round < ROUNDS; round++) {
      for (const phones of [[round % EACH.length], EACH]) {
        // At another moment of advertising and of connection events each time.
        await clock.advance(100 + (random(1)[0] ?? 0));
        const all = phones.map((phone) => timed(clock, () => ask(phone)));
        (phones.length === 1 ? alone : atOnce).push(...(await clock.until(Promise.all(all))));
      }
    }
    figures.push(figure(`links.${what}.alone`, median(alone), 'ms'));
    figures.push(figure(`links.${what}.at_once`, median(atOnce), 'ms'));
    figures.push(figure(`links.${what}.at_once_to_alone`, median(atOnce) / median(alone), ''));
  }
  await world.close();
  return figures;
};

const timed = async (clock: Clock, work: () => Promise<unknown>): Promise<number> => {
  const start = clock.now();
  await work();
  return clock.now() - start;
};

const carAndPhones = async (
  clock: Clock,
  pace: Pace,
  until: <T>(work: Promise<T>) => Promise<T>,
) => {
  const random = seededRandom('links');
  const air = new VirtualAir({ clock, pace, seed: 'links' });
  const keyPair = () => nodeSuite.x25519KeyPair(random(32));
  const [identity, keys] = [keyPair(), EACH.map(keyPair)];
  const car = new CarEndpoint({
    host: hostWith(identity, keySlots(keys)),
    peripheral: await until(
      openHciPeripheral({
        clock,
        random,
        load: async () => air.controller({ peripheralLinks: EACH.length }),
      }),
    ),
    clock,
    random,
  });
  await until(car.start());
  const phones: PhoneKey[] = [];
  for (const key of keys) {
    const store = new MemoryCarStore();
    const signing = nodeSuite.ed25519KeyPair(random(32));
    const { publicKey: carPublicKey } = identity;
    await store.add({ name: 'car', carPublicKey, identity: key, signing, state: 'paired' });
    const load = async () => loadNoble(air.controller());
    const central = await until(openNobleCentral({ clock, load }));
    phones.push(new PhoneKey({ central, store, clock, random }));
  }
  const phoneOf = (phone: number): PhoneKey => {
    const found = phones[phone];
    if (found === undefined) throw new Error('no such phone');
    return found;
  };
  const connections = new Map<number, Promise<CarConnection>>();
  const kinds: readonly (readonly [what: string, ask: Ask])[] = [
    // Finds the car, connects, unlocks it, and disconnects.
    ['unlock', (phone) => phoneOf(phone).unlock()],
    // Over a link that stays.
    [
      'command',
      async (phone) => {
        const connection = connections.get(phone) ?? phoneOf(phone).connect();
        connections.set(phone, connection);
        await (await connection).unlock();
      },
    ],
  ];
  const close = async (): Promise<void> => {
    for (const phone of phones) await until(phone.close());
    await until(car.stop());
    air.close();
  };
  return { kinds, close };
};
