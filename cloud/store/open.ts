import type { Logger } from '../../lib/platform/logger.js';
import type { OpenDatabase } from './database.js';
import { storeError } from './errors.js';
import { migrateStore } from './migrate.js';
import { accountQueries } from './queries/accounts.js';
import { carQueries } from './queries/cars.js';
import { logQueries } from './queries/log.js';
import { objectQueries } from './queries/objects.js';
import type { Store } from './store.js';

/** Which database: PostgreSQL by URL, or the embedded one in a folder, or in memory. */
export type StoreOptions = (
  { readonly url: string } | { readonly folder: string } | { readonly memory: true }
) & { readonly log?: Logger | undefined };

/** What says whether it was there, which a second attempt would say wrongly. */
const ONCE: ReadonlySet<string> = new Set(['revokeToken', 'removeMember', 'close']);
const AGAIN_MS = 100;

/**
 * Opens the store, and brings its database to the schema of this version.
 * @throws StoreError `away`, `in-use`, `newer`
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  let database: OpenDatabase | undefined;
  try {
    database = await open(options);
    await migrateStore(database);
    return guarded(storeOver(database));
  } catch (error) {
    await database?.close().catch(() => undefined);
    throw storeError(error);
  }
};

/** Loads only what it needs: each of the two takes its time. */
const open = async (options: StoreOptions): Promise<OpenDatabase> => {
  if ('url' in options) {
    return (await import('./postgres.js')).openPostgres(options.url, options.log);
  }
  const { openEmbedded } = await import('./embedded.js');
  return openEmbedded('folder' in options ? options.folder : undefined);
};

const storeOver = ({ db, close }: OpenDatabase): Store => ({
  ...accountQueries(db),
  ...carQueries(db),
  ...objectQueries(db),
  ...logQueries(db),
  close,
});

/**
 * Makes every rejection a StoreError. What may have been done because the connection was lost with the answer is done once more:
 * all but ONCE are written so that this changes nothing and answers the same.
 */
const guarded = (store: Store): Store => {
  const methods = Object.entries(store).map(([name, method]) => {
    const attempt = async (args: unknown[]): Promise<unknown> => {
      try {
        return await (method as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        throw storeError(error);
      }
    };
    const run = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await attempt(args);
      } catch (error) {
        if (ONCE.has(name) || !storeError(error).temporary) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      return attempt(args);
    };
    return [name, run];
  });
  return Object.fromEntries(methods) as Store;
};
