import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';
import { ENTRIES_PER_PART } from '../../../lib/credentials/revocation-list.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { fromHex, toHex } from '../../../lib/platform/bytes.js';
import { NOW, fingerprintOf, ownerAndGuest, shareWith } from './sharing-setup.js';
import { put, watchUpdates } from '../../support/car-store.js';

const someEntries = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    fingerprint: fromHex(n.toString(16).padStart(16, '0'))!,
    since: NOW,
    kind: 'revoked' as const,
  }));

describe('KeyRing.revoke', () => {
  it('writes the next revocation list, durably, before it gives it away', async () => {
    const { owner, guest } = await ownerAndGuest();
    const key = await shareWith(owner.key, guest.key, { name: 'Bob' });
    const order: string[] = [];
    const update = owner.store.update.bind(owner.store);
    owner.store.update = async (name, change) => {
      const value = await update(name, change);
      const [saved] = await owner.store.list();
      order.push(`saved ${String(saved?.revocationList?.number)}`);
      return value;
    };
    const revocationList = await owner.key.ring.revoke('Bob');
    order.push(`given ${String(revocationList.number)}`);
    expect(order).toEqual(['saved 1', 'given 1']);
    expect(revocationList).toMatchObject({
      car: 'Test car',
      issuedAt: NOW,
      fingerprint: fingerprintOf(key),
    });
    const [car] = await owner.store.list();
    expect(car).toMatchObject({
      revocationList: { number: 1, issuedAt: NOW, entries: [{ since: NOW, kind: 'revoked' }] },
      outbox: [{ own: true }],
    });
  });

  it('gives no revocation list away when it cannot be saved', async () => {
    const { owner, guest } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    watchUpdates(owner.store, () => {
      throw new PhoneKeyError('keys.not-saved', 'disk full');
    });
    await expect(owner.key.ring.revoke('Bob')).rejects.toMatchObject({ code: 'keys.not-saved' });
  });

  it('never uses a number twice, nor is dated ahead, whatever the clock does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: NOW * 2 }), { maxLength: 8 }),
        async (times) => {
          const { air, owner } = await ownerAndGuest();
          let last = { number: 0, issuedAt: 0 };
          for (const time of times) {
            air.wall = time * 1000;
            const next = await owner.key.ring.refresh();
            expect(next.number).toBe(last.number + 1);
            // Never earlier than the last, unless that was dated further ahead than a car believes.
            const wasAhead = last.issuedAt > time + TOLERANCE_SECONDS;
            expect(next.issuedAt).toBe(wasAhead ? time : Math.max(time, last.issuedAt));
            last = next;
          }
        },
      ),
    );
  });

  it('ends with the last number that can be written', async () => {
    const { owner, entry } = await ownerAndGuest();
    const last = 2 ** 32 - 1;
    const revocationList = { number: last - 1, issuedAt: NOW, floor: 0, entries: [] };
    await put(owner.store, { ...entry, revocationList });
    expect((await owner.key.ring.revoke('11'.repeat(8))).number).toBe(last);
    const more = owner.key.ring.revoke('22'.repeat(8));
    await expect(more).rejects.toMatchObject({ hint: 'Re-key the car.' });
  });

  it('covers the grant that it is about, though the clock was set back since', async () => {
    const { air, owner, guest } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    air.wall -= 3600_000;
    expect((await owner.key.ring.revoke('Bob')).issuedAt).toBe(NOW - 3600);
    const [car] = await owner.store.list();
    expect(car?.revocationList?.entries[0]?.since).toBe(NOW - TOLERANCE_SECONDS);
    expect(await owner.key.ring.shared()).toMatchObject([{ status: 'revoked' }]);
  });

  it('takes fingerprints of keys that it did not share, and no other words', async () => {
    const { owner } = await ownerAndGuest();
    await expect(owner.key.ring.revoke('00112233AABBccdd')).resolves.toMatchObject({
      fingerprint: '00112233aabbccdd',
    });
    for (const which of ['Bob', '', '00112233aabbccd', '00112233aabbccddee', 'zz112233aabbccdd']) {
      await expect(owner.key.ring.revoke(which)).rejects.toMatchObject({
        code: 'usage.invalid',
        hint: 'Take its fingerprint, which the car tells.',
      });
    }
  });

  it('wants a fingerprint where two keys have the name', async () => {
    const { air, owner, guest } = await ownerAndGuest();
    const one = await shareWith(owner.key, guest.key, { name: 'Bob' });
    await shareWith(owner.key, air.phone(undefined, 'Bob').key, { name: 'Bob' });
    await expect(owner.key.ring.revoke('Bob')).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining(fingerprintOf(one)),
    });
  });

  it('refuses the key of this phone itself, and is for owners', async () => {
    const { owner, guest, entry } = await ownerAndGuest();
    await expect(owner.key.ring.suspend(fingerprintOf(entry))).rejects.toMatchObject({
      code: 'usage.invalid',
    });
    await shareWith(owner.key, guest.key, { delegations: 1 });
    for (const work of [guest.key.ring.revoke('00112233aabbccdd'), guest.key.ring.refresh()]) {
      await expect(work).rejects.toMatchObject({ code: 'car.not-permitted' });
    }
  });

  it('cuts a long list into parts, one URI each', async () => {
    const { owner, entry } = await ownerAndGuest();
    const entries = someEntries(ENTRIES_PER_PART);
    await put(owner.store, {
      ...entry,
      revocationList: { number: 7, issuedAt: NOW, floor: 0, entries },
    });
    const revocationList = await owner.key.ring.revoke('00112233aabbccdd');
    expect(revocationList).toMatchObject({ number: 8, uris: { length: 2 } });
    expect((await owner.store.list())[0]?.outbox).toHaveLength(2);
    await owner.key.ring.refresh();
    expect((await owner.store.list())[0]?.outbox).toHaveLength(2);
  });
});

