import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../database.js';
import { storeError } from '../errors.js';
import { log } from '../schema.js';
import type { LogEntry, Store } from '../store.js';

/** Each car's log of commands. */
export const logQueries = (db: Database): Pick<Store, 'logCommand' | 'commandLog'> => ({
  async logCommand(entry) {
    try {
      await db.insert(log).values(entry).onConflictDoNothing();
    } catch (error) {
      // The car was given up, and its log with it.
      if (storeError(error).code !== 'gone') throw error;
    }
  },

  async commandLog(car, { before, limit }) {
    // An id that is none is before nothing.
    if (before !== undefined && !/^[0-9]{1,15}$/.test(before)) return [];
    const page = before === undefined ? undefined : lt(log.id, Number(before));
    const found = await db
      .select()
      .from(log)
      .where(and(eq(log.car, car), page))
      .orderBy(desc(log.id))
      .limit(Math.min(Math.max(limit, 1), 200));
    return found.map((row): LogEntry => ({
      ...row,
      id: String(row.id),
      account: row.account ?? undefined,
      command: row.command ?? undefined,
      commandId: row.commandId ?? undefined,
      outcome: row.outcome ?? undefined,
    }));
  },
});
