import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Pool } from 'pg';
import type { Logger } from '../../lib/platform/logger.js';
import type { OpenDatabase } from './database.js';

/** Any number; who else takes advisory locks in this database should have another one. */
const MIGRATING = 0x70686b79;

/**
 * PostgreSQL by URL. Connections that are lost are replaced when one is needed; what ran on them rejects. The password may be left
 * out of the URL: PGPASSWORD and ~/.pgpass are read.
 */
export const openPostgres = (url: string, log: Logger | undefined): OpenDatabase => {
  const pool = new Pool({
    connectionString: url,
    application_name: 'phonekey-cloud',
    max: 10,
    connectionTimeoutMillis: 3_000,
    // The server gives up first, so that a connection is not left with a query that goes on.
    statement_timeout: 8_000,
    query_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    allowExitOnIdle: false,
  });
  // Of connections that nobody uses: without a listener they would end this process.
  pool.on('error', (error) => {
    log?.warn('lost a connection to the database', { code: codeOf(error) });
  });
  return {
    db: drizzle(pool),
    async migrating(work) {
      const client = await pool.connect();
      let failed: Error | undefined;
      const onError = (error: Error) => (failed = error);
      client.on('error', onError);
      try {
        const db = drizzle(client);
        // To the session, as a migration commits; it goes with the connection.
        await client.query('set statement_timeout = 0');
        await client.query('select pg_advisory_lock($1)', [MIGRATING]);
        await work(db, (migrationsFolder) => migrate(db, { migrationsFolder }));
      } catch (error) {
        failed ??= error instanceof Error ? error : new Error('migration failed');
        throw error;
      } finally {
        client.off('error', onError);
        // Not back to the pool: with it goes the lock.
        client.release(failed ?? true);
      }
    },
    async close() {
      if (!pool.ended) await pool.end();
    },
  };
};

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'connection lost';
