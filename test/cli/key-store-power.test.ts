import { describe, expect, it, jest } from '@jest/globals';
import { FileKeyStore } from '../../cli/config/key-store.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { PairedCar } from '../../lib/index.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { CrashDisk } from '../unit/local/crash-disk.js';
import type { CrashDiskOptions, Image } from '../unit/local/crash-disk.js';
import { everyOne } from '../unit/firmware-sim/memory/power/figures.js';
import { put } from '../support/car-store.js';

jest.setTimeout(120_000);

/** Its parents are made, too, the first time. */
const KEYS = '/home/config/keys';

const known = new Map<string, PairedCar>();

const car = (name: string, state: PairedCar['state'] = 'paired'): PairedCar => {
  const id = `${name} ${state}`;
  const random = seededRandom(id);
  const made = known.get(id) ?? {
    name,
    carPublicKey: nodeSuite.x25519KeyPair(random(32)).publicKey,
    identity: nodeSuite.x25519KeyPair(random(32)),
    signing: nodeSuite.ed25519KeyPair(random(32)),
    state,
  };
  known.set(id, made);
  return made;
};

const withRevocationList = (number: number) => (now: PairedCar) => ({
  car: { ...now, revocationList: { number, issuedAt: number, floor: 0, entries: [] } },
  value: undefined,
});

/** What a phone does with its keys, one after the other, as pairing and forgetting do it. */
const RUNS: Readonly<Record<string, readonly ((store: FileKeyStore) => Promise<unknown>)[]>> = {
  'the first pairing': [
    (store) => store.prepare(),
    (store) => store.add(car('blue', 'pending')),
    (store) => put(store, car('blue')),
  ],
  'pairing again': [
    (store) => store.add(car('blue')),
    (store) => store.prepare(),
    (store) => store.add(car('blue', 'pending')),
    (store) => store.add(car('red', 'pending')),
    (store) => put(store, car('red')),
  ],
  // A revocation list that was given away may never be followed by another one of its number.
  'sharing and revoking': [
    (store) => store.add(car('blue')),
    (store) => store.update('blue', withRevocationList(1)),
    (store) => store.addOffer({ ...car('offer'), madeAt: 1 }),
    (store) => store.update('blue', withRevocationList(2)),
    (store) => store.removeOffer(car('offer').identity.publicKey),
  ],
  forgetting: [
    (store) => store.add(car('blue')),
    (store) => store.add(car('red')),
    (store) => store.remove('blue'),
    (store) => store.add(car('blue', 'pending')),
    (store) => store.remove('red'),
    (store) => store.remove('blue'),
  ],
};

/** Of this process, as of one that got the pid of the one before after a reboot. */
const open = (disk: CrashDisk): FileKeyStore => new FileKeyStore(KEYS, disk);

const states = (cars: readonly PairedCar[]): string[] =>
  cars.map(
    ({ name, state, revocationList }) => `${name} ${state} ${String(revocationList?.number ?? 0)}`,
  );

/** Keys, and what waits for a grant. */
const statesIn = async (store: FileKeyStore): Promise<string[]> => [
  ...states(await store.list()),
  ...(await store.offers()).map(({ madeAt }) => `offer ${String(madeAt)}`),
];

/** The keys a phone may have after a cut: those it was told of, and those it would have been told of next. */
interface Moment {
  readonly told: readonly string[];
  readonly next: readonly string[];
}

interface Figures {
  points: number;
  readonly failures: string[];
}

/** Does the run on a disk, and notes what a power cut in each of its steps may leave. */
const recordRun = async (
  image: Image,
  run: readonly ((store: FileKeyStore) => Promise<unknown>)[],
  options: CrashDiskOptions,
): Promise<{ readonly image: Image; readonly moment: Moment }[]> => {
  // What the keys will be after each step, from a disk that keeps everything.
  const foreseen: string[][] = [];
  const dry = open(new CrashDisk(image));
  for (const step of [() => Promise.resolve(), ...run]) {
    await step(dry);
    foreseen.push(await statesIn(dry));
  }
  let at = 0;
  const points: { image: Image; moment: Moment }[] = [];
  const note = (next: number): void => {
    const moment = { told: foreseen[at] ?? [], next: foreseen[next] ?? [] };
    const torn = (length: number) => [1, length >> 1, length - 1];
    for (const left of disk.images(torn)) points.push({ image: left, moment });
  };
  const disk = new CrashDisk(image, {
    ...options,
    writeLimit: 500,
    onStep: () => {
      note(at + 1);
    },
  });
  const store = open(disk);
  for (const step of run) {
    await step(store);
    at += 1;
    note(at);
  }
  return points;
};

