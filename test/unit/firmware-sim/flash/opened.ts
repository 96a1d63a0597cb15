import { silentLogger } from '../../../../lib/platform/logger.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import type { SimulatedFlashOptions } from '../../../support/flash/simulated-flash.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';

/** For the names of chains. */
export const random = seededRandom('flash memory');

/** A memory that has come up on a flash. */
export const open = async (options: SimulatedFlashOptions = {}) => {
  const flash = new SimulatedFlash(options);
  const warnings: string[] = [];
  const memory = new FlashMemory(flash, {
    random,
    log: {
      ...silentLogger,
      warn: (message) => warnings.push(message),
    },
  });
  return { flash, memory, warnings, loaded: await memory.load() };
};

/** A flash that is full after a few commits. */
export const small = { sectors: 16, sectorBytes: 512, wordBytes: 8 };
