import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import { isErrno } from './errno.js';

/** Keeps a second process off the car's memory. */
export interface Lock {
  /** Frees the memory; doing it twice is allowed. */
  release(): Promise<void>;
}

const FILE = 'lock';
const ATTEMPTS = 5;
const UNKNOWN = '-';

/**
 * Takes the lock of a car's directory: a file with the pid of its holder. A lock whose holder is no
 * longer alive is taken over.
 * @throws PhoneKeyError `sim.already-running`, `sim.storage`
 */
export const acquireLock = async (home: string): Promise<Lock> => {
  const path = join(home, FILE);
  const token = toHex(systemRandom(8));
  const content = `${String(process.pid)} ${await birthMark(process.pid)} ${token}\n`;
  const own = `${path}.${token}`;
  try {
    await writeFile(own, content, { flag: 'wx', mode: 0o600 });
    try {
      await claim(own, path);
    } finally {
      await unlink(own);
    }
  } catch (cause) {
    if (cause instanceof PhoneKeyError) throw cause;
    throw new PhoneKeyError('sim.storage', `cannot write the lock ${path}`, { cause });
  }
  return { release: () => remove(path, content) };
};

/** `link` fails where the name exists, and the file is complete the moment it appears. */
const claim = async (own: string, path: string): Promise<void> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await link(own, path);
      return;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    const holder = await read(path);
    if (holder === undefined) continue;
    if (await isAlive(holder)) break;
    await removeStale(path, holder);
  }
  throw new PhoneKeyError('sim.already-running', 'this car runs already in another process', {
    hint: `Stop it first. If no car runs, delete ${path}.`,
  });
};

/**
 * Only who creates the claim for this very lock may remove it, and nobody can replace it while it is
 * there: so it cannot be a living car's lock that goes. Who fails to claim tries again from the start.
 */
const removeStale = async (path: string, stale: string): Promise<void> => {
  const token = stale.trim().split(' ')[2] ?? '';
  const claim = `${path}.${/^[0-9a-f]{16}$/.test(token) ? token : 'damaged'}.stale`;
  try {
    await writeFile(claim, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    throw error;
  }
  try {
    await remove(path, stale);
  } finally {
    await unlink(claim);
  }
};

const remove = async (path: string, content: string): Promise<void> => {
  if ((await read(path)) === content) await unlink(path);
};

const read = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const isAlive = async (holder: string): Promise<boolean> => {
  const [pidText = '', mark] = holder.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: alive, and another user's.
    if (!isErrno(error, 'EPERM')) return false;
  }
  const current = await birthMark(pid);
  return mark === current || mark === UNKNOWN || current === UNKNOWN;
};

/**
 * Tells a process from a later one with the same pid, which is common in containers and after a
 * reboot: boot id and start time, where the system tells them (Linux).
 */
const birthMark = async (pid: number): Promise<string> => {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // Fields after the command name, which may hold spaces; starttime is field 22 (proc(5)).
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}/${start ?? ''}`;
  } catch {
    return UNKNOWN;
  }
};
