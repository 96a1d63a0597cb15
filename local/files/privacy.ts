import type { FileStatus } from './disk.js';

/**
 * Why a file or directory is not this user's alone: its mode lets others in, or it is somebody else's;
 * undefined: it is. Windows has no modes; the user's own directories are private there.
 */
export const notPrivate = ({
  mode,
  uid,
}: Pick<FileStatus, 'mode' | 'uid'>): 'mode' | 'owner' | undefined => {
  if (process.platform === 'win32') return undefined;
  if ((mode & 0o077) !== 0) return 'mode';
  return uid === process.getuid?.() ? undefined : 'owner';
};
