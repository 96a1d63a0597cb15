import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenDatabase } from '../store/database.js';
import { openEmbedded } from '../store/embedded.js';
import { MIGRATIONS, migrateStore } from '../store/migrate.js';
import { accountQueries } from '../store/queries/accounts.js';

interface Journal {
  entries: { idx: number; when: number; tag: string; version: string; breakpoints: boolean }[];
}

/** The migrations with `count` of them, and one that comes later where `later` is SQL. */
const migrations = async (folder: string, count: number, later?: string): Promise<void> => {
  await cp(MIGRATIONS ?? '', folder, { recursive: true });
  const file = join(folder, 'meta/_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8')) as Journal;
  const entries = journal.entries.slice(0, count);
  const last = entries.at(-1);
  if (later !== undefined && last !== undefined) {
    entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: 'later' });
    await writeFile(join(folder, 'later.sql'), later);
  }
  await writeFile(file, JSON.stringify({ ...journal, entries }));
};

describe('migration', () => {
  let home: string;
  let database: OpenDatabase;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'phonekey-migrations-'));
    database = await openEmbedded(undefined);
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await rm(home, { recursive: true, force: true });
  });

  it('that fails changes nothing', async () => {
    const broken = join(home, 'broken');
    await migrations(broken, 1, 'create table other (id text);--> statement-breakpoint\nno SQL;');
    await expect(migrateStore(database, broken)).rejects.toBeInstanceOf(Error);
    // The table is not there, so that the next test finds an empty database.
    await expect(database.db.execute('select id from other')).rejects.toBeInstanceOf(Error);
    await expect(database.db.execute('select id from accounts')).rejects.toBeInstanceOf(Error);
  });

  it('goes from the first to the newest, and one further, with what is there', async () => {
    const [first, further] = [join(home, 'first'), join(home, 'further')];
    await migrations(first, 1);
    await migrations(further, Infinity, 'alter table accounts add column colour text;');
    await migrateStore(database, first);
    const accounts = accountQueries(database.db);
    const ada = await accounts.createAccount({ name: 'ada', passwordHash: 'x' });
    await migrateStore(database);
    await migrateStore(database);
    expect(await accounts.accountNamed('ada')).toEqual(ada);

    await migrateStore(database, further);
    expect(await accounts.accountNamed('ada')).toEqual(ada);
    // What a later version has changed, this one leaves alone.
    await expect(migrateStore(database)).rejects.toMatchObject({ code: 'newer' });
  });
});
