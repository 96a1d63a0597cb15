import { describe, expect, it } from '@jest/globals';
import { NO_END } from '../../../lib/credentials/grant.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { MOST_OFFERS, MOST_SHARED } from '../../../lib/phone/store.js';
import { introduce } from './setup.js';
import { HOUR, NOW, ownerAndGuest, shareWith, termsIn } from './sharing-setup.js';
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
      hint: 'Take the key that the other phone offers.',
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
      hint: 'Ask the owner for one that may.',
    });
  });

  it('wants to know which car, where there are several', async () => {
    const { owner, guest } = await ownerAndGuest();
    await introduce(owner.store, new TestHost(2), { name: 'Red', role: 'owner', slot: 0 });
    const to = await guest.key.ring.offer();
    await expect(owner.key.ring.share({ to })).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: 'Say which one, by its name.',
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
