import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import type { Disk } from '../../../local/files/disk.js';
import type { Owner, Owners } from '../../../local/files/owner.js';
import { tryLock } from '../../../local/lock.js';
import { CrashDisk } from './crash-disk.js';

/*
 * Many processes that want one lock, on one disk, a step of one at a time: which one comes next, and who
 * is killed before its next step, is the schedule's choice.
 */

const DIRECTORY = '/car';
const PATH = `${DIRECTORY}/lock`;

/** A process; each step on the disk waits until the schedule lets it. */
interface Taker {
  readonly pid: number;
  /** Set while it waits for its turn. */
  go: (() => void) | undefined;
  over: boolean;
}

class Machine {
  readonly takers: Taker[] = [];
  readonly #disk: CrashDisk;
  readonly #dead = new Set<number>();
  readonly #ended = new Set<string>();
  #inside = new Set<number>();
  #nonces = 0;
  /** How often it was held, and the most who held it at once. */
  held = 0;
  most = 0;

  constructor(left: string | undefined) {
    this.#disk = new CrashDisk(
      new Map(left === undefined ? [] : [[PATH, new TextEncoder().encode(left)]]),
    );
  }

  /** Takes the lock `times` times. */
  start(times: number): void {
    const taker: Taker = { pid: this.takers.length + 1, go: undefined, over: false };
    this.takers.push(taker);
    const turn = (): Promise<void> => new Promise((resolve) => (taker.go = resolve));
    const options = { disk: this.#diskOf(turn), owners: this.#ownersOf(taker.pid) };
    const run = async (): Promise<void> => {
      for (let taken = 0; taken < times;) {
        const lock = await tryLock(PATH, options);
        if (lock === undefined) continue;
        taken += 1;
        this.held += 1;
        this.#inside.add(taker.pid);
        this.most = Math.max(this.most, this.#inside.size);
        await turn();
        this.#inside.delete(taker.pid);
        await lock.release();
      }
      taker.over = true;
    };
    void run();
  }

  /** It does nothing any more. */
  kill({ pid }: Taker): void {
    this.#dead.add(pid);
    this.#inside.delete(pid);
  }

  /** Those who can go on, once all that are not waiting have come to their next step. */
  async ready(): Promise<Taker[]> {
    const living = this.takers.filter(({ pid, over }) => !over && !this.#dead.has(pid));
    for (let n = 0; living.some(({ go, over }) => go === undefined && !over); n++) {
      if (n > 10_000) throw new Error('a process hangs');
      await Promise.resolve();
    }
    return living.filter(({ over }) => !over);
  }

  async names(): Promise<readonly string[]> {
    return this.#disk.list(DIRECTORY);
  }

  #diskOf(turn: () => Promise<void>): Disk {
    const disk = this.#disk;
    const step =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await turn();
        return work(...args);
      };
    return {
      status: step((path) => disk.status(path)),
      read: step((path, most) => disk.read(path, most)),
      list: step((path) => disk.list(path)),
      makeDirectory: step((path) => disk.makeDirectory(path)),
      rename: step((from, to) => disk.rename(from, to)),
      link: step((from, to) => disk.link(from, to)),
      unlink: step((path) => disk.unlink(path)),
      syncDirectory: step((path) => disk.syncDirectory(path)),
      createNew: step(async (path) => {
        const file = await disk.createNew(path);
        return {
          write: step((bytes) => file.write(bytes)),
          sync: step(() => file.sync()),
          close: step(() => file.close()),
        };
      }),
    };
  }

  #ownersOf(pid: number): Owners {
    return {
      begin: async () => {
        this.#nonces += 1;
        return { pid, birth: '0'.repeat(16), nonce: this.#nonces.toString(16).padStart(16, '0') };
      },
      end: ({ nonce }: Owner) => this.#ended.add(nonce),
      isAlive: async (owner: Owner) =>
        owner.pid <= this.takers.length &&
        !this.#dead.has(owner.pid) &&
        (owner.pid !== pid || !this.#ended.has(owner.nonce)),
    };
  }
}

const go = (taker: Taker): void => {
  const { go: next } = taker;
  taker.go = undefined;
  next?.();
};

const STALE = JSON.stringify({ pid: 99, birth: '0'.repeat(16), nonce: 'f'.repeat(16) });
const LEFT = [
  ['a stale lock', STALE],
  ['an empty lock', ''],
  ['no lock', undefined],
] as const;

/** Which of the orders are tried. */
export interface Orders {
  /** Every so many stops of the second one; there are 30 of it, and of the first. */
  readonly stride: number;
  /** Of random schedules. */
  readonly seeds: number;
}

export const describeRaces = ({ stride, seeds }: Orders): void => {
  describe.each(LEFT)('many who want a lock, with %s there', (_, left) => {
    it('hold it one at a time, wherever one stops for the others', async () => {
      let points = 0;
      for (let first = 0; first < 30; first++) {
        for (let second = first % stride; second < 30; second += stride) {
          const machine = new Machine(left);
          for (let n = 0; n < 3; n++) machine.start(1);
          // One runs so far, another one so far; then the third one most of the time.
          const order = [...Array<number>(first).fill(1), ...Array<number>(second).fill(2)];
          for (let n = 0; ; n++) {
            const ready = await machine.ready();
            if (ready.length === 0) break;
            const wanted = order[n] ?? (n % 8 === 0 ? 1 + ((n / 8) % 3) : 3);
            go(ready.find(({ pid }) => pid === wanted) ?? ready[n % ready.length]!);
          }
          points += 1;
          expect(machine).toMatchObject({ most: 1, held: 3 });
          expect(await machine.names()).toEqual([]);
        }
      }
      expect(points).toBe(900 / stride);
    });

    it('hold it one at a time, in any order, and whoever is killed when', async () => {
      for (let seed = 0; seed < seeds; seed++) {
        const random = seededRandom(`lock ${String(seed)}`);
        const machine = new Machine(left);
        for (let n = 0; n < 5; n++) machine.start(2);
        for (let steps = 0; ; steps++) {
          const ready = await machine.ready();
          if (ready.length === 0) break;
          if (steps > 20_000) throw new Error(`nobody gets it, seed ${String(seed)}`);
          const [which = 0, dies = 0] = random(2);
          const next = ready[which % ready.length];
          if (next === undefined) continue;
          // One alone is never killed: it has to get the lock of all who were.
          if (dies < 4 && ready.length > 1) machine.kill(next);
          else go(next);
        }
        expect({ seed, most: machine.most }).toEqual({ seed, most: 1 });
        expect(machine.held).toBeGreaterThanOrEqual(2);
      }
    });
  });
};
