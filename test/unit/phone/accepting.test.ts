import { describe, expect, it } from '@jest/globals';
import { formatUri, parseUri } from '../../../lib/credentials/uri.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { put } from '../../support/car-store.js';
import { TestHost } from '../../support/test-car.js';
import { grantTo } from '../credentials/sample.js';
import { introduce } from './setup.js';
import { fingerprintOf, HOUR, NOW, ownerAndGuest, shareWith } from './sharing-setup.js';

describe('KeyRing.accept', () => {
  it('makes a key for the car of the grant, under a name of its own, and uses the offer up', async () => {
    const { owner, guest, entry } = await ownerAndGuest();
    const accepted = await shareWith(owner.key, guest.key);
    expect(accepted).toMatchObject({ name: 'car', state: 'pending', role: 'guest' });
    expect(accepted.publicKey).toEqual(entry.carPublicKey);
    expect(await guest.store.offers()).toEqual([]);
    expect(await guest.key.ring.cars()).toEqual([accepted]);
    const [kept] = await guest.store.list();
    expect(kept).not.toHaveProperty('ownName');
    expect(kept).not.toHaveProperty('ownFormFactor');
  });

  it('remembers what the car is to be called, and what the car is to call this phone', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const { uri } = await owner.key.ring.share({ to });
    for (const bad of [{ name: '' }, { ownName: '' }]) {
      await expect(guest.key.ring.accept(uri, bad)).rejects.toMatchObject({
        message: `not a name for a ${'name' in bad ? 'car' : 'phone'}`,
      });
    }
    const watch = { ownName: 'Wrist', ownFormFactor: 'watch' } as const;
    await guest.key.ring.accept(uri, { name: 'Blue', ...watch });
    expect(await guest.store.list()).toMatchObject([{ name: 'Blue', ...watch }]);
    await guest.key.ring.accept(uri, { ownName: 'Again' }); // the same grant
    expect(await guest.store.list()).toMatchObject([watch]);
    air.wall += 1000;
    const second = await owner.key.ring.share({ to, role: 'driver' });
    await guest.key.ring.accept(second.uri, { ownName: 'Pocket' });
    expect(await guest.store.list()).toMatchObject([{ ...watch, ownName: 'Pocket' }]);
  });

  it('takes one that went through other hands', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { delegations: 2 });
    const [eve, fay] = [air.phone(undefined, 'Eve'), air.phone(undefined, 'Fay')];
    await shareWith(guest.key, eve.key, { delegations: 1 });
    expect(await shareWith(eve.key, fay.key, { role: 'valet' })).toMatchObject({ role: 'valet' });
  });

  it('does what was left undone when the phone stopped before the offer was used up', async () => {
    const { owner, guest } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const [offer] = await guest.store.offers();
    const { uri } = await owner.key.ring.share({ to });
    await guest.key.ring.accept(uri);
    const before = await guest.store.list();
    await guest.store.addOffer(offer!);
    await guest.key.ring.accept(uri);
    expect(await guest.store.offers()).toEqual([]);
    expect(await guest.store.list()).toEqual(before);
  });

  it('finds another name where it is taken', async () => {
    const { owner, guest } = await ownerAndGuest();
    await introduce(guest.store, new TestHost(2), { name: 'Blue' });
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    expect((await guest.key.ring.accept(uri, { name: 'Blue' })).name).toBe('Blue 2');
  });

  it('takes the same grant twice for once, and a newer one instead', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const first = await owner.key.ring.share({ to });
    await guest.key.ring.accept(first.uri);
    const [before] = await guest.store.list();
    await put(guest.store, { ...before!, state: 'paired' });
    expect((await guest.key.ring.accept(first.uri)).state).toBe('paired');
    air.wall += 1000;
    const second = await owner.key.ring.share({ to, role: 'driver' });
    expect(await guest.key.ring.accept(second.uri)).toMatchObject({
      state: 'pending',
      role: 'driver',
    });
    // The car has taken it: it is there, in case that the newer one is refused.
    expect(await guest.key.ring.accept(first.uri)).toMatchObject({
      role: 'driver',
      otherGrants: [{ role: 'guest' }],
    });
    expect(await guest.store.list()).toHaveLength(1);
  });

  it('refuses a grant for somebody else', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    await expect(air.phone(undefined, 'Eve').key.ring.accept(uri)).rejects.toMatchObject({
      code: 'grant.invalid',
      message: 'this grant is not for a key of this phone',
      hint: 'Ask for one to the key that this phone shows.',
    });
    await expect(guest.key.ring.accept(await guest.key.ring.offer())).rejects.toMatchObject({
      code: 'usage.invalid',
      message: 'that is a key, not a grant',
    });
  });

  it('refuses a chain that anybody can see was altered', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { delegations: 1 });
    const friend = air.phone(undefined, 'Eve');
    const { uri } = await guest.key.ring.share({ to: await friend.key.ring.offer() });
    const parsed = parseUri(uri);
    if (parsed.what !== 'grant') throw new Error('not a grant');
    for (const at of [0, 1, 20, 90]) {
      const chain = parsed.chain.slice();
      chain[147 + at]! ^= at === 1 ? 3 ^ 2 : 1;
      const altered = formatUri({ ...parsed, chain: at === 0 ? chain.subarray(0, 147) : chain });
      await expect(friend.key.ring.accept(altered)).rejects.toMatchObject({
        code: 'grant.invalid',
      });
    }
    const elsewhere = formatUri({ ...parsed, carPublicKey: new Uint8Array(32).fill(1) });
    await expect(friend.key.ring.accept(elsewhere)).rejects.toMatchObject({
      code: 'grant.invalid',
      message: 'this grant was altered',
      cause: expect.anything(),
    });
    expect(await friend.store.list()).toEqual([]);
    expect((await friend.key.ring.accept(uri)).state).toBe('pending');
  });

  it('keeps a key that works from being replaced by one that may not', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const before = await shareWith(owner.key, guest.key, { until: NOW + HOUR });
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    await expect(guest.key.ring.accept(uri)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: 'this phone has a key for that car: car',
      hint: 'Ask for a grant to that key instead, or forget it first.',
    });
    expect(await guest.key.ring.cars()).toEqual([before]);
    const outbox = [{ part: new Uint8Array(148), own: false }];
    const [held] = await guest.store.list();
    await put(guest.store, { ...held!, outbox });
    air.wall += HOUR * 1000; // now it is over
    const after = await guest.key.ring.accept(uri);
    expect(after.name).toBe(before.name);
    expect(fingerprintOf(after)).not.toBe(fingerprintOf(before));
    expect(await guest.store.list()).toMatchObject([{ outbox }]); // it is for the car
  });

  it.each<[string, Partial<PairedCar>]>([
    ['was paired', {}],
    ['has a grant that is not over', { otherGrants: [{ grant: grantTo() }] }],
  ])('replaces no key that %s', async (_, more) => {
    const { owner, guest, entry } = await ownerAndGuest();
    const over = more.otherGrants && { grant: grantTo({ notBefore: NOW - 2, notAfter: NOW - 1 }) };
    await put(guest.store, { ...entry, ...keysOf(7), ...over, ...more });
    const before = await guest.store.list();
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    await expect(guest.key.ring.accept(uri)).rejects.toMatchObject({
      message: 'this phone has a key for that car: Test car',
    });
    expect(await guest.store.list()).toEqual(before);
  });

  it('refuses a grant to a key that was paired, and one to the key for another car', async () => {
    const { air, host, owner, guest, entry } = await ownerAndGuest();
    const second = air.phone(undefined, 'Eve');
    await put(second.store, { ...entry, slot: 1, ...keysOf(7) });
    const paired = await second.key.ring.share({
      to: await owner.key.ring.offer({ car: entry.name }),
    });
    await expect(owner.key.ring.accept(paired.uri)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('paired'),
    });
    await introduce(second.store, new TestHost(2), { name: 'Red', role: 'owner', slot: 0 });
    const mine = await shareWith(second.key, guest.key, { car: entry.name });
    const to = await guest.key.ring.offer({ car: mine.name });
    const elsewhere = await second.key.ring.share({ to, car: 'Red' });
    await expect(guest.key.ring.accept(elsewhere.uri)).rejects.toMatchObject({
      code: 'grant.invalid',
      message: `that key of this phone is for ${mine.name}`,
      hint: 'Every car gets a key of its own.',
    });
    expect(host.executed).toEqual([]);
  });
});

const keysOf = (n: number) => ({
  identity: defaultSuite.x25519KeyPair(new Uint8Array(32).fill(n)),
  signing: defaultSuite.ed25519KeyPair(new Uint8Array(32).fill(n)),
});
