import type { Entry } from '../../../../../firmware-sim/flash/entry.js';
import { FlashMemory } from '../../../../../firmware-sim/flash/flash-memory.js';
import { isBlank } from '../../../../../firmware-sim/flash/flash.js';
import type { Flash } from '../../../../../firmware-sim/flash/flash.js';
import type { Chain } from '../../../../../firmware-sim/flash/scan.js';
import type { Memory } from '../../../../../firmware-sim/memory/memory.js';
import type { CarRecord } from '../../../../../firmware-sim/memory/record.js';
import type { FlashStore } from './medium.js';

/** Says that a record is durable before it is: people are told, and the power goes. */
export const actsFirst = (memory: Memory): Memory => {
  let late: CarRecord | undefined;
  return {
    load: () => memory.load(),
    commit: async (record) => {
      const before = late;
      late = record;
      if (before !== undefined) await memory.commit(before);
    },
  };
};

/** Of several copies takes the oldest. */
class TakesTheOldest extends FlashMemory {
  protected override rank(chains: readonly Chain[]): readonly Chain[] {
    return super.rank(chains).toReversed();
  }
}

/** Makes room before it writes. */
class ErasesFirst extends FlashMemory {
  protected override renew(record: Uint8Array): Promise<Entry> {
    this.pool.hold([]);
    this.pool.wipe();
    return super.renew(record);
  }
}

/** Acts on what it reads once, and writes nothing when it comes up. */
class TrustsWhatItReads extends FlashMemory {
  protected override agree(): boolean {
    return true;
  }
}

/** Keeps one copy. */
class KeepsOneCopy extends FlashMemory {
  protected override readonly copies = 1;
  protected override agree(newest: Chain): boolean {
    return newest.sealed && newest.ends;
  }
}

/** Adds the change of a removal like any other. */
class KeepsWhatWasRemoved extends FlashMemory {
  override commit(record: CarRecord): Promise<void> {
    return super.commit(record);
  }
}

const proxy = (flash: Flash, changed: Partial<Flash>): Flash => ({
  geometry: flash.geometry,
  read: (address, length) => flash.read(address, length),
  program: (address, word) => {
    flash.program(address, word);
  },
  erase: (sector) => {
    flash.erase(sector);
  },
  sync: () => flash.sync(),
  ...changed,
});

/** A driver that answers from a cache what was programmed, so that nothing is ever read back. */
const cached = (flash: Flash): Flash => {
  const { wordBytes, sectorBytes } = flash.geometry;
  const cache = new Map<number, Uint8Array>();
  return proxy(flash, {
    read: (address, length) => {
      const bytes = flash.read(address, length);
      for (const [at, word] of cache) {
        if (at >= address && at + wordBytes <= address + length) bytes.set(word, at - address);
      }
      return bytes;
    },
    program: (address, word) => {
      flash.program(address, word);
      cache.set(address, word.slice());
    },
    erase: (sector) => {
      flash.erase(sector);
      for (let at = sector * sectorBytes; at < (sector + 1) * sectorBytes; at++) cache.delete(at);
    },
  });
};

/** A driver that spares the sectors what looks like an erase for nothing. */
const sparing = (flash: Flash): Flash => {
  const { sectorBytes } = flash.geometry;
  return proxy(flash, {
    erase: (sector) => {
      if (!isBlank(flash.read(sector * sectorBytes, sectorBytes))) flash.erase(sector);
    },
  });
};

/** Stores that are wrong on purpose: each must be found out. */
export const WRONG = {
  'acts before it commits': (flash, options) => actsFirst(new FlashMemory(flash, options)),
  'takes the oldest copy': (flash, options) => new TakesTheOldest(flash, options),
  'erases the old copies first': (flash, options) => new ErasesFirst(flash, options),
  'trusts what it reads once': (flash, options) => new TrustsWhatItReads(flash, options),
  'keeps one copy': (flash, options) => new KeepsOneCopy(flash, options),
  'keeps what was removed': (flash, options) => new KeepsWhatWasRemoved(flash, options),
  'does not read back': (flash, options) => new FlashMemory(cached(flash), options),
  'does not erase what looks blank': (flash, options) => new FlashMemory(sparing(flash), options),
} as const satisfies Record<string, FlashStore>;
