import { defaultSuite } from '../crypto/index.js';
import { PhoneKeyError } from '../errors.js';
import { utf8 } from '../platform/bytes.js';
import { seededRandom } from '../platform/seeded-random.js';
import { MOST_OFFERS } from './store.js';
import type { CarStore, Offer, PairedCar } from './store.js';

/** One thing that every CarStore has to do. */
export interface StoreCheck {
  /** As the name of a test: `adds a name once, whoever else tries`. */
  readonly name: string;
  /** Rejects with an Error that says what is wrong. */
  run(): Promise<void>;
}

/**
 * Opens a store at a place, which is empty where nobody has opened it before. Opened again, it has what was put
 * there, as after a restart: what forgets with the process gives the same store again.
 */
export type OpenStore = (place: string) => CarStore | Promise<CarStore>;

/**
 * What a CarStore has to do, for a store of your own, with whatever runs your tests:
 * `for (const { name, run } of carStoreChecks(open)) test(name, run)`. The checks do not depend on each other.
 * @param open is called with a place of its own by each check, and several times with that
 */
export const carStoreChecks = (open: OpenStore): readonly StoreCheck[] =>
  CHECKS.map(([name, check], index) => ({
    name,
    run: async () => {
      const place = `place-${String(index)}`;
      await check(await open(place), () => open(place));
    },
  }));

type Check = (store: CarStore, again: () => ReturnType<OpenStore>) => Promise<void>;

const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  [
    'is empty at first, and stays so by looking',
    async (store, again) => {
      equal(await store.list(), [], 'list of a new store');
      equal(await store.offers(), [], 'offers of a new store');
      equal(await store.remove('nobody'), false, 'remove of what is not there');
      await store.removeOffer(keyPair('nobody').publicKey);
      equal(await (await again()).list(), [], 'list of a new store, opened again');
    },
  ],
  [
    'gives back what was added, to whoever opens it next',
    async (store, again) => {
      const cars = [car('blue'), whole('red'), ...ODD_NAMES.map((name) => car(name))];
      for (const each of cars) equal(await store.add(each), true, `add of ${said(each.name)}`);
      equal(await sorted(store), byName(cars), 'list');
      equal(await sorted(await again()), byName(cars), 'list, opened again');
    },
  ],
  [
    'adds a name once, whoever else tries',
    async (store, again) => {
      const cars = ['a', 'b', 'c', 'd'].map((seed) => car('blue', seed));
      const added = await Promise.all(cars.map(async (each) => (await again()).add(each)));
      equal(added.filter(Boolean).length, 1, 'how many of 4 entries of one name were added');
      equal(await store.list(), [cars[added.indexOf(true)]], 'list');
      equal(await store.add(car('blue', 'e')), false, 'add of a name that is taken');
    },
  ],
  [
    'replaces an entry by what the change makes of it, and gives its value',
    async (store, again) => {
      await store.add(car('blue'));
      await store.add(car('red'));
      const value = await store.update('blue', (now) => {
        equal(now, car('blue'), 'what the change is given');
        return { car: { ...now, slot: 7 }, value: 'told' };
      });
      equal(value, 'told', 'value of update');
      equal(await sorted(await again()), [{ ...car('blue'), slot: 7 }, car('red')], 'list');
    },
  ],
  [
    'changes nothing where the change throws, and throws that itself',
    async (store) => {
      await store.add(car('blue'));
      const own = new PhoneKeyError('usage.invalid', 'not so');
      const thrown = await failure(
        store.update('blue', () => {
          throw own;
        }),
      );
      equal(thrown === own, true, 'whether update throws what the change threw');
      equal(await store.update('blue', (now) => ({ car: now, value: 1 })), 1, 'the next update');
      equal(await store.list(), [car('blue')], 'list');
    },
  ],
  [
    'says keys.unknown-car of an update of what is not there',
    async (store) => {
      const thrown = await failure(store.update('blue', (now) => ({ car: now, value: 1 })));
      const code = thrown instanceof PhoneKeyError ? thrown.code : thrown;
      equal(code, 'keys.unknown-car', 'code of the error');
      equal(await store.list(), [], 'list');
    },
  ],
  [
    'makes one change after the other, by whomever',
    async (store, again) => {
      await store.add({ ...car('blue'), slot: 0 });
      const stores = [store, await again()];
      const changes = Array.from({ length: 12 }, async (_, n) =>
        stores[n % 2]?.update('blue', (now) => {
          const slot = (now.slot ?? 0) + 1;
          return { car: { ...now, slot }, value: slot };
        }),
      );
      const values = await Promise.all(changes);
      const numbers = values.map((_, n) => n + 1);
      equal(
        values.map(Number).sort((a, b) => a - b),
        numbers,
        'values of 12 updates at once',
      );
      equal(await (await again()).list(), [{ ...car('blue'), slot: 12 }], 'list');
    },
  ],
  [
    'removes an entry once',
    async (store, again) => {
      await store.add(car('blue'));
      await store.add(car('red'));
      equal(await store.remove('blue'), true, 'remove');
      equal(await store.remove('blue'), false, 'remove of what was removed');
      equal(await (await again()).list(), [car('red')], 'list');
    },
  ],
  [
    'keeps offers, the oldest first, until they are removed',
    async (store, again) => {
      const [first, second, third] = [1, 2, 3].map(offer) as [Offer, Offer, Offer];
      for (const each of [first, second, third]) await store.addOffer(each);
      await store.removeOffer(second.identity.publicKey);
      equal(await (await again()).offers(), [first, third], 'offers');
      equal(await store.list(), [], 'list');
    },
  ],
  [
    `keeps the newest ${String(MOST_OFFERS)} offers`,
    async (store) => {
      const offers = Array.from({ length: MOST_OFFERS + 2 }, (_, n) => offer(n));
      for (const each of offers) await store.addOffer(each);
      equal(await store.offers(), offers.slice(2), 'offers');
    },
  ],
];

