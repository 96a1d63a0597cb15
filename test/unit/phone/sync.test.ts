import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { MOST_MAILED } from '../../../lib/phone/store.js';
import { BOBS, CAR, KEY, NOTHING, OWN, packageOf, scene } from './mailbox-scene.js';
import type { Scene } from './mailbox-scene.js';
import { HOUR, NOW, shareWith } from './sharing-setup.js';
import { introduce } from './setup.js';

describe('what waits in a phone', () => {
  it('is left in the mailbox once: lists for the car, and grants for an account', async () => {
    const { owner, post, ada, shares, entryOf } = await scene();
    await owner.key.ring.revoke(KEY);
    const uri = await shares();
    expect(await ada()).toEqual({ ...NOTHING, left: 2 });
    expect(await ada()).toEqual(NOTHING);
    const { outbox, mail } = await entryOf(owner.store);
    expect(post.lists).toEqual([{ car: CAR, part: outbox?.[0]?.part }]);
    expect(post.grants).toMatchObject([{ account: 'bob', grant: packageOf(uri) }]);
    expect(mail).toEqual({ car: CAR, grants: [] });
  });

  it('is left for a car that is away, which was recognised before', async () => {
    const { owner, post, ada } = await scene();
    post.offline(CAR);
    await owner.key.ring.revoke(KEY);
    expect(await ada()).toEqual({ ...NOTHING, cars: [] });
    expect(post.lists).toEqual([]);
    const { publicKey } = (await owner.key.ring.cars())[0]!;
    post.online(CAR, publicKey);
    await ada();
    post.offline(CAR);
    await owner.key.ring.refresh();
    expect(await ada()).toMatchObject({ cars: [OWN], left: 1 });
    expect(post.lists).toHaveLength(2);
  });

  it('goes to another id, where the car has one now', async () => {
    const { owner, post, ada, host, entryOf } = await scene();
    await ada();
    post.cars = [{ id: CAR }];
    post.online('ff'.repeat(16), host.identity.publicKey);
    await owner.key.ring.revoke(KEY);
    await ada();
    expect(post.lists).toMatchObject([{ car: 'ff'.repeat(16) }]);
    expect((await entryOf(owner.store)).mail?.car).toBe('ff'.repeat(16));
  });

  it('is no grant that was taken back since, or has ended', async () => {
    const { guest, owner, post, ada, shares, air, later } = await scene();
    await shares();
    await owner.key.ring.revoke((await owner.key.ring.shared())[0]!.fingerprint);
    const to = await guest.key.ring.offer();
    await air.run(owner.key.ring.share({ to, account: 'bob', until: NOW + HOUR }));
    later(2 * HOUR);
    expect(await ada()).toEqual({ ...NOTHING, left: 1 });
    expect(post.grants).toEqual([]);
  });

  it('stays where the account is nobody, and is told', async () => {
    const { guest, owner, ada, air, entryOf } = await scene();
    const to = await guest.key.ring.offer();
    await air.run(owner.key.ring.share({ to, account: 'nobody' }));
    const refused = [{ car: OWN, account: 'nobody' }];
    expect(await ada()).toEqual({ ...NOTHING, refused });
    expect(await ada()).toEqual({ ...NOTHING, refused });
    expect((await entryOf(owner.store)).mail?.grants).toHaveLength(1);
  });

  it('is bounded, and for accounts that can be', async () => {
    const { guest, owner, air } = await scene();
    const give = async (account: string) =>
      air.run(owner.key.ring.share({ to: await guest.key.ring.offer(), account }));
    for (let n = 0; n < MOST_MAILED; n++) await give('bob');
    for (const account of ['bob', 'Bob', '', 'a'.repeat(65)]) {
      await expect(give(account)).rejects.toMatchObject({ code: 'usage.invalid' });
    }
  });
});

