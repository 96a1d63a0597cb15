import { join } from 'node:path';
import { fileNameFor } from '../config/file-name.js';
import type { Paths } from '../config/paths.js';

/** The directory of a simulated car. */
export const carHome = (paths: Paths, name: string): string => join(paths.cars, fileNameFor(name));
