import { createHash } from 'node:crypto';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database } from '../database.js';
import { objects } from '../schema.js';
import { MOST_LISTS } from '../store.js';
import type { Recipient, Store, StoredObject } from '../store.js';

type Part = Pick<
  Store,
  'keepObject' | 'objectsForCar' | 'revocationListsOf' | 'grantsFor' | 'confirmObject'
>;

const recipientIs = (recipient: Recipient): SQL =>
  'car' in recipient
    ? eq(objects.recipientCar, recipient.car)
    : eq(objects.recipientAccount, recipient.account);

const stored = (row: typeof objects.$inferSelect): StoredObject => ({
  id: row.id,
  kind: row.kind,
  recipient:
    row.recipientCar === null ? { account: row.recipientAccount ?? '' } : { car: row.recipientCar },
  car: row.car,
  sender: row.sender,
  bytes: row.bytes,
  createdAt: row.createdAt,
  confirmedAt: row.confirmedAt ?? undefined,
});

/** Signed objects that wait for who they are for. */
export const objectQueries = (db: Database): Part => {
  const oldestFirst = async (which: SQL | undefined): Promise<readonly StoredObject[]> =>
    (await db.select().from(objects).where(which).orderBy(objects.number)).map(stored);

  return {
    async keepObject({ kind, recipient, car, sender, bytes }) {
      const id = idOf(recipient, bytes);
      const [kept] = await db
        .insert(objects)
        .values({
          id,
          kind,
          recipientCar: 'car' in recipient ? recipient.car : null,
          recipientAccount: 'account' in recipient ? recipient.account : null,
          car,
          sender,
          bytes,
        })
        // Changes nothing, but is given back.
        .onConflictDoUpdate({ target: objects.id, set: { id } })
        .returning();
      if (kept === undefined) throw new Error('nothing was inserted');
      return stored(kept);
    },

    objectsForCar: (car) =>
      oldestFirst(and(eq(objects.recipientCar, car), isNull(objects.confirmedAt))),

    async revocationListsOf(car) {
      const newest = await db
        .select()
        .from(objects)
        .where(and(eq(objects.recipientCar, car), eq(objects.kind, 'revocation-list')))
        .orderBy(desc(objects.number))
        .limit(MOST_LISTS);
      return newest.reverse().map(stored);
    },

    grantsFor: (account) =>
      oldestFirst(and(eq(objects.recipientAccount, account), isNull(objects.confirmedAt))),

    async confirmObject(id, recipient) {
      const done = await db
        .update(objects)
        .set({ confirmedAt: sql`coalesce(${objects.confirmedAt}, now())` })
        .where(and(eq(objects.id, id), recipientIs(recipient)))
        .returning({ id: objects.id });
      return done.length > 0;
    },
  };
};

/** The same for the same bytes and recipient. */
const idOf = (recipient: Recipient, bytes: Uint8Array): string => {
  const to = 'car' in recipient ? `car ${recipient.car}` : `account ${recipient.account}`;
  return createHash('sha256').update(`${to}\n`).update(bytes).digest('hex').slice(0, 32);
};
