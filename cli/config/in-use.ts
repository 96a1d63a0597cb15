import { isErrno } from '../../firmware-sim/memory/errno.js';

/**
 * Files that live only while a program works on them, and bear its pid: temporary ones and locks. What
 * a killed program left behind is told by that.
 */

const inUse = new Set<string>();
let sequence = 0;

const TEMPORARY = /\.(\d+)-\d+\.tmp$/;

/** A name of its own beside `path`, of this process. */
export const temporaryName = (path: string): string => `${path}.${process.pid}-${++sequence}.tmp`;

/** The pid in a temporary name; undefined for any other name. */
export const pidOfTemporary = (name: string): number | undefined => {
  const pid = TEMPORARY.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
};

export const setInUse = (path: string, used: boolean): void => {
  if (used) inUse.add(path);
  else inUse.delete(path);
};

/** In a container, and after a reboot, this process may well have the pid of the one that was killed. */
export const isAbandoned = (pid: number, path: string): boolean =>
  pid === process.pid ? !inUse.has(path) : !isAlive(pid);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
};
