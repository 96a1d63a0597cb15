import { join } from 'node:path';
import { digestOf } from '../../local/sockets.js';
import { fileNameFor } from '../config/file-name.js';
import type { Paths } from '../config/paths.js';

/** The name of a car where none is given. */
export const DEFAULT_NAME = 'car';

/** A socket lies in the directory, and its path has 103 bytes at most. */
const MAX_LENGTH = 32;

/**
 * The directory of a device in that of its kind. Where the name makes a long one, it is `__` (which no other name
 * gives) and a digest.
 */
export const homeOf = (kind: string, name: string): string => {
  const plain = fileNameFor(name);
  return join(kind, plain.length <= MAX_LENGTH ? plain : `__${digestOf(name)}`);
};

/** The directory of a simulated car. */
export const carHome = (paths: Paths, name: string): string => homeOf(paths.cars, name);
