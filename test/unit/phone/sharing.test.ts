import { describe, expect, it } from '@jest/globals';
import { NO_END } from '../../../lib/credentials/grant.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { formatUri, parseUri } from '../../../lib/credentials/uri.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { MOST_OFFERS, MOST_SHARED } from '../../../lib/phone/store.js';
import { introduce } from './setup.js';
import { HOUR, NOW, fingerprintOf, ownerAndGuest, shareWith, termsIn } from './sharing-setup.js';
import { TestHost } from '../../support/test-car.js';
import { put } from '../../support/car-store.js';

describe('an offer', () => {
  it('is another key each time, and none of it is secret', async () => {
    const { guest } = await ownerAndGuest();
    const [one, two] = [await guest.key.ring.offer(), await guest.key.ring.offer()];
    expect(one).not.toBe(two);
    const [kept] = await guest.store.offers();
    expect(parseUri(one)).toEqual({
      what: 'key',
      publicKey: kept!.identity.publicKey,
      signingKey: kept!.signing.publicKey,
    });
  });

  it('is kept until 64 newer ones have been made', async () => {
    const { guest } = await ownerAndGuest();
    const first = await guest.key.ring.offer();
    for (let n = 1; n < MOST_OFFERS; n++) await guest.key.ring.offer();
    const key = parseUri(first);
    const kept = async (): Promise<boolean> =>
      (await guest.store.offers()).some(
        ({ identity }) => key.what === 'key' && identity.publicKey.join() === key.publicKey.join(),
      );
    expect(await kept()).toBe(true);
    await guest.key.ring.offer();
    expect(await kept()).toBe(false);
  });
});

describe('KeyRing.share', () => {
  it('signs what was asked for, and remembers it before it gives it away', async () => {
    const { owner, guest } = await ownerAndGuest();
    const { uri, car, shared } = await owner.key.ring.share({
      to: await guest.key.ring.offer(),
      role: 'valet',
      from: NOW + HOUR,
      until: NOW + 2 * HOUR,
      uses: 3,
      leaseHours: 8,
      name: 'Bob',
    });
    expect(termsIn(uri)).toEqual({
      role: 'valet',
      ownerSlot: 0,
      epoch: 0,
      issuedAt: NOW,
      notBefore: NOW + HOUR,
      notAfter: NOW + 2 * HOUR,
      uses: 3,
      leaseHours: 8,
      delegations: 0,
    });
    expect(car).toBe('Test car');
    expect(shared).toMatchObject({ name: 'Bob', role: 'valet', uses: 3 });
    expect((await owner.store.list())[0]?.shared).toEqual([shared]);
  });

  it.each([
    ['guest', 72],
    ['valet', 12],
    ['service', 24],
  ] as const)('lets a %s in for %i hours, unless it is told', async (role, hours) => {
    const { owner, guest } = await ownerAndGuest();
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer(), role });
    expect(termsIn(uri).notAfter).toBe(NOW + hours * HOUR);
  });

  it('gives a driver a key without an end', async () => {
    const { owner, guest } = await ownerAndGuest();
    const { uri } = await owner.key.ring.share({
      to: await guest.key.ring.offer(),
      role: 'driver',
    });
    expect(termsIn(uri).notAfter).toBe(NO_END);
  });

  it('fits the limits: 147 bytes for one link, 294 for two', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const bytesIn = (uri: string): number => {
      const parsed = parseUri(uri);
      return parsed.what === 'grant' ? 32 + parsed.chain.length : 0;
    };
    const leaf = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    expect(bytesIn(leaf.uri)).toBe(147);
    await shareWith(owner.key, guest.key, { delegations: 1 });
    const friend = air.phone(undefined, 'Eve');
    const delegated = await guest.key.ring.share({ to: await friend.key.ring.offer() });
    expect(bytesIn(delegated.uri)).toBe(294);
  });

  it('is a new grant each time, also within one second', async () => {
    const { owner, guest } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const uris = [];
    for (let n = 0; n < 3; n++) uris.push((await owner.key.ring.share({ to, name: 'Bob' })).uri);
    expect(uris.map((uri) => termsIn(uri).issuedAt)).toEqual([NOW, NOW + 1, NOW + 2]);
    expect((await owner.store.list())[0]?.shared).toHaveLength(1);
  });

  it('dates a grant after the revocation of the same key', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const { shared } = await owner.key.ring.share({ to });
    air.wall += 60_000;
    const { issuedAt } = await owner.key.ring.revoke(shared.fingerprint);
    expect(issuedAt).toBe(NOW + 60);
    air.wall -= 2_000; // the phone's clock was set back
    // The revocation covers five minutes more than it says.
    const again = await air.run(owner.key.ring.share({ to }));
    expect(termsIn(again.uri).issuedAt).toBe(NOW + 361);
  });

  it('forgets the ended ones first when it has shared very often', async () => {
    const { owner, guest, entry } = await ownerAndGuest();
    const old = (n: number, notAfter: number) => ({
      fingerprint: n.toString(16).padStart(16, '0'),
      role: 'guest' as const,
      issuedAt: NOW,
      notBefore: NOW,
      notAfter,
      uses: 0,
      leaseHours: 0,
      delegations: 0,
    });
    const shared = Array.from({ length: MOST_SHARED }, (_, n) => old(n, n === 7 ? NOW : NO_END));
    await put(owner.store, { ...entry, shared });
    await owner.key.ring.share({ to: await guest.key.ring.offer() });
    const kept = (await owner.store.list())[0]!.shared!;
    expect(kept).toHaveLength(MOST_SHARED);
    expect(kept.some(({ fingerprint }) => fingerprint === shared[7]!.fingerprint)).toBe(false);
  });

  it('needs no more than a public key, unless it is to be handed on', async () => {
    const { owner, guest } = await ownerAndGuest();
    const offered = parseUri(await guest.key.ring.offer());
    if (offered.what !== 'key') throw new Error('no key');
    const to = toHex(offered.publicKey);
    const { uri, shared } = await owner.key.ring.share({ to });
    expect(shared.fingerprint).toBe(toHex(fingerprint(defaultSuite, offered.publicKey)));
    expect(await guest.key.ring.accept(uri)).toMatchObject({ state: 'pending', role: 'guest' });
    await expect(owner.key.ring.share({ to, delegations: 1 })).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('key id'),
    });
  });

  it.each([
    ['half a public key', { to: 'ab'.repeat(31) }, 'usage.invalid'],
    ['a grant instead of a key', { to: 'phonekey:revocation-list/AAAA' }, 'usage.invalid'],
    ['what is no URI', { to: 'bob' }, 'usage.invalid'],
    ['an end before now', { until: NOW }, 'usage.invalid'],
    ['an end before the beginning', { from: NOW + 9, until: NOW + 9 }, 'usage.invalid'],
    ['more uses than can be written', { uses: 256 }, 'usage.invalid'],
    ['half an hour of lease', { leaseHours: 0.5 }, 'usage.invalid'],
    ['a chain too long', { delegations: 4 }, 'usage.invalid'],
    ['a name of no letters', { name: '' }, 'usage.invalid'],
    ['a car that it does not know', { car: 'Red' }, 'keys.unknown-car'],
  ] as const)('refuses %s, and remembers nothing', async (_what, options, code) => {
    const { owner, guest } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    await expect(owner.key.ring.share({ to, ...options })).rejects.toMatchObject({ code });
    expect((await owner.store.list())[0]?.shared).toBeUndefined();
  });

  it('refuses its own key, and a key that may not share', async () => {
    const { owner, guest } = await ownerAndGuest();
    await expect(
      owner.key.ring.share({ to: await owner.key.ring.offer({ car: 'Test car' }) }),
    ).rejects.toMatchObject({ code: 'usage.invalid' });
    await shareWith(owner.key, guest.key);
    await expect(guest.key.ring.share({ to: await guest.key.ring.offer() })).rejects.toMatchObject({
      code: 'car.not-permitted',
      hint: expect.stringContaining('--delegations'),
    });
  });

  it('wants to know which car, where there are several', async () => {
    const { owner, guest } = await ownerAndGuest();
    await introduce(owner.store, new TestHost(2), { name: 'Red', role: 'owner', slot: 0 });
    const to = await guest.key.ring.offer();
    await expect(owner.key.ring.share({ to })).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('--car'),
    });
    expect((await owner.key.ring.share({ to, car: 'Red' })).car).toBe('Red');
  });
});