describe('what others left', () => {
  it('a list is carried to the car by BLE, once, however often the mailbox has it', async () => {
    const { air, host, owner, guest, ada, bob, shares, unlock, entryOf } = await scene();
    await guest.key.ring.accept(await shares());
    await unlock();
    await owner.key.ring.revoke(KEY);
    await ada();
    expect(await bob()).toEqual({ ...BOBS, taken: 1 });
    expect(await bob()).toEqual(BOBS);
    await unlock();
    expect(host.listNumber()).toBe(1);
    expect(await bob()).toEqual(BOBS);
    const { outbox, mail } = await entryOf(guest.store);
    expect([outbox, mail?.answered?.length]).toEqual([undefined, 1]);
    // Its own, which the car has from Bob.
    await air.run(owner.key.status());
    expect((await entryOf(owner.store)).outbox).toBeUndefined();
    expect(await ada()).toEqual(NOTHING);
  });

  it('a grant is a key, to one phone of the account', async () => {
    const { air, post, ada, bob, shares, unlock } = await scene();
    const watch = air.phone(undefined, 'watch');
    await shares();
    await ada();
    expect(await watch.key.ring.sync(post.mailbox('bob'))).toMatchObject({
      granted: [],
      ignored: 1,
    });
    expect(await bob()).toEqual({ ...NOTHING, cars: [], granted: ['car'] });
    expect(post.grants).toEqual([]);
    await unlock();
    expect(await watch.store.list()).toEqual([]);
  });

  it('comes together: a grant, and lists for the car that it is for', async () => {
    const { owner, ada, bob, shares, entryOf, guest } = await scene();
    await owner.key.ring.revoke(KEY);
    await shares();
    await ada();
    expect(await bob()).toMatchObject({ granted: ['car'], taken: 1 });
    expect((await entryOf(guest.store)).outbox).toHaveLength(1);
  });

  it('a grant from before a removal opens nothing, and says why; one from after it does', async () => {
    const { air, host, owner, guest, post, ada, bob, shares, later, unlock, entryOf } =
      await scene();
    const old = await shares(await guest.key.ring.offer());
    await guest.key.ring.accept(old);
    await unlock();
    post.put('bob', packageOf(old));
    host.remove(1);
    later(600);
    await air.run(owner.key.status());
    const outcome = await unlock().catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'car.key-revoked' });
    await bob();
    expect(post.grants).toEqual([]);
    await expect(unlock()).rejects.toMatchObject({ code: 'car.key-revoked' });
    expect((await entryOf(guest.store)).otherGrants).toBeUndefined();
    await shares(await guest.key.ring.offer({ car: 'car' }));
    await ada();
    expect(await bob()).toMatchObject({ granted: ['car'] });
    await unlock();
  });

  it('a grant to a key that this phone has forgotten brings nothing back', async () => {
    const { guest, post, ada, bob, shares } = await scene();
    const uri = await shares();
    await ada();
    await bob();
    await guest.key.ring.forget('car');
    post.put('bob', packageOf(uri));
    expect(await bob()).toMatchObject({ granted: [], ignored: 1 });
    expect(await guest.store.list()).toEqual([]);
  });
});

/** Everything that a phone and the cloud have, in the end. */
const endOf = async ({ owner, guest, post }: Scene) => ({
  ada: await owner.store.list(),
  bob: [await guest.store.list(), await guest.store.offers()],
  lists: post.lists,
  grants: post.grants.map(({ id: _, ...grant }) => grant),
});

/** Both sides have something for the other. */
const busy = async () => {
  const all = await scene();
  await shareWith(all.owner.key, all.guest.key);
  const [entry] = await all.guest.store.list();
  await all.owner.key.ring.revoke(KEY);
  await all.shares(await all.guest.key.ring.offer({ car: entry!.name }));
  const other = await introduce(all.guest.store, all.host, {
    name: 'mine',
    role: 'owner',
    slot: 1,
  });
  all.host.enrol(other.identity.publicKey, 'owner', 'Bob', other.signing.publicKey);
  await all.guest.store.remove('mine');
  return all;
};

class Killed extends Error {}

describe('a phone that is killed in between', () => {
  /** Has the nth thing that a phone does with store or mailbox be its last, before it is done or after. */
  const killAt = ({ owner, guest, post }: Scene, step: number, done: boolean) => {
    let count = 0;
    const dies = (): boolean => count++ === step;
    const undo: (() => void)[] = [];
    for (const { store } of [owner, guest]) {
      for (const name of ['update', 'add', 'removeOffer'] as const) {
        const before = store[name].bind(store) as (...given: unknown[]) => Promise<unknown>;
        Object.assign(store, {
          [name]: async (...given: unknown[]) => {
            const now = dies();
            if (now && !done) throw new Killed();
            const value = await before(...given);
            if (now) throw new Killed();
            return value;
          },
        });
        undo.push(() => Object.assign(store, { [name]: before }));
      }
    }
    post.onRequest = () => {
      if (dies()) throw new Killed();
    };
    return {
      steps: () => count,
      revive: () => {
        post.onRequest = () => undefined;
        for (const each of undo) each();
      },
    };
  };

  it.each([false, true])('loses nothing, at any step, done: %j', async (done) => {
    const whole = await busy();
    const counting = killAt(whole, -1, done);
    await whole.ada();
    await whole.bob();
    counting.revive();
    await whole.ada();
    const wanted = await endOf(whole);
    expect(counting.steps()).toBeGreaterThan(12);
    for (let step = 0; step < counting.steps(); step++) {
      const cut = await busy();
      const { revive } = killAt(cut, step, done);
      const both = cut.ada().then(() => cut.bob());
      await expect(both).rejects.toBeInstanceOf(PhoneKeyError);
      revive();
      for (const each of [cut.ada, cut.bob, cut.ada]) await each();
      expect(await endOf(cut)).toEqual(wanted);
    }
  });
});
