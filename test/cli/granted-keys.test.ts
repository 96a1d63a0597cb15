import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FORM_FACTORS } from '../../lib/domain/names.js';
import { formatKeyFile, MAX_FILE, parseKeyFile } from '../../cli/config/key-file.js';
import { FileKeyStore } from '../../cli/config/key-store.js';
import {
  MOST_PARTS,
  ENTRIES_PER_PART,
  LEAST_PART_BYTES,
  MOST_PART_BYTES,
} from '../../lib/credentials/revocation-list.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import type { Offer, PairedCar, SharedKey } from '../../lib/index.js';
import { LIST_REFUSALS } from '../../lib/phone/store.js';
import { MOST_IN_OUTBOX } from '../../lib/phone/outbox-entries.js';
import { MOST_OFFERS, MOST_SHARED } from '../../lib/phone/store.js';
import { toHex } from '../../lib/platform/bytes.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { grantTo } from '../unit/credentials/sample.js';
import { to } from '../../lib/phone/store.js';

/** What the store of a phone keeps for keys that are shared: grants, revocation lists, offers. */

const random = seededRandom('granted keys');

const pairs = () => ({
  identity: nodeSuite.x25519KeyPair(random(32)),
  signing: nodeSuite.ed25519KeyPair(random(32)),
});

const car = (more: Partial<PairedCar> = {}): PairedCar => ({
  name: 'Blue',
  carPublicKey: random(32),
  ...pairs(),
  state: 'paired',
  ...more,
});