describe('handing on', () => {
  it.each([
    [{ role: 'driver' as const }, 'role'],
    [{ until: NOW + 73 * HOUR }, 'until'],
    [{ from: NOW - 1 }, 'from'],
    [{ leaseHours: 25 }, 'lease'],
    [{ leaseHours: 0 }, 'lease'],
    [{ delegations: 1 }, 'delegations'],
  ])('cannot give more than the giver has: %j', async (options, what) => {
    const { owner, guest, air } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { delegations: 1, leaseHours: 24 });
    const to = await air.phone(undefined, 'Eve').key.ring.offer();
    await expect(guest.key.ring.share({ to, leaseHours: 24, ...options })).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining(what),
    });
  });

  it('gives by default what it can', async () => {
    const { owner, guest, air } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, {
      delegations: 1,
      leaseHours: 24,
      from: NOW + HOUR,
      until: NOW + 2 * HOUR,
    });
    const { uri } = await guest.key.ring.share({
      to: await air.phone(undefined, 'Eve').key.ring.offer(),
    });
    expect(termsIn(uri)).toMatchObject({
      role: 'guest',
      notBefore: NOW + HOUR,
      notAfter: NOW + 2 * HOUR,
      leaseHours: 24,
      delegations: 0,
    });
  });
});

describe('KeyRing.accept', () => {
  it('makes a key for the car of the grant, under a name of its own, and uses the offer up', async () => {
    const { owner, guest, entry } = await ownerAndGuest();
    const accepted = await shareWith(owner.key, guest.key);
    expect(accepted).toMatchObject({ name: 'car', state: 'pending', role: 'guest' });
    expect(accepted.publicKey).toEqual(entry.carPublicKey);
    expect(await guest.store.offers()).toEqual([]);
    expect(await guest.key.ring.cars()).toEqual([accepted]);
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
      hint: expect.stringContaining('key id'),
    });
    await expect(guest.key.ring.accept(await guest.key.ring.offer())).rejects.toMatchObject({
      code: 'usage.invalid',
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
      hint: expect.stringContaining('key id --car'),
    });
    expect(await guest.key.ring.cars()).toEqual([before]);
    air.wall += HOUR * 1000; // now it is over
    const after = await guest.key.ring.accept(uri);
    expect(after.name).toBe(before.name);
    expect(fingerprintOf(after)).not.toBe(fingerprintOf(before));
    expect(await guest.store.list()).toHaveLength(1);
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
    });
    expect(host.executed).toEqual([]);
  });
});

const keysOf = (n: number) => ({
  identity: defaultSuite.x25519KeyPair(new Uint8Array(32).fill(n)),
  signing: defaultSuite.ed25519KeyPair(new Uint8Array(32).fill(n)),
});
