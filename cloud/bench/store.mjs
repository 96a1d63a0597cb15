// Databases for the store beside each other (docs/decisions/0026): how long one takes to open the first time and again, its memory
// and disk, rows a second, each durable before the next, and what of the acknowledged rows is there after kill -9 in the middle.
//
//   node cloud/bench/store.mjs [ROUNDS]      rounds of kill -9 (default 20); POSTGRES_URL=postgres://... adds PostgreSQL
//
// SQLite is there where node:sqlite is, or after `npm install --no-save @libsql/client` in cloud. Each measurement is a process.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const table = (bytes) =>
  `create table if not exists bench (id bigint primary key, at bigint not null, text text not null, bytes ${bytes})`;
const row = (id) => [id, Date.now(), 'unlock', new Uint8Array(32)];
const IN_SQLITE = 'insert into bench values (?, ?, ?, ?)';
const IN_POSTGRES = 'insert into bench values ($1, $2, $3, $4)';
const IDS = 'select id from bench';

const CANDIDATES = {
  async pglite(folder) {
    const { PGlite } = await import('@electric-sql/pglite');
    const db = await PGlite.create(folder);
    await db.exec(table('bytea'));
    return {
      insert: (id) => db.query(IN_POSTGRES, row(id)),
      ids: async () => (await db.query(IDS)).rows,
      close: () => db.close(),
    };
  },
  async libsql(folder) {
    const { createClient } = await import('@libsql/client');
    const db = createClient({ url: `file:${folder}.db` });
    for (const sql of ['pragma journal_mode=wal', 'pragma synchronous=full', table('blob')]) {
      await db.execute(sql);
    }
    return {
      insert: (id) => db.execute({ sql: IN_SQLITE, args: row(id) }),
      ids: async () => (await db.execute(IDS)).rows,
      close: () => db.close(),
    };
  },
  async 'node:sqlite'(folder) {
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(`${folder}.db`);
    db.exec(`pragma journal_mode=wal; pragma synchronous=full; ${table('blob')}`);
    const insert = db.prepare(IN_SQLITE);
    return {
      insert: async (id) => insert.run(...row(id)),
      ids: async () => db.prepare(IDS).all(),
      close: () => db.close(),
    };
  },
  async postgres() {
    const { default: pg } = await import('pg');
    const db = new pg.Client(process.env.POSTGRES_URL);
    await db.connect();
    await db.query(table('bytea'));
    return {
      insert: (id) => db.query(IN_POSTGRES, row(id)),
      ids: async () => (await db.query(IDS)).rows,
      close: () => db.end(),
    };
  },
};

const MEGABYTE = 2 ** 20;
const WORK = {
  async open(db, ms) {
    return { ms: Math.round(ms), memory: Math.round(process.memoryUsage().rss / MEGABYTE) };
  },
  async insert(db) {
    const count = 2_000;
    const begin = performance.now();
    for (let id = 0; id < count; id++) await db.insert(id);
    const perSecond = Math.round((count / (performance.now() - begin)) * 1000);
    return { perSecond, peak: Math.round(process.resourceUsage().maxRSS / 1024) };
  },
  async ids(db) {
    return (await db.ids()).map(({ id }) => Number(id));
  },
  async forever(db, _ms, first) {
    for (let id = first; ; id++) {
      await db.insert(id);
      process.stdout.write(`${id}\n`);
    }
  },
};

const [, script, role, name, folder, first] = process.argv;
if (role in WORK) {
  const begin = performance.now();
  const db = await CANDIDATES[name](folder);
  const result = await WORK[role](db, performance.now() - begin, Number(first));
  process.stdout.write(JSON.stringify(result));
  await db.close();
} else {
  const results = [];
  for (const each of Object.keys(CANDIDATES)) results.push(await measure(each, Number(role ?? 20)));
  console.log(`node ${process.version}, ${process.platform}-${process.arch}; MB, ms`);
  console.table(results);
}

async function measure(candidate, rounds) {
  const at = join(mkdtempSync(join(tmpdir(), 'phonekey-bench-')), 'db');
  const run = (work) =>
    JSON.parse(
      execFileSync(process.execPath, [script, work, candidate, at], {
        encoding: 'utf8',
        maxBuffer: 64 * MEGABYTE,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  try {
    const { ms: openFirst } = run('open');
    const { ms: openAgain, memory } = run('open');
    const disk = Number(
      execFileSync('du', ['-sm', dirname(at)], { encoding: 'utf8' }).split('\t')[0],
    );
    const { perSecond, peak } = run('insert');
    const acknowledged = new Set();
    for (let round = 1; round <= rounds; round++) {
      for (const id of await killed(candidate, at, round * 1e6)) acknowledged.add(id);
    }
    const kept = new Set(run('ids'));
    const lost = [...acknowledged].filter((id) => !kept.has(id)).length;
    return {
      candidate,
      openFirst,
      openAgain,
      memory,
      peak,
      disk,
      perSecond,
      rounds,
      acknowledged: acknowledged.size,
      lost,
    };
  } catch {
    return { candidate, not: 'here' };
  } finally {
    rmSync(dirname(at), { recursive: true, force: true });
  }
}

/** The rows that a process had acknowledged when it was killed. */
async function killed(candidate, at, firstId) {
  const child = spawn(process.execPath, [script, 'forever', candidate, at, String(firstId)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ids = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (ids.length === 0) void pause(Math.random() * 400).then(() => child.kill('SIGKILL'));
    ids.push(Number(line));
  }
  return ids;
}
