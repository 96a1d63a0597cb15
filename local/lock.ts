import { dirname, join } from 'node:path';
import { utf8 } from '../lib/platform/bytes.js';
import { parseJsonObject } from '../lib/platform/json.js';
import { nodeDisk } from './files/disk.js';
import type { Disk } from './files/disk.js';
import { linkNew, writeAll } from './files/durable.js';
import { systemOwners } from './files/owner.js';
import type { Owner, Owners } from './files/owner.js';
import { sweepTemporaries, temporaryIn } from './files/temporary.js';
import { digestOf } from './sockets.js';

/*
 * A lock is a file that says whose it is: {pid, birth, nonce}. It is complete the moment it is there, as
 * it gets its name by link(2).
 *
 * The lock of a process that was killed is stale. To remove the stale lock X one must hold the claim on
 * X, which is a lock, too, at a path with the nonce of X; so a claim whose holder is killed is stale, and
 * removed in the same way. Under the claim the lock is read once more, and removed only if it still is X.
 * So X is removed by its owner, or by the one holder of the claim on it: never a lock that came after it.
 */

export interface Lock {
  /** Doing it twice is allowed. */
  release(): Promise<void>;
}

/** Where locks lie, and whose they may be; a test has its own. */
export interface Ground {
  readonly disk: Disk;
  readonly owners: Owners;
}

const HERE: Ground = { disk: nodeDisk, owners: systemOwners };

const MAX_LOCK_BYTES = 256;
const ATTEMPTS = 100;
const AGAIN_MS = 10;
const MOST_WAITING_MS = 15_000;
const CLAIM = '.claim';
const HEX = /^[0-9a-f]{16}$/;

/**
 * Takes a lock; undefined while somebody who is alive has it, or is about to. Nobody waits here: of
 * several that find a stale lock at least one gets it.
 */
export const tryLock = async (path: string, ground = HERE): Promise<Lock | undefined> => {
  let broke = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const holder = await holderOf(ground.disk, path);
    if (holder === undefined) {
      const lock = await take(ground, path);
      if (lock === undefined) continue; // somebody was quicker
      if (broke) await sweep(ground, dirname(path)).catch(() => undefined);
      return lock;
    }
    if (!(await isStale(ground, holder)) || !(await breakStale(ground, path, holder))) break;
    broke = true;
  }
  return undefined;
};

/** Those of this process that want a lock, by its path: they queue, and need not look again and again. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while nobody else, of this process or another, runs theirs under the same lock.
 * @throws what `held` gives, when another process has it for 15 s
 */
export const withLock = async <T>(
  path: string,
  work: () => Promise<T>,
  { held, disk = nodeDisk }: { readonly held: () => Error; readonly disk?: Disk },
): Promise<T> => {
  const run = async (): Promise<T> => {
    const giveUpAt = performance.now() + MOST_WAITING_MS;
    for (;;) {
      const lock = await tryLock(path, { ...HERE, disk });
      if (lock === undefined) {
        if (performance.now() > giveUpAt) throw held();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
  };
  const done = (queues.get(path) ?? Promise.resolve()).then(run);
  const settled = done.catch(() => undefined);
  queues.set(path, settled);
  try {
    return await done;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
};

const take = async ({ disk, owners }: Ground, path: string): Promise<Lock | undefined> => {
  const owner = await owners.begin();
  const own = temporaryIn(dirname(path), owner);
  let taken = false;
  try {
    const file = await disk.createNew(own);
    try {
      await writeAll(file, utf8(JSON.stringify(owner)));
    } finally {
      await file.close();
    }
    taken = await linkNew(disk, own, path);
  } finally {
    await disk.unlink(own).catch(() => undefined);
    if (!taken) owners.end(owner);
  }
  if (!taken) return undefined;
  return {
    async release() {
      try {
        if (isSame(await holderOf(disk, path), owner)) await disk.unlink(path);
      } finally {
        owners.end(owner);
      }
    },
  };
};

type Holder = Owner | 'torn';

const isStale = async ({ owners }: Ground, holder: Holder): Promise<boolean> =>
  holder === 'torn' || !(await owners.isAlive(holder));

/** False: somebody else is about to do it. */
const breakStale = async (ground: Ground, path: string, stale: Holder): Promise<boolean> => {
  const claim = await tryLock(claimOn(path, stale), ground);
  if (claim === undefined) return false;
  try {
    if (isSame(await holderOf(ground.disk, path), stale)) await ground.disk.unlink(path);
  } finally {
    await claim.release();
  }
  return true;
};

/** A lock without contents, of before a power cut, has no nonce: its path stands for one. */
const claimOn = (path: string, holder: Holder): string => {
  const nonce = holder === 'torn' ? digestOf(path) : holder.nonce;
  return join(dirname(path), `${nonce}${CLAIM}`);
};

const isSame = (found: Holder | undefined, holder: Holder): boolean =>
  found === 'torn' || holder === 'torn' || found === undefined
    ? found === holder
    : found.nonce === holder.nonce;

/** Undefined: nobody. */
const holderOf = async (disk: Disk, path: string): Promise<Holder | undefined> => {
  const found = await disk.read(path, MAX_LOCK_BYTES);
  if (found === undefined) return undefined;
  const { pid, birth, nonce } = parseJsonObject(found.bytes) ?? {};
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || pid >= 2 ** 31) return 'torn';
  if (typeof birth !== 'string' || typeof nonce !== 'string') return 'torn';
  return HEX.test(birth) && HEX.test(nonce) ? { pid, birth, nonce } : 'torn';
};

/** Removes what those who were killed while they took or broke a lock left in its directory. */
const sweep = async (ground: Ground, directory: string): Promise<void> => {
  const { disk, owners } = ground;
  await sweepTemporaries(disk, directory, owners);
  for (const name of await disk.list(directory)) {
    if (!name.endsWith(CLAIM)) continue;
    const claim = join(directory, name);
    const holder = await holderOf(disk, claim);
    if (holder === undefined || !(await isStale(ground, holder))) continue;
    await breakStale(ground, claim, holder);
  }
};