const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const count = fc.integer({ min: 0, max: 255 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const name = fc.constantFrom('Bob', 'ä'.repeat(16), '車');

const sharedKeys: fc.Arbitrary<SharedKey> = fc
  .record({
    fingerprint: bytes(8).map(toHex),
    role: fc.constantFrom('driver', 'guest', 'valet', 'service'),
    issuedAt: seconds,
    notBefore: seconds,
    notAfter: seconds,
    uses: count,
    leaseHours: count,
    delegations: count,
    name: fc.option(name, { nil: undefined }),
    lastEnd: fc.option(seconds, { nil: undefined }),
  })
  .map(({ name, lastEnd, ...key }): SharedKey => ({
    ...key,
    ...(name === undefined ? {} : { name }),
    ...(lastEnd === undefined ? {} : { lastEnd }),
  }));

const extras: fc.Arbitrary<Partial<PairedCar>> = fc.record(
  {
    dialect: name,
    attHandle: fc.integer({ min: 1, max: 0xfff9 }),
    role: fc.constantFrom('owner', 'driver', 'guest', 'valet', 'service'),
    unconfirmed: fc.constant(true as const),
    epoch: fc.integer({ min: 0, max: 0xffff }),
    clockOffset: fc.integer({ min: 1 - 2 ** 32, max: 2 ** 32 - 1 }),
    mark: seconds,
    floor: seconds,
    grant: fc.constant(grantTo()),
    otherGrants: fc.constantFrom(
      [{ grant: grantTo(), relayed: true as const }],
      [{ grant: grantTo() }, { grant: grantTo(), taken: true as const }],
    ),
    relayed: fc.constant(true as const),
    mail: fc.record(
      {
        car: bytes(16).map(toHex),
        answered: fc.array(bytes(8).map(toHex), { maxLength: 3 }),
        grants: fc.array(fc.record({ account: name, grant: fc.constant(grantTo()) }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: [] },
    ),
    ownName: name,
    ownFormFactor: fc.constantFrom(...FORM_FACTORS),
    shared: fc.array(sharedKeys, { maxLength: 5 }),
    revocationList: fc.record({
      number: seconds,
      issuedAt: seconds,
      floor: seconds,
      entries: fc.array(
        fc.record({
          fingerprint: bytes(8),
          since: seconds,
          kind: fc.constantFrom('revoked', 'suspended', 'resumed'),
        }),
        { maxLength: 5 },
      ),
    }),
    outbox: fc.array(
      fc.record(
        {
          part: bytes(LEAST_PART_BYTES),
          own: fc.boolean(),
          refused: fc.constantFrom(...LIST_REFUSALS),
        },
        { requiredKeys: ['part', 'own'] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

describe('a key file', () => {
  it('gives back whatever a phone keeps for a car', () => {
    const base = car();
    fc.assert(
      fc.property(extras, (more) => {
        const saved = { ...base, ...more };
        expect(parseKeyFile(formatKeyFile(saved))).toEqual(saved);
      }),
    );
  });

  it('has room for the most that a phone keeps', () => {
    const fingerprint = random(8);
    const full = car({
      role: 'owner',
      shared: Array.from({ length: MOST_SHARED }, () => ({
        fingerprint: toHex(fingerprint),
        name: '車'.repeat(10),
        role: 'service' as const,
        issuedAt: 2 ** 32 - 1,
        notBefore: 2 ** 32 - 1,
        notAfter: 2 ** 32 - 1,
        uses: 255,
        leaseHours: 255,
        delegations: 3,
        lastEnd: 2 ** 32 - 1,
      })),
      revocationList: {
        number: 2 ** 32 - 1,
        issuedAt: 2 ** 32 - 1,
        floor: 2 ** 32 - 1,
        entries: Array.from({ length: MOST_PARTS * ENTRIES_PER_PART }, () => ({
          fingerprint,
          since: 2 ** 32 - 1,
          kind: 'suspended' as const,
        })),
      },
      outbox: Array.from({ length: MOST_IN_OUTBOX }, () => ({
        part: random(MOST_PART_BYTES),
        own: true,
        refused: 'revocation-list-invalid' as const,
      })),
    });
    const text = formatKeyFile(full);
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_FILE);
    expect(parseKeyFile(text)).toEqual(full);
  });

  const sample = (): Record<string, unknown> =>
    JSON.parse(
      formatKeyFile(
        car({
          epoch: 1,
          grant: grantTo(),
          ownName: 'Bob',
          shared: [],
          revocationList: { number: 1, issuedAt: 1, floor: 0, entries: [] },
          outbox: [],
        }),
      ),
    ) as Record<string, unknown>;

  const shared = {
    fingerprint: '00112233aabbccdd',
    role: 'guest',
    issuedAt: 1,
    notBefore: 1,
    notAfter: 2,
    uses: 0,
    leaseHours: 0,
    delegations: 0,
  };

  const listed = (...entries: string[]) => ({ number: 1, issuedAt: 1, floor: 0, entries });

  it('of an earlier format is refused as such, whatever stands in it', () => {
    // As an earlier phonekey wrote it, with the names that it had for things.
    const { revocationList: _, outbox: _outbox, ...rest } = sample();
    const earlier = { ...rest, version: 1, notice: { number: 1, stamp: 1, entries: [] } };
    for (const text of [earlier, { ...rest, version: 1 }].map((each) => JSON.stringify(each))) {
      expect(() => parseKeyFile(text)).toThrow(
        expect.objectContaining({
          code: 'keys.earlier-format',
          hint: expect.stringContaining('pair again'),
        }),
      );
    }
    const later = JSON.stringify({ ...sample(), version: 3 });
    expect(() => parseKeyFile(later)).toThrow(expect.objectContaining({ code: 'keys.unreadable' }));
  });

  it.each([
    ['an epoch', { epoch: 0x10000 }],
    ['half an epoch', { epoch: 1.5 }],
    ['a grant cut short', { grant: toHex(grantTo()).slice(0, -2) }],
    ['a grant of another version', { grant: `2${toHex(grantTo()).slice(1)}` }],
    ['a name with a line feed', { ownName: 'Bob\n' }],
    ['a thing that is none', { ownFormFactor: 'brick' }],
    ['what was shared as an object', { shared: {} }],
    ['an owner as what was shared', { shared: [{ ...shared, role: 'owner' }] }],
    ['a field too many', { shared: [{ ...shared, more: 1 }] }],
    ['a field too few', { shared: [{ ...shared, uses: undefined }] }],
    ['more than was ever shared', { shared: Array(MOST_SHARED + 1).fill(shared) }],
    ['a revocation list of no number', { revocationList: { ...listed(), number: undefined } }],
    ['an entry of three words too few', { revocationList: listed('00') }],
    ['an entry of another kind', { revocationList: listed('00112233aabbccdd 1 lost') }],
    ['an entry with more behind it', { revocationList: listed('00112233aabbccdd 1 revoked x') }],
    ['a revocation list of no floor', { revocationList: { ...listed(), floor: undefined } }],
    [
      'a revocation list that is too short',
      { outbox: [{ part: '00'.repeat(LEAST_PART_BYTES - 1), own: true }] },
    ],
    ['a pairing that was heard of', { unconfirmed: false }],
    ['a revocation list of nobody', { outbox: [{ part: '00'.repeat(LEAST_PART_BYTES) }] }],
    [
      'a reason that no car has',
      { outbox: [{ part: '00'.repeat(LEAST_PART_BYTES), own: true, refused: 'closed' }] },
    ],
    ['a clock of another age', { clockOffset: -(2 ** 32) }],
    ['half a second', { mark: 0.5 }],
    ['a floor before all time', { floor: -1 }],
  ])('is not read with %s', (_what, change) => {
    expect(() => parseKeyFile(JSON.stringify(sample()))).not.toThrow();
    const text = JSON.stringify({ ...sample(), ...change });
    expect(() => parseKeyFile(text)).toThrow(expect.objectContaining({ code: 'keys.unreadable' }));
  });
});

describe('FileKeyStore', () => {
  let home: string;
  let keys: string;
  let store: FileKeyStore;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
    keys = join(home, 'keys');
    store = new FileKeyStore(keys);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('changes an entry one at a time, however many programs do', async () => {
    await store.add(car());
    const before = await store.list();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        new FileKeyStore(keys).update(
          'Blue',
          to((now) => ({ ...now, epoch: (now.epoch ?? 0) + 1 })),
        ),
      ),
    );
    expect(await store.list()).toEqual([{ ...before[0], epoch: 20 }]);
    expect(await readdir(keys)).toHaveLength(1);
  });

  it('leaves the entry, and no lock, when the change is refused or none', async () => {
    await store.add(car());
    const path = join(keys, (await readdir(keys))[0]!);
    const { ino } = await stat(path);
    await expect(
      store.update('Blue', () => {
        throw new Error('no');
      }),
    ).rejects.toMatchObject({ code: 'keys.not-saved' });
    await store.update(
      'Blue',
      to((now) => now),
    );
    expect((await stat(path)).ino).toBe(ino);
    expect(await readdir(keys)).toHaveLength(1);
    await expect(
      store.update(
        'Red',
        to((now) => now),
      ),
    ).rejects.toMatchObject({
      code: 'keys.unknown-car',
    });
  });

  it('names a file that it cannot read once', async () => {
    await store.add(car());
    const path = join(keys, (await readdir(keys))[0]!);
    await writeFile(path, 'junk');
    await expect(
      store.update(
        'Blue',
        to((now) => now),
      ),
    ).rejects.toMatchObject({
      code: 'keys.unreadable',
      message: `cannot read the key file ${path}: not JSON`,
    });
  });

  it('keeps offers as private as keys, and apart from them', async () => {
    const offers: Offer[] = [1, 2, 3].map((madeAt) => ({ ...pairs(), madeAt }));
    for (const offer of offers) await store.addOffer(offer);
    expect(await new FileKeyStore(keys).offers()).toEqual(offers);
    expect(await store.list()).toEqual([]);
    const [file] = await readdir(keys);
    expect(((await stat(join(keys, file!))).mode & 0o777).toString(8)).toBe('600');
    await store.removeOffer(offers[1]!.identity.publicKey);
    await store.removeOffer(offers[1]!.identity.publicKey);
    expect(await store.offers()).toEqual([offers[0], offers[2]]);
    const left = join(keys, (await readdir(keys))[0]!);
    await writeFile(left, (await readFile(left, 'utf8')).slice(2));
    await expect(store.offers()).rejects.toMatchObject({ code: 'keys.unreadable' });
  });

  it(`keeps the newest ${String(MOST_OFFERS)} offers`, async () => {
    const offer = pairs();
    for (let madeAt = 0; madeAt <= MOST_OFFERS; madeAt++) {
      await store.addOffer({ ...offer, identity: nodeSuite.x25519KeyPair(random(32)), madeAt });
    }
    const kept = await store.offers();
    expect(kept).toHaveLength(MOST_OFFERS);
    expect(kept[0]?.madeAt).toBe(1);
  });

  const { pid: dead } = spawnSync(process.execPath, ['-e', '']);

  /** Where nothing tells when the process began, its birth is 0. */
  const holding = (pid: number, birth = '00'.repeat(8)): string =>
    JSON.stringify({ pid, birth, nonce: '0123456789abcdef' });

  it.each([
    ['of another pid', holding(dead)],
    ['of the pid that this one has now', holding(process.pid)],
    ['of the pid that another one has now', holding(process.ppid, 'ab'.repeat(8))],
    ['before a power cut', ''],
  ])('goes on where a program %s died with the lock in its hands', async (_what, holder) => {
    await store.add(car());
    const lock = join(keys, `${(await readdir(keys))[0]!}.lock`);
    await writeFile(lock, holder);
    const all = Array.from({ length: 5 }, () =>
      store.update(
        'Blue',
        to((now) => ({ ...now, epoch: (now.epoch ?? 0) + 1 })),
      ),
    );
    await Promise.all(all);
    expect(await store.list()).toMatchObject([{ epoch: 5 }]);
    expect(await readdir(keys)).toHaveLength(1);
  });

  it('waits for a program that lives', async () => {
    await store.add(car());
    const lock = join(keys, `${(await readdir(keys))[0]!}.lock`);
    await writeFile(lock, holding(process.ppid));
    const update = store.update(
      'Blue',
      to((now) => ({ ...now, epoch: 1 })),
    );
    for (let n = 0; n < 5; n++) await readdir(keys);
    expect(await store.list()).not.toMatchObject([{ epoch: 1 }]);
    await rm(lock);
    expect(await update).toMatchObject({ epoch: 1 });
  });
});
