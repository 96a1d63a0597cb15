import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notRun } from '../../test/interop/support/toolchain.js';
import { postgresServer } from '../../test/support/servers/postgres.js';
import type { PostgresServer } from '../../test/support/servers/postgres.js';
import { isInstalled } from '../../test/support/servers/server.js';
import { openStore } from '../store/open.js';
import { newCar, storeContract } from './store-contract.js';

const hasPostgres = isInstalled('postgres') || notRun('postgres is missing (see .ci/postgres)');

(hasPostgres ? describe : describe.skip)('the store in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = postgresServer();
    await server.start();
  });
  afterAll(() => server.remove());

  describe('does what every store does:', () => {
    storeContract(() => openStore({ url: server.url }));
  });

  it('is brought to the schema once, by several services that start at the same time', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url: server.url })));
    const car = newCar('by one of them');
    await stores[0]?.registerCar(car);
    expect(await stores[3]?.car(car.id)).toMatchObject({ id: car.id });
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is told to be away while it is, and keeps what it has acknowledged when it is killed', async () => {
    const store = await openStore({ url: server.url });
    const kept: string[] = [];
    const errors: unknown[] = [];
    let stop = false;
    let look = (): void => undefined;
    const until = (is: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        look = () => (is() ? resolve() : undefined);
        look();
      });
    const writers = [1, 2, 3, 4].map(async () => {
      while (!stop) {
        const car = newCar(randomUUID());
        try {
          await store.registerCar(car);
          kept.push(car.id);
        } catch (error) {
          errors.push(error);
        }
        look();
      }
    });
    await until(() => kept.length >= 50);
    await server.kill();
    await until(() => errors.length >= 8);
    const before = kept.length;
    await expect(store.car('x')).rejects.toMatchObject({ code: 'away', temporary: true });
    await server.start();
    await until(() => kept.length >= before + 50);
    stop = true;
    await Promise.all(writers);
    for (const error of errors) expect(error).toMatchObject({ code: 'away' });
    for (const id of kept) expect(await store.car(id)).toMatchObject({ id });
    await store.close();
  });
});
