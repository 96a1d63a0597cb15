import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../database.js';
import { cars, members } from '../schema.js';
import type { MemberCar, Store } from '../store.js';

type Part = Pick<
  Store,
  | 'registerCar'
  | 'carOf'
  | 'claimCar'
  | 'car'
  | 'carsOf'
  | 'membership'
  | 'setMember'
  | 'removeMember'
  | 'removeCar'
>;

const CAR = { id: cars.id, name: cars.name, owner: cars.owner };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
}

const carOfRow = <T extends Row>(row: T) => ({ ...row, owner: row.owner ?? undefined });

/** Cars, and whose they are. */
export const carQueries = (db: Database): Part => ({
  async registerCar(car) {
    await db.insert(cars).values(car).onConflictDoNothing({ target: cars.id });
  },

  async carOf(id, hash) {
    const [found] = await db
      .select(CAR)
      .from(cars)
      .where(and(eq(cars.id, id), eq(cars.secretHash, hash)));
    return found && carOfRow(found);
  },

  async claimCar(claimHash, account, now) {
    // One statement: of two accounts that claim at the same time the second finds an owner.
    const waits = and(isNull(cars.owner), gt(cars.claimExpiresAt, now));
    const [claimed] = await db
      .update(cars)
      .set({ owner: account })
      .where(and(eq(cars.claimHash, claimHash), or(waits, eq(cars.owner, account))))
      .returning(CAR);
    return claimed && carOfRow(claimed);
  },

  async car(id) {
    const [found] = await db.select(CAR).from(cars).where(eq(cars.id, id));
    return found && carOfRow(found);
  },

  async carsOf(account) {
    const found = await db
      .select({
        ...CAR,
        membership: sql<
          MemberCar['membership']
        >`case when ${cars.owner} = ${account} then 'owner' else 'member' end`,
      })
      .from(cars)
      .leftJoin(members, and(eq(members.car, cars.id), eq(members.account, account)))
      .where(or(eq(cars.owner, account), eq(members.account, account)))
      .orderBy(cars.createdAt, cars.id);
    return found.map(carOfRow);
  },

  async membership(car, account) {
    const [found] = await db
      .select({ owner: cars.owner, member: members.account })
      .from(cars)
      .leftJoin(members, and(eq(members.car, cars.id), eq(members.account, account)))
      .where(eq(cars.id, car));
    if (found?.owner === account) return 'owner';
    return found?.member === account ? 'member' : undefined;
  },

  async setMember(car, account) {
    await db.insert(members).values({ car, account }).onConflictDoNothing();
  },

  async removeMember(car, account) {
    const gone = await db
      .delete(members)
      .where(and(eq(members.car, car), eq(members.account, account)))
      .returning({ car: members.car });
    return gone.length > 0;
  },

  async removeCar(car) {
    await db.delete(cars).where(eq(cars.id, car));
  },
});
