import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore } from '../store/open.js';
import { storeContract } from './store-contract.js';

describe('the embedded store', () => {
  storeContract(() => openStore({ memory: true }));
});

/** A program that opens the store as it was built, and says what it was told to be durable. */
const STORE = pathToFileURL(join(import.meta.dirname, '../dist/store/open.js')).href;
const WRITES = `
  const [, store, folder] = process.argv;
  const { openStore } = await import(store);
  const { createAccount } = await openStore({ folder });
  for (let n = 0; ; n++) {
    await createAccount({ name: 'name-' + n, passwordHash: 'x' });
    process.stdout.write('name-' + n + '\\n');
  }`;

describe('the embedded store in a folder', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'phonekey-store-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('lets one program in at a time, and has what it acknowledged after a kill -9', async () => {
    const folder = join(home, 'db');
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITES, STORE, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 10) {
        await expect(openStore({ folder })).rejects.toMatchObject({ code: 'in-use' });
      }
      if (acknowledged.length === 30) child.kill('SIGKILL');
    }
    const store = await openStore({ folder });
    for (const name of acknowledged) expect(await store.accountNamed(name)).toMatchObject({ name });
    await store.close();
    await store.close();
  }, 120_000);
});