describe('KeyRing.resume', () => {
  it('takes a suspension back, and no revocation', async () => {
    const { owner } = await ownerAndGuest();
    const kinds = async () =>
      (await owner.store.list())[0]!.revocationList!.entries.map(
        ({ fingerprint, kind }) => `${toHex(fingerprint).slice(0, 2)} ${kind}`,
      );
    const [one, two] = ['11'.repeat(8), '22'.repeat(8)];
    await owner.key.ring.suspend(one);
    await owner.key.ring.revoke(two);
    expect(await kinds()).toEqual(['11 suspended', '22 revoked']);
    await owner.key.ring.resume(one);
    expect(await kinds()).toEqual(['22 revoked', '11 resumed']);
    await owner.key.ring.suspend(two); // less than it is
    expect(await kinds()).toEqual(['11 resumed', '22 revoked']);
    await expect(owner.key.ring.resume(two)).rejects.toMatchObject({ code: 'usage.invalid' });
    expect((await owner.store.list())[0]!.revocationList!.number).toBe(4);
  });

  it('is in the list until the car has it', async () => {
    const { air, owner, endpoint } = await ownerAndGuest();
    const entries = async () => (await owner.store.list())[0]!.revocationList!.entries;
    await owner.key.ring.suspend('11'.repeat(8));
    await owner.key.ring.resume('11'.repeat(8));
    expect(await entries()).toMatchObject([{ kind: 'resumed' }]);
    await air.run(owner.key.deliver());
    expect(await entries()).toEqual([]);
    await endpoint.stop();
  });

  it('of a key that another one suspended is by its fingerprint', async () => {
    const { owner, guest } = await ownerAndGuest();
    const key = await shareWith(owner.key, guest.key, { name: 'Bob' });
    await expect(owner.key.ring.resume('Bob')).rejects.toMatchObject({ code: 'usage.invalid' });
    await expect(owner.key.ring.resume(fingerprintOf(key).toUpperCase())).resolves.toBeDefined();
  });
});

describe('at the car', () => {
  it('a revoked key opens nothing any more, and a new grant does', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    const key = await shareWith(owner.key, guest.key, { name: 'Bob' });
    await air.run(guest.key.unlock());
    await owner.key.ring.revoke('Bob');
    await air.run(owner.key.lock()); // it is delivered
    expect(host.executed).toEqual(['unlock', 'lock', 'deliver']);
    expect((await owner.store.list())[0]?.outbox).toBeUndefined();
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      message: 'this key is suspended or revoked',
    });
    const to = await guest.key.ring.offer({ car: key.name });
    const again = await air.run(owner.key.ring.share({ to }));
    await guest.key.ring.accept(again.uri);
    await air.run(guest.key.unlock());
    const { publicKey } = host.enrolled[1]!;
    expect(toHex(fingerprint(defaultSuite, publicKey))).toBe(key.fingerprint);
    await endpoint.stop();
  });

  it('a suspended key works again once it is resumed', async () => {
    const { air, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    await owner.key.ring.suspend('Bob');
    await air.run(owner.key.deliver());
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({ code: 'car.key-revoked' });
    await owner.key.ring.resume('Bob');
    await air.run(owner.key.deliver());
    await air.run(guest.key.unlock());
    await endpoint.stop();
  });
});