/** What a file system, a database or an object in JavaScript might take for something else, or for the same. */
const ODD_NAMES = [
  'Blue',
  '../blue',
  '__proto__',
  'caf\u00e9',
  'cafe\u0301',
  '\u8eca 1',
  ' ',
  "o'; --",
];

const keyPair = (seed: string) => defaultSuite.x25519KeyPair(seededRandom(seed)(32));

const keys = (seed: string): Pick<PairedCar, 'identity' | 'signing'> => ({
  identity: keyPair(`${seed}/identity`),
  signing: defaultSuite.ed25519KeyPair(seededRandom(`${seed}/signing`)(32)),
});

const car = (name: string, seed = name): PairedCar => ({
  name,
  carPublicKey: keyPair(`${seed}/car`).publicKey,
  ...keys(seed),
  state: 'paired',
  role: 'owner',
  slot: 3,
});

const fingerprint = '0011223344556677';

/** With most that an entry can have. */
const whole = (name: string): PairedCar => ({
  ...car(name),
  epoch: 2,
  clockOffset: -5,
  mark: 1_700_000_000,
  floor: 1_600_000_000,
  ownName: 'Ada',
  ownFormFactor: 'watch',
  attHandle: 11,
  shared: [
    {
      fingerprint,
      name: 'Bob',
      role: 'guest',
      issuedAt: 1,
      notBefore: 1,
      notAfter: 9,
      uses: 0,
      leaseHours: 0,
      delegations: 0,
    },
  ],
  revocationList: {
    number: 4,
    issuedAt: 5,
    floor: 0,
    entries: [{ fingerprint: utf8('12345678'), since: 5, kind: 'revoked' }],
  },
  outbox: [{ part: new Uint8Array(148).fill(7), own: true }],
  wishes: [{ id: utf8('87654321'), since: 1_700_000_000 }],
  mail: { car: '00112233445566778899aabbccddeeff', answered: [fingerprint] },
});

const offer = (madeAt: number): Offer => ({ ...keys(`offer ${String(madeAt)}`), madeAt });

const byName = (cars: readonly PairedCar[]): PairedCar[] =>
  [...cars].sort((a, b) => (a.name < b.name ? -1 : 1));

const sorted = async (store: CarStore): Promise<PairedCar[]> => byName(await store.list());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

/** Bytes by their values; what is undefined is as good as not there; fields in any order. */
const said = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : JSON.stringify(value, (_, each: unknown) => {
        if (each instanceof Uint8Array) return { bytes: [...each] };
        if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
        return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
      });

const equal = (found: unknown, wanted: unknown, what: string): void => {
  if (said(found) !== said(wanted)) {
    throw new Error(`${what}: ${shown(found)}, and should be ${shown(wanted)}`);
  }
};

/** No more of it than tells what it is. */
const shown = (value: unknown): string => {
  const text = said(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
};
