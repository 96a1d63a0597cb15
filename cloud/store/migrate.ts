import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database, OpenDatabase } from './database.js';
import { StoreError } from './errors.js';

/** Beside the folder `store` in the sources, a folder further up when compiled. */
export const MIGRATIONS = ['../migrations', '../../migrations']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(path));

/**
 * Brings a database to the schema of this version.
 * @param folder the migrations
 * @throws StoreError `newer` where it was changed by a migration that is not among these
 */
export const migrateStore = async (database: OpenDatabase, folder = MIGRATIONS): Promise<void> => {
  if (folder === undefined) throw new StoreError('failed', 'the folder of migrations is missing');
  const ours = new Set(readMigrationFiles({ migrationsFolder: folder }).map(({ hash }) => hash));
  await database.migrating(async (db, migrate) => {
    const applied = await appliedTo(db);
    if (applied.some((hash) => !ours.has(hash))) {
      throw new StoreError(
        'newer',
        'another version of this program has changed the database; use that one, or a newer one',
      );
    }
    if (applied.length < ours.size) await migrate(folder);
  });
};

/** Hashes of the migrations that a database has had, as drizzle keeps them. */
const appliedTo = async (db: Database): Promise<readonly string[]> => {
  const table = await rows(db, sql`select to_regclass('drizzle.__drizzle_migrations') as name`);
  if (table[0]?.['name'] === null) return [];
  const found = await rows(db, sql`select hash from drizzle.__drizzle_migrations`);
  return found.map(({ hash }) => String(hash));
};

/** Both drivers have the rows of a raw query under `rows`. */
const rows = async (db: Database, query: ReturnType<typeof sql>) =>
  ((await db.execute(query)) as { rows: Record<string, unknown>[] }).rows;
