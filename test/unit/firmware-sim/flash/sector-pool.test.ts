import { describe, expect, it } from '@jest/globals';
import type { Flash } from '../../../../firmware-sim/flash/flash.js';
import { FlashWornOut, SectorPool } from '../../../../firmware-sim/flash/sector-pool.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';

const geometry = { sectors: 4, sectorBytes: 64, wordBytes: 8 };
const word = new Uint8Array(8);

/** A pool, and the sectors that it erased so far; `stuck` ones do not become blank. */
const poolOn = (flash = new SimulatedFlash({ geometry }), stuck: readonly number[] = []) => {
  const erased: number[] = [];
  const watched: Flash = {
    geometry,
    read: (address, length) => {
      const bytes = flash.read(address, length);
      if (stuck.includes(address / 64)) bytes[63] = 0xfe;
      return bytes;
    },
    program: (address, bytes) => {
      flash.program(address, bytes);
    },
    erase: (sector) => {
      erased.push(sector);
      flash.erase(sector);
    },
    sync: () => flash.sync(),
  };
  return { flash, pool: new SectorPool(watched), erased };
};

const takeAll = (pool: SectorPool): number[] => {
  const taken: number[] = [];
  try {
    for (;;) taken.push(pool.take());
  } catch (error) {
    expect(error).toBeInstanceOf(FlashWornOut);
    expect(error).toMatchObject({ message: 'the flash is worn out' });
    return taken;
  }
};

describe('SectorPool', () => {
  it('hands each sector out once, in turn, and erases it before', () => {
    const { pool, erased } = poolOn();
    pool.startAt(2);
    expect(takeAll(pool)).toEqual([2, 3, 0, 1]);
    expect(erased).toEqual([2, 3, 0, 1]);
    pool.hold([]);
    pool.startAt(4 + 1);
    expect(pool.take()).toBe(1);
  });

  it('goes on behind the last one that it handed out', () => {
    const { pool } = poolOn();
    expect([pool.take(), pool.take()]).toEqual([0, 1]);
    pool.hold([1]);
    expect(takeAll(pool)).toEqual([2, 3, 0]);
  });

  it('hands out none that is held, until others are', () => {
    const { pool } = poolOn();
    pool.hold([0, 2]);
    expect(takeAll(pool)).toEqual([1, 3]);
    pool.hold([1]);
    expect(takeAll(pool)).toEqual([0, 2, 3]);
  });

  it('erases what nobody holds, and what is blank only when it is taken', () => {
    const { flash, pool, erased } = poolOn();
    flash.program(0, word);
    flash.program(64 + 56, word);
    pool.hold([0]);
    pool.wipe();
    expect(erased).toEqual([1]);
    pool.wipe();
    expect(erased).toEqual([1]);
    pool.startAt(1);
    expect(takeAll(pool)).toEqual([1, 2, 3]);
    // The one that was erased is not erased again.
    expect(erased).toEqual([1, 2, 3]);
  });

  it('hands out none that did not become blank or did not take what was written', () => {
    const { pool, erased } = poolOn(undefined, [1]);
    pool.retire(3);
    expect(takeAll(pool)).toEqual([0, 2]);
    pool.hold([]);
    expect(takeAll(pool)).toEqual([0, 2]);
    expect(erased).toEqual([0, 2, 1, 0, 2]);
  });

  it('hands out what something is written in when there is nothing else', () => {
    const { flash, pool, erased } = poolOn();
    flash.program(0, word);
    flash.program(2 * 64, word);
    expect(takeAll(pool)).toEqual([1, 3, 0, 2]);
    expect(erased).toEqual([1, 3, 0, 2]);
  });

  it('erases all that nobody holds and that it has not erased', () => {
    const { flash, pool, erased } = poolOn();
    flash.program(64, word);
    pool.hold([0]);
    pool.wipe();
    expect(erased).toEqual([1]);
    pool.wipeAll();
    expect(erased).toEqual([1, 2, 3]);
    pool.wipeAll();
    expect(erased).toEqual([1, 2, 3]);
  });

  it('reads twice whether a sector is blank', () => {
    const flash = new SimulatedFlash({ geometry });
    flash.program(0, word);
    let reads = 0;
    const erased: number[] = [];
    const pool = new SectorPool({
      geometry,
      // It looks blank every first time.
      read: (address, length) =>
        reads++ % 2 === 0 ? new Uint8Array(length).fill(0xff) : flash.read(address, length),
      program: () => undefined,
      erase: (sector) => erased.push(sector),
      sync: () => flash.sync(),
    });
    pool.wipe();
    expect(erased).toEqual([0]);
  });
});
