import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import { isErrno } from '../errno.js';

/** Whose a lock or a temporary file is: a process, and which of its own it is. */
export interface Owner {
  readonly pid: number;
  /** Tells the process from a later one of the same pid: 16 hex digits. */
  readonly birth: string;
  /** Nothing else ever had it: 16 hex digits. */
  readonly nonce: string;
}

/** Owners are of this machine and made here; a test has machines and processes of its own. */
export interface Owners {
  /** Of something new of this process; it counts as alive until it is `ended`. */
  begin(): Promise<Owner>;
  end(owner: Owner): void;
  /** False: whatever it owned is abandoned. */
  isAlive(owner: Owner): Promise<boolean>;
}

/** Where the system does not tell when a process began. */
const UNKNOWN = '0'.repeat(16);

/** Nonces of this process that are in use. */
const inUse = new Set<string>();

export const systemOwners: Owners = {
  async begin() {
    const nonce = toHex(systemRandom(8));
    inUse.add(nonce);
    return { pid: process.pid, birth: await birthMark(process.pid), nonce };
  },

  end({ nonce }) {
    inUse.delete(nonce);
  },

  async isAlive({ pid, birth, nonce }) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      // Anything else, as EPERM: alive, and another user's.
      if (isErrno(error, 'ESRCH')) return false;
    }
    const now = await birthMark(pid);
    if (birth !== now && birth !== UNKNOWN && now !== UNKNOWN) return false;
    // In a container, and after a reboot, this process may well have the pid of the one that was killed.
    return pid !== process.pid || inUse.has(nonce);
  },
};

/** Of boot id and start time (Linux): pids come again, in containers and after a reboot soon. */
const birthMark = async (pid: number): Promise<string> => {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // Fields after the command name, which may hold spaces; starttime is field 22 (proc(5)).
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return createHash('sha256').update(`${boot}${start}`).digest('hex').slice(0, 16);
  } catch {
    return UNKNOWN;
  }
};
