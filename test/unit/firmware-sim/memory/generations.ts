import { silentLogger } from '../../../../lib/platform/logger.js';
import { FileMemory } from '../../../../firmware-sim/memory/file-memory.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { CrashDisk } from '../../local/crash-disk.js';
import type { Image } from '../../local/crash-disk.js';
import { sampleRecord } from './sample.js';

/** The directory of a car on a disk that is a test's, and its two files. */
export const HOME = '/car';
export const NEWEST = `${HOME}/memory-b`;
export const OLDER = `${HOME}/memory-a`;

export const old = sampleRecord(1);
export const next = sampleRecord(2);

/** Two generations, the newer in memory-b, read from a disk that keeps everything. */
export const twoGenerations = async (): Promise<Map<string, Uint8Array>> => {
  const disk = new CrashDisk();
  const memory = new FileMemory(HOME, { disk });
  await memory.load();
  await memory.commit(old);
  await memory.commit(next);
  const [image] = disk.images(() => []);
  return new Map(image);
};

export const load = (image: Image, warnings: string[] = []): Promise<CarRecord | undefined> =>
  new FileMemory(HOME, {
    disk: new CrashDisk(image),
    log: {
      ...silentLogger,
      warn: (message, fields) => warnings.push(`${message}: ${String(fields?.['problem'])}`),
    },
  }).load();
