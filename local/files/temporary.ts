import { join } from 'node:path';
import type { Disk } from './disk.js';
import { systemOwners } from './owner.js';
import type { Owner, Owners } from './owner.js';

const TEMPORARY = /^(\d{1,10})-([0-9a-f]{16})-([0-9a-f]{16})\.tmp$/;

/** A file that lives only while its owner works on it: what a killed one left is told by its name. */
export const temporaryIn = (directory: string, { pid, birth, nonce }: Owner): string =>
  join(directory, `${pid}-${birth}-${nonce}.tmp`);

/** Removes what owners that were killed left behind: it may hold private keys. */
export const sweepTemporaries = async (
  disk: Disk,
  directory: string,
  owners: Owners = systemOwners,
): Promise<void> => {
  for (const name of await disk.list(directory)) {
    const [, pid, birth, nonce] = TEMPORARY.exec(name) ?? [];
    if (pid === undefined || birth === undefined || nonce === undefined) continue;
    if (await owners.isAlive({ pid: Number(pid), birth, nonce })) continue;
    await disk.unlink(join(directory, name));
  }
};
