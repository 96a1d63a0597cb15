import { join } from 'node:path';
import { homeOf } from '../car/home.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Paths } from '../config/paths.js';
import type { Context } from '../context.js';

/** Who holds which fob. */
export interface Holding<C extends Context = Context<'radio'>> {
  readonly context: C;
  readonly name: string;
}

export const fobHome = (paths: Paths, name: string): string => homeOf(paths.fobs, name);

export const fobKeys = (home: string): FileKeyStore => new FileKeyStore(join(home, 'keys'));
