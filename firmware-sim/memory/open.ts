import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Logger } from '../../lib/platform/logger.js';
import { nodeDisk } from '../../local/files/disk.js';
import { FileMemory, MEMORY_FILES } from './file-memory.js';
import { FileFlash } from '../flash/file-flash.js';
import { FlashMemory } from '../flash/flash-memory.js';
import { damaged, storageFault } from './memory.js';
import type { Memory } from './memory.js';

/** What a car's directory keeps its record in: two files, or a file with the cells of a simulated flash. */
export type MemoryKind = 'files' | 'flash';

const FLASH_FILE = 'flash';

/**
 * The memory in a car's directory. A car keeps the kind it was made with (default: files).
 * @throws PhoneKeyError `usage.invalid` when another kind is asked for; `sim.damaged`, `sim.storage`
 */
export const openHomeMemory = async (
  home: string,
  asked: MemoryKind | undefined,
  log: Logger,
): Promise<{ readonly memory: Memory; readonly close: () => void }> => {
  const made = await kindOf(home);
  if (asked !== undefined && made !== undefined && asked !== made) {
    throw new PhoneKeyError(
      'usage.invalid',
      `this car has its memory in ${made}, not in ${asked}`,
      {
        hint: 'Start it as it was made, or make a car with another name.',
      },
    );
  }
  if ((made ?? asked) !== 'flash') {
    return { memory: new FileMemory(home, { log }), close: () => undefined };
  }
  const path = join(home, FLASH_FILE);
  const flash = await FileFlash.open(path).catch((cause: unknown) => {
    if (cause instanceof PhoneKeyError) throw cause;
    return storageFault(`cannot open the car's flash ${path}`)(cause);
  });
  const used = made === 'flash';
  // As where it is a link that leads nowhere now.
  if (used && flash.isNew) throw damaged(path, 'the file from a backup, or delete it');
  return {
    memory: new FlashMemory(flash, { log, used, where: path }),
    close: () => {
      flash.close();
    },
  };
};

/** Undefined: a new car. */
const kindOf = async (home: string): Promise<MemoryKind | undefined> => {
  const names = await nodeDisk.list(home);
  if (MEMORY_FILES.some((name) => names.includes(name))) return 'files';
  return names.includes(FLASH_FILE) ? 'flash' : undefined;
};
