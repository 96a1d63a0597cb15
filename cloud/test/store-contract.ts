import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MOST_LISTS } from '../store/store.js';
import type { Account, NewCar, NewLogEntry, Store } from '../store/store.js';

const NOW = new Date('2021-11-19T20:00:00.000Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
export const sha256 = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest());
const hex = (): string => randomBytes(16).toString('hex');

export const newCar = (claim: string, claimExpiresAt = after(600_000)): NewCar => ({
  id: hex(),
  name: 'car of a test',
  secretHash: sha256(`secret of ${claim}`),
  claimHash: sha256(claim),
  claimExpiresAt,
});

/** What every store must do; `open` gives an empty one. */
export const storeContract = (open: () => Promise<Store>): void => {
  let store: Store;
  let ada: Account;
  let bob: Account;

  const account = async (): Promise<Account> => {
    const made = await store.createAccount({ name: `name-${hex()}`, passwordHash: hex() });
    if (made === undefined) throw new Error('taken');
    return made;
  };
  const carOf = async (owner: Account): Promise<string> => {
    const claim = hex();
    const car = newCar(claim);
    await store.registerCar(car);
    await store.claimCar(sha256(claim), owner.id, NOW);
    return car.id;
  };
  const entry = (car: string, report: string, more: Partial<NewLogEntry> = {}): NewLogEntry => ({
    car,
    report,
    account: ada.id,
    kind: 'command',
    command: 'unlock',
    commandId: '0011223344556677',
    outcome: 'done',
    ...more,
  });

  beforeAll(async () => {
    store = await open();
    ada = await account();
    bob = await account();
    // The embedded one takes seconds, and many where others want the processor.
  }, 120_000);

  afterAll(() => store.close());

  describe('accounts', () => {
    it('are found by name', async () => {
      expect(await store.accountNamed(ada.name)).toEqual(ada);
      expect(ada.createdAt).toBeInstanceOf(Date);
      expect(await store.accountNamed('nobody')).toBeUndefined();
    });

    it('have a name that nobody else has', async () => {
      const again = { name: ada.name, passwordHash: 'another' };
      expect(await store.createAccount(again)).toBeUndefined();
      expect(await store.accountNamed(ada.name)).toEqual(ada);
    });

    it('are made once, of several at the same time', async () => {
      const name = `name-${hex()}`;
      const made = await Promise.all(
        [1, 2, 3, 4, 5].map(() => store.createAccount({ name, passwordHash: hex() })),
      );
      expect(made.filter((each) => each !== undefined)).toHaveLength(1);
    });

    it('have names by id', async () => {
      expect(await store.accountNames([ada.id, bob.id, ada.id, 'none'])).toEqual(
        new Map([
          [ada.id, ada.name],
          [bob.id, bob.name],
        ]),
      );
      expect(await store.accountNames([])).toEqual(new Map());
    });
  });

  describe('tokens', () => {
    const token = (secret: string, expiresAt = after(1000)) => ({
      account: bob.id,
      hash: sha256(secret),
      scopes: ['cars', 'command'] as const,
      label: "bob's phone",
      expiresAt,
    });

    it('are found by their hash until they expire', async () => {
      const secret = hex();
      const made = await store.createToken(token(secret));
      expect(made).toMatchObject(token(secret));
      expect(await store.tokenOf(sha256(secret), after(999))).toEqual(made);
      expect(await store.tokenOf(sha256(secret), after(1000))).toBeUndefined();
      expect(await store.tokenOf(sha256('another'), NOW)).toBeUndefined();
      expect(await store.tokensOf(bob.id)).toContainEqual(made);
      expect(await store.tokensOf(ada.id)).toEqual([]);
    });

    it('are revoked by their account alone', async () => {
      const secret = hex();
      const { id } = await store.createToken(token(secret));
      expect(await store.revokeToken(ada.id, id)).toBe(false);
      expect(await store.tokenOf(sha256(secret), NOW)).toBeDefined();
      expect(await store.revokeToken(bob.id, id)).toBe(true);
      expect(await store.tokenOf(sha256(secret), NOW)).toBeUndefined();
      expect(await store.revokeToken(bob.id, id)).toBe(false);
    });

    it('are forgotten when they have expired and another one is made', async () => {
      const old = await store.createToken(token(hex(), after(-1000)));
      expect(await store.tokensOf(bob.id)).toContainEqual(old);
      const young = await store.createToken(token(hex()), after(-1000));
      const ids = (await store.tokensOf(bob.id)).map(({ id }) => id);
      expect(ids).not.toContain(old.id);
      expect(ids).toContain(young.id);
    });
  });

  describe('cars', () => {
    it('are known by id and secret', async () => {
      const car = newCar(hex());
      await store.registerCar(car);
      const known = { id: car.id, name: car.name, owner: undefined };
      expect(await store.carOf(car.id, car.secretHash)).toEqual(known);
      expect(await store.carOf(car.id, sha256('wrong'))).toBeUndefined();
      expect(await store.carOf(hex(), car.secretHash)).toBeUndefined();
      expect(await store.car(car.id)).toEqual(known);
      expect(await store.car(hex())).toBeUndefined();
    });

    it('are claimed by one account, before the code expires', async () => {
      const claim = hex();
      const car = newCar(claim);
      await store.registerCar(car);
      expect(await store.claimCar(sha256(claim), ada.id, car.claimExpiresAt)).toBeUndefined();
      expect(await store.claimCar(sha256('wrong'), ada.id, NOW)).toBeUndefined();
      const claims = [ada, bob, ada, bob].map(({ id }) => store.claimCar(sha256(claim), id, NOW));
      const owners = new Set((await Promise.all(claims)).map((each) => each?.owner));
      owners.delete(undefined);
      expect(owners.size).toBe(1);
      expect(owners).toContain((await store.car(car.id))?.owner);
    });

    it('are those of their owner and members, who are no owners', async () => {
      const [ann, ben] = [await account(), await account()];
      const car = await carOf(ann);
      await store.setMember(car, ben.id);
      await store.setMember(car, ben.id);
      await store.setMember(car, ann.id);
      expect(await store.membership(car, ann.id)).toBe('owner');
      expect(await store.membership(car, ben.id)).toBe('member');
      expect(await store.membership(car, bob.id)).toBeUndefined();
      expect(await store.membership(hex(), ben.id)).toBeUndefined();
      const known = { id: car, name: 'car of a test', owner: ann.id };
      expect(await store.carsOf(ann.id)).toEqual([{ ...known, membership: 'owner' }]);
      expect(await store.carsOf(ben.id)).toEqual([{ ...known, membership: 'member' }]);

      expect(await store.removeMember(car, ben.id)).toBe(true);
      expect(await store.removeMember(car, ben.id)).toBe(false);
      expect(await store.carsOf(ben.id)).toEqual([]);
    });

    it('take all that is theirs with them', async () => {
      const car = await carOf(ada);
      await store.setMember(car, bob.id);
      const bytes = randomBytes(40);
      const recipient = { account: bob.id };
      await store.keepObject({ kind: 'grant', recipient, car, sender: ada.id, bytes });
      await store.logCommand(entry(car, '1'));
      await store.removeCar(car);
      await store.removeCar(car);
      expect(await store.car(car)).toBeUndefined();
      expect(await store.membership(car, bob.id)).toBeUndefined();
      expect((await store.grantsFor(bob.id)).filter((each) => each.car === car)).toEqual([]);
      expect(await store.commandLog(car, { limit: 10 })).toEqual([]);
      // What the car still says then is not kept.
      await store.logCommand(entry(car, '2'));
      expect(await store.commandLog(car, { limit: 10 })).toEqual([]);
    });

    it('must be there for what refers to them', async () => {
      await expect(store.setMember(hex(), ada.id)).rejects.toMatchObject({ code: 'gone' });
    });
  });

  describe('objects', () => {
    const listFor = (car: string, bytes: Uint8Array) =>
      ({ kind: 'revocation-list', recipient: { car }, car, sender: ada.id, bytes }) as const;

    it('wait for their car, oldest first, until it confirms them', async () => {
      const car = await carOf(ada);
      const first = await store.keepObject(listFor(car, new Uint8Array([0, 1, 255])));
      const second = await store.keepObject(listFor(car, randomBytes(4000)));
      expect(first.bytes).toEqual(new Uint8Array([0, 1, 255]));
      expect(await store.objectsForCar(car)).toEqual([first, second]);

      expect(await store.confirmObject(first.id, { car: await carOf(ada) })).toBe(false);
      expect(await store.confirmObject(first.id, { account: ada.id })).toBe(false);
      expect(await store.confirmObject(first.id, { car })).toBe(true);
      expect(await store.confirmObject(first.id, { car })).toBe(true);
      expect(await store.objectsForCar(car)).toEqual([second]);
      const lists = await store.revocationListsOf(car);
      expect(lists.map(({ id }) => id)).toEqual([first.id, second.id]);
      expect(lists[0]?.confirmedAt).toBeInstanceOf(Date);
    });

    it('are the newest of a car, where there are many, oldest first', async () => {
      const car = await carOf(ada);
      const kept: string[] = [];
      for (let n = 0; n < MOST_LISTS + 2; n++)
        kept.push((await store.keepObject(listFor(car, randomBytes(20)))).id);
      const lists = await store.revocationListsOf(car);
      expect(lists.map(({ id }) => id)).toEqual(kept.slice(2));
    });

    it('are the same again for the same recipient, and others for another', async () => {
      const [car, other] = [await carOf(ada), await carOf(ada)];
      const bytes = randomBytes(100);
      const kept = await Promise.all([1, 2, 3].map(() => store.keepObject(listFor(car, bytes))));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect(await store.objectsForCar(car)).toHaveLength(1);
      expect((await store.keepObject(listFor(other, bytes))).id).not.toBe(kept[0]?.id);
    });

    it('wait for the account that they are granted to', async () => {
      const ann = await account();
      const car = await carOf(ada);
      const grant = { kind: 'grant', recipient: { account: ann.id }, car, sender: ada.id } as const;
      const kept = await store.keepObject({ ...grant, bytes: randomBytes(200) });
      expect(await store.grantsFor(ann.id)).toEqual([kept]);
      expect(await store.revocationListsOf(car)).toEqual([]);
      expect(await store.objectsForCar(car)).toEqual([]);
      expect(await store.confirmObject(kept.id, { account: ann.id })).toBe(true);
      expect(await store.grantsFor(ann.id)).toEqual([]);
    });
  });

  describe('the log', () => {
    it('has each report once, newest first, page by page', async () => {
      const car = await carOf(ada);
      const nothing = { account: undefined, commandId: undefined, outcome: undefined };
      for (let report = 1; report <= 5; report++) await store.logCommand(entry(car, `${report}`));
      await store.logCommand(entry(car, '3', { outcome: 'other' }));
      await store.logCommand(
        entry(car, 'link', { ...nothing, kind: 'link-opened', command: undefined }),
      );
      await store.logCommand(entry(await carOf(ada), '3'));

      const newest = await store.commandLog(car, { limit: 2 });
      expect(newest.map(({ report }) => report)).toEqual(['link', '5']);
      expect(newest[0]).toMatchObject({ ...nothing, kind: 'link-opened', command: undefined });
      expect(newest[1]).toMatchObject(entry(car, '5'));
      expect(newest[1]?.at).toBeInstanceOf(Date);
      const before = newest[1]?.id ?? '';
      const older = await store.commandLog(car, { before, limit: 200 });
      expect(older.map(({ report }) => report)).toEqual(['4', '3', '2', '1']);
      expect(older[1]?.outcome).toBe('done');
      expect(await store.commandLog(car, { before: 'x', limit: 10 })).toEqual([]);
    });
  });

  it('takes text and names as they are', async () => {
    const name = `'; drop table cars; -- é🔑"$1`;
    const car = { ...newCar(hex()), name };
    await store.registerCar(car);
    expect((await store.car(car.id))?.name).toBe(name);
  });
};
