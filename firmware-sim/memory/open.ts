import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Logger } from '../../lib/platform/logger.js';
import { nodeDisk } from '../../local/files/disk.js';
import { FileMemory, MEMORY_FILES } from './file-memory.js';
import { FileFlash } from '../flash/file-flash.js';
import { FlashMemory } from '../flash/flash-memory.js';
import type { Memory } from './memory.js';

const MEMORY_KINDS = ['files', 'flash'] as const;

/** What a car's directory keeps its record in: two files, or a file with the cells of a simulated flash. */
export type MemoryKind = (typeof MEMORY_KINDS)[number];

const FLASH_FILE = 'flash';
const FILES: Readonly<Record<MemoryKind, readonly string[]>> = {
  files: MEMORY_FILES,
  flash: [FLASH_FILE],
};

/**
 * The memory in a car's directory. A car keeps the kind it was made with (default: files).
 * @throws PhoneKeyError `usage.invalid` when another kind is asked for; `sim.storage`
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
        hint: 'Start it without --memory, or make a car with another name.',
      },
    );
  }
  if ((made ?? asked) !== 'flash') {
    return { memory: new FileMemory(home, { log }), close: () => undefined };
  }
  const path = join(home, FLASH_FILE);
  const flash = await FileFlash.open(path).catch((cause: unknown) => {
    throw new PhoneKeyError('sim.storage', `cannot open the car's flash ${path}`, { cause });
  });
  return {
    memory: new FlashMemory(flash, { log }),
    close: () => {
      flash.close();
    },
  };
};

/** Undefined: a new car. */
const kindOf = async (home: string): Promise<MemoryKind | undefined> => {
  for (const kind of MEMORY_KINDS) {
    for (const name of FILES[kind])
      if ((await nodeDisk.status(join(home, name))) !== undefined) return kind;
  }
  return undefined;
};
