import { sql } from 'drizzle-orm';
import {
  bigserial,
  check,
  customType,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import type { NewLogEntry, NewObject, Scope } from './store.js';

/*
 * The one schema, of the embedded database and of PostgreSQL. After a change of it `npm run migrations` writes what
 * brings a database here (cloud/migrations), which is committed with it.
 */

/** Of PGlite a Uint8Array, of pg a Buffer: both are given as plain bytes. */
const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (value) => new Uint8Array(value),
});

/** To the millisecond, as a Date has it. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const accounts = pgTable('accounts', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

const account = (name: string) => text(name).references(() => accounts.id, { onDelete: 'cascade' });

export const tokens = pgTable(
  'tokens',
  {
    id: text().primaryKey(),
    account: account('account').notNull(),
    hash: bytes('hash').notNull().unique(),
    scopes: text().array().notNull().$type<Scope[]>(),
    label: text().notNull(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index().on(table.account)],
);

export const cars = pgTable(
  'cars',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    secretHash: bytes('secret_hash').notNull(),
    /** Kept when it was used, so that the same claim again gives the same answer. */
    claimHash: bytes('claim_hash').notNull().unique(),
    claimExpiresAt: moment('claim_expires_at').notNull(),
    owner: account('owner'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index().on(table.owner)],
);

const car = (name: string) => text(name).references(() => cars.id, { onDelete: 'cascade' });

export const members = pgTable(
  'members',
  {
    car: car('car').notNull(),
    account: account('account').notNull(),
  },
  (table) => [primaryKey({ columns: [table.car, table.account] }), index().on(table.account)],
);

export const objects = pgTable(
  'objects',
  {
    /** Of recipient and bytes, so that the same object again is the same row. */
    id: text().primaryKey(),
    /** In the order in which they came. */
    number: bigserial({ mode: 'number' }).notNull(),
    kind: text().notNull().$type<NewObject['kind']>(),
    /** One of these two. */
    recipientCar: car('recipient_car'),
    recipientAccount: account('recipient_account'),
    car: car('car').notNull(),
    sender: account('sender').notNull(),
    bytes: bytes('bytes').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    confirmedAt: moment('confirmed_at'),
  },
  (table) => [
    index().on(table.recipientCar, table.number),
    index().on(table.recipientAccount, table.number),
    index().on(table.car),
    check(
      'objects_one_recipient',
      sql`num_nonnulls(${table.recipientCar}, ${table.recipientAccount}) = 1`,
    ),
  ],
);

export const log = pgTable(
  'log',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    car: car('car').notNull(),
    report: text().notNull(),
    account: text(),
    kind: text().notNull().$type<NewLogEntry['kind']>(),
    command: text(),
    commandId: text('command_id'),
    outcome: text(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [unique().on(table.car, table.report), index().on(table.car, table.id)],
);
