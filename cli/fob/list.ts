import { isErrno } from '../../local/errno.js';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nameOfFile } from '../config/file-name.js';
import type { Context } from '../context.js';
import { table } from '../io/table.js';
import { CellFile } from './cell-file.js';
import { fobKeys } from './home.js';

/** The fobs of this home: what each is to which car, and what is left of its cell. */
export const listFobs = async ({ paths, output }: Context): Promise<void> => {
  const files = await readdir(paths.fobs).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  const fobs = await Promise.all(
    files.sort().map(async (file) => {
      const home = join(paths.fobs, file);
      const [car] = await fobKeys(home).list();
      const { name, role = null, slot = null } = car ?? { name: null };
      const battery = await new CellFile(home).level();
      return { fob: nameOfFile(file) ?? file, car: name, role, slot, battery };
    }),
  );
  output.result(
    { fobs },
    table([
      ['FOB', 'CAR', 'ROLE', 'SLOT', 'CELL'],
      ...fobs.map(({ fob, car, role, slot, battery: { percent, state } }) => [
        fob,
        car ?? '-',
        role ?? '-',
        slot === null ? '-' : String(slot),
        `${String(percent)} %${state === 'ok' ? '' : `, ${state}`}`,
      ]),
    ]),
  );
};
