import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** What queries go to: PGlite, PostgreSQL, or a transaction of one of them. */
export type Database = PgDatabase<PgQueryResultHKT>;

/** A database that is open. */
export interface OpenDatabase {
  readonly db: Database;
  /** Runs `work` with what migrates, while no other program of this version or another does so. */
  migrating(
    work: (db: Database, migrate: (folder: string) => Promise<void>) => Promise<void>,
  ): Promise<void>;
  /** Closing twice is allowed. */
  readonly close: () => Promise<void>;
}
