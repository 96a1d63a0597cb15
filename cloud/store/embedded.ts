import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { OpenDatabase } from './database.js';
import { lockFolder } from './folder-lock.js';

/**
 * PostgreSQL within this process (PGlite). What it has acknowledged survives a kill -9, but not surely a power cut: it does not
 * wait for the disk (docs/decisions/0026).
 * @param folder created, 0700, where it is missing; undefined: in memory
 * @throws StoreError `in-use`
 */
export const openEmbedded = async (folder: string | undefined): Promise<OpenDatabase> => {
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = folder === undefined ? undefined : await lockFolder(folder);
  let pg: PGlite;
  try {
    pg = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  } catch (error) {
    await unlock?.();
    throw error;
  }
  const db = drizzle(pg);
  return {
    db,
    migrating: (work) => work(db, (migrationsFolder) => migrate(db, { migrationsFolder })),
    async close() {
      if (!pg.closed) await pg.close();
      await unlock?.();
    },
  };
};
