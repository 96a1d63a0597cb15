import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore } from '../store/open.js';
import { storeContract } from './store-contract.js';

describe('the embedded store', () => {
  storeContract(() => openStore({ memory: true }));
});

describe('the embedded store in a folder', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'phonekey-store-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('is there again, and lets one program in at a time', async () => {
    const folder = join(home, 'db');
    const store = await openStore({ folder });
    const account = await store.createAccount({ name: 'ada', passwordHash: 'x' });
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'in-use' });
    await store.close();
    await store.close();
    const again = await openStore({ folder });
    expect(await again.accountNamed('ada')).toEqual(account);
    await again.close();
  });
});
