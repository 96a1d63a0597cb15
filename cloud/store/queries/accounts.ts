import { randomBytes } from 'node:crypto';
import { and, eq, gt, inArray, lte } from 'drizzle-orm';
import type { Database } from '../database.js';
import { accounts, tokens } from '../schema.js';
import type { Store } from '../store.js';

type Part = Pick<
  Store,
  | 'createAccount'
  | 'accountNamed'
  | 'accountNames'
  | 'createToken'
  | 'tokenOf'
  | 'tokensOf'
  | 'revokeToken'
>;

const TOKEN = {
  id: tokens.id,
  account: tokens.account,
  hash: tokens.hash,
  scopes: tokens.scopes,
  label: tokens.label,
  expiresAt: tokens.expiresAt,
  createdAt: tokens.createdAt,
};

/** 16 bytes, hex: says nothing of how many there are. */
const newId = (): string => randomBytes(16).toString('hex');

/** Accounts and their tokens. */
export const accountQueries = (db: Database): Part => ({
  async createAccount(account) {
    const [made] = await db
      .insert(accounts)
      .values({ ...account, id: newId() })
      .onConflictDoNothing({ target: accounts.name })
      .returning();
    if (made !== undefined) return made;
    // The hash has a salt of its own: who has it has made this account in an attempt that was lost.
    const [found] = await db.select().from(accounts).where(eq(accounts.name, account.name));
    return found?.passwordHash === account.passwordHash ? found : undefined;
  },

  async accountNamed(name) {
    const [found] = await db.select().from(accounts).where(eq(accounts.name, name));
    return found;
  },

  async accountNames(ids) {
    const found = await db
      .select({ id: accounts.id, name: accounts.name })
      .from(accounts)
      .where(inArray(accounts.id, [...new Set(ids)]));
    return new Map(found.map(({ id, name }) => [id, name]));
  },

  createToken: (token, now) =>
    db.transaction(async (tx) => {
      // Nobody asks for those that have expired, and without this they would only ever become more.
      if (now !== undefined) {
        const expired = lte(tokens.expiresAt, now);
        await tx.delete(tokens).where(and(eq(tokens.account, token.account), expired));
      }
      const [made] = await tx
        .insert(tokens)
        .values({ ...token, id: newId(), scopes: [...token.scopes] })
        // After an attempt that was lost; changes nothing, but gives it back.
        .onConflictDoUpdate({ target: tokens.hash, set: { hash: token.hash } })
        .returning(TOKEN);
      if (made === undefined) throw new Error('nothing was inserted');
      return made;
    }),

  async tokenOf(hash, now) {
    const [found] = await db
      .select(TOKEN)
      .from(tokens)
      .where(and(eq(tokens.hash, hash), gt(tokens.expiresAt, now)));
    return found;
  },

  tokensOf: (account) =>
    db
      .select(TOKEN)
      .from(tokens)
      .where(eq(tokens.account, account))
      .orderBy(tokens.createdAt, tokens.id),

  async revokeToken(account, id) {
    const gone = await db
      .delete(tokens)
      .where(and(eq(tokens.account, account), eq(tokens.id, id)))
      .returning({ id: tokens.id });
    return gone.length > 0;
  },
});