/** What the phone finds, twice; undefined: all is well. */
const faultOf = async (image: Image, { told, next }: Moment): Promise<string | undefined> => {
  const found = await statesIn(open(new CrashDisk(image))).catch(
    (error: unknown) => `cannot be read: ${String(error)}`,
  );
  if (typeof found === 'string') return found;
  const is = (expected: readonly string[]): boolean => found.join() === expected.join();
  if (is(told) || is(next)) return undefined;
  const names = (keys: readonly string[]): string[] => keys.map((key) => key.split(' ')[0] ?? '');
  const [has, had, will] = [found, told, next].map(names);
  if (had!.some((name) => will!.includes(name) && !has!.includes(name))) return 'a key is lost';
  if (has!.some((name) => !had!.includes(name) && !will!.includes(name))) {
    return 'a forgotten key is back';
  }
  return 'neither old nor new';
};

const ifUnknown = (error: unknown): void => {
  if (!(error instanceof PhoneKeyError) || error.code !== 'keys.unknown-car') throw error;
};

/** What the phone does after a power cut. */
const AFTERWARDS = [
  (store: FileKeyStore) => store.prepare(),
  (store: FileKeyStore) => store.update('blue', withRevocationList(9)).catch(ifUnknown),
  (store: FileKeyStore) => put(store, car('green')),
  (store: FileKeyStore) => store.remove('red'),
];

const ALL = process.env['POWER_CUTS'] === 'all';
/** Of the first cuts, how many are followed by a second one; all with `POWER_CUTS=all`. */
const AGAIN = ALL ? 1 : 11;
/** Of the ways in which that one may leave the disk. */
const SECOND = ALL ? 1 : 29;

const cutEverywhere = async (
  run: readonly ((store: FileKeyStore) => Promise<unknown>)[],
): Promise<Figures> => {
  const figures: Figures = { points: 0, failures: [] };
  const check = async (image: Image, moment: Moment): Promise<void> => {
    figures.points += 1;
    const wrong = await faultOf(image, moment);
    if (wrong !== undefined) figures.failures.push(wrong);
  };
  const [again, chosen] = [everyOne(AGAIN), everyOne(SECOND)];
  for (const first of await recordRun(new Map(), run, {})) {
    await check(first.image, first.moment);
    if (!again()) continue;
    for (const second of await recordRun(first.image, AFTERWARDS, {})) {
      if (chosen()) await check(second.image, second.moment);
    }
  }
  return figures;
};

describe('the keys of a phone', () => {
  it.each(Object.entries(RUNS))(
    'are the old ones or the new ones after a power cut, and another one, in: %s',
    async (name, run) => {
      const { points, failures } = await cutEverywhere(run);
      process.stderr.write(`phone, ${name}: ${points} points cut, ${failures.length} failures\n`);
      expect(failures).toEqual([]);
      expect(points).toBeGreaterThan(200);
    },
  );

  it.each(['sync', 'syncDirectory'] as const)(
    'would be missed here on a disk that does nothing on %s',
    async (ignores) => {
      const points = await recordRun(new Map(), RUNS['forgetting'] ?? [], { ignores });
      const wrong = await Promise.all(points.map(({ image, moment }) => faultOf(image, moment)));
      expect(wrong.filter((each) => each !== undefined)).not.toEqual([]);
    },
  );

  it('leave no private key in a temporary file once another one is saved', async () => {
    for (const { image } of await recordRun(new Map(), RUNS['pairing again'] ?? [], {})) {
      const disk = new CrashDisk(image);
      await open(disk).add(car('green'));
      const names = await disk.list(KEYS);
      expect(names.filter((name) => !/\.json(\.lock)?$/.test(name))).toEqual([]);
    }
  });
});
