import type { FileStatus } from './disk.js';

/**
 * Why a file or directory is not this user's alone: it is somebody else's, or its mode lets others in;
 * undefined: it is. Windows has no modes; the user's own directories are private there.
 */
export const notPrivate = ({
  mode,
  uid,
}: Pick<FileStatus, 'mode' | 'uid'>): 'mode' | 'owner' | undefined => {
  if (process.platform === 'win32') return undefined;
  if (uid !== process.getuid?.()) return 'owner';
  return (mode & 0o077) === 0 ? undefined : 'mode';
};
