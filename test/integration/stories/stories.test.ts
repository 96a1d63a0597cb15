import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorWith } from '../../support/errors.js';
import { DAY, EXPIRED, HOUR, LEASE_OVER, Street, SUSPENDED, UNKNOWN } from './street.js';

/** What happens to people with keys, from beginning to end. Told for them in docs/guides/share-a-key.md. */

let street: Street;
beforeEach(async () => {
  street = await Street.open();
});
afterEach(() => street.close());

describe('a lost phone', () => {
  it("of a driver is out with the owner's next command", async () => {
    const ada = await street.pair('Ada', 'owner');
    const dan = await street.share(ada, 'Dan', { role: 'driver' });
    expect(await street.start(dan)).toBe('done');
    // Dan leaves his phone on a train, and calls Ada, who is far away from the car.
    await ada.key.ring.revoke('Dan');
    expect(await street.unlock(dan)).toBe('done');
    // In the evening she locks the car, with her phone, which has the list in its outbox.
    await street.pass(8 * HOUR);
    await street.run(ada.key.lock());
    expect(await street.unlock(dan)).toBe(SUSPENDED);
    // Dan buys another phone.
    const dansNew = await street.share(ada, 'Dan 2', { role: 'driver' });
    expect(await street.start(dansNew)).toBe('done');
    expect(await street.unlock(dan)).toBe(SUSPENDED);
  });

  it('of an owner neither drives nor shares, and the card takes it away for good', async () => {
    const ada = await street.pair('Ada', 'owner');
    const ben = await street.pair('Ben', 'owner');
    const slot = await street.slot('Ben');
    const keys = await street.run(ada.key.listKeys());
    const bens = keys.find((each) => each.slot === slot)!;
    // Ben loses his phone. Over the air, nobody takes an owner's key away.
    expect(await street.see(ada.key.removeKey(slot))).toMatch(/only the card/);
    await ada.key.ring.suspend(bens.fingerprint);
    await street.run(ada.key.lock());
    expect(await street.start(ben)).toBe(SUSPENDED);
    expect(await street.see(ben.key.raiseEpoch())).toBe(SUSPENDED);
    const thief = await street.share(ben, 'Thief');
    expect(await street.unlock(thief)).toBe(UNKNOWN);
    // What is left to whoever found it.
    expect(await street.unlock(ben)).toBe('done');
    // At the car, with the card.
    await street.control.removeKey(slot);
    expect(await street.unlock(ben)).toBe(UNKNOWN);
    const bensNew = await street.pair('Ben', 'owner');
    expect(await street.start(bensNew)).toBe('done');
    expect((await street.control.status()).keys).toHaveLength(2);
    // The new one is a whole owner.
    const carol = await street.share(bensNew, 'Carol');
    expect(await street.start(carol)).toBe('done');
  });
});

describe('a sold car', () => {
  it('that is reset knows nobody, and nobody of before knows it', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob');
    const unused = await street.share(ada, 'Eve', { until: street.now() + 30 * DAY });
    expect(await street.unlock(bob)).toBe('done');
    const { fingerprint } = await street.control.status();
    expect((await street.control.reset()).fingerprint).not.toBe(fingerprint);
    for (const old of [ada, bob, unused]) {
      await expect(street.run(old.key.unlock())).rejects.toEqual(errorWith('car.not-found'));
    }
    const buyer = await street.pair('Buyer', 'driver');
    // A car without an owner makes the first key one.
    expect((await street.control.status()).keys).toMatchObject([{ name: 'Buyer', role: 'owner' }]);
    expect(await street.start(buyer)).toBe('done');
  });

  it('that stays in the family is re-keyed: all grants of before are dead, used or not', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob', { role: 'driver', delegations: 1 });
    const friend = await street.share(bob, 'Friend', { role: 'guest' });
    const unused = await street.share(ada, 'Eve', { until: street.now() + 30 * DAY });
    expect(await street.unlock(bob)).toBe('done');
    expect(await street.unlock(friend)).toBe('done');
    await street.run(ada.key.raiseEpoch());
    expect((await street.control.status()).keys).toMatchObject([{ name: 'Ada' }]);
    for (const old of [bob, friend, unused]) expect(await street.unlock(old)).toBe(UNKNOWN);
    const daughter = await street.pair('Daughter', 'owner');
    expect(await street.start(daughter)).toBe('done');
    // And the owner who was there before gives new ones.
    const neighbour = await street.share(ada, 'Neighbour');
    expect(await street.start(neighbour)).toBe('done');
  });
});

describe('a valet', () => {
  it('drives slowly, and sees neither the luggage nor the keys', async () => {
    const ada = await street.pair('Ada', 'owner');
    const until = street.now() + 4 * HOUR;
    const vic = await street.share(ada, 'Vic', { role: 'valet', uses: 4, until });
    expect(await street.unlock(vic)).toBe('done');
    expect(await street.see(vic.key.trunk())).toMatch(/may not do that/);
    expect(await street.see(vic.key.frunk())).toMatch(/may not do that/);
    expect(await street.see(vic.key.listKeys())).toMatch(/may not do that/);
    expect(await street.see(vic.key.removeKey(0))).toMatch(/may not do that/);
    await expect(
      vic.key.ring.share({ to: await street.phone('Friend').key.ring.offer() }),
    ).rejects.toEqual(errorWith('car.not-permitted'));
    // Nor does his hand open what his key does not, although the car is unlocked.
    await expect(street.control.open('trunk')).rejects.toEqual(errorWith('sim.refused'));
    expect(await street.control.pullHandle('front-left')).toEqual({ opened: true });
    await street.control.close('front-left');
    expect(await street.start(vic)).toBe('done');
    expect(street.events).toContainEqual(
      expect.objectContaining({ type: 'drive-authorised', speedLimit: 30 }),
    );
    await street.control.drive();
    await street.control.park();
    expect(await street.see(vic.key.lock())).toBe('done');
    // Two more: there and back.
    expect(await street.unlock(vic)).toBe('done');
    expect(await street.start(vic)).toBe('done');
    expect(await street.start(vic)).toBe('this key is used up');
    await street.pass(4 * HOUR);
    expect(await street.unlock(vic)).toBe(EXPIRED);
    // To the owner the luggage opens again.
    expect(await street.unlock(ada)).toBe('done');
    await street.control.open('trunk');
  });
});

describe('a guest who hides the revocation', () => {
  const revoked = async () => {
    const ada = await street.pair('Ada', 'owner');
    const terms = { leaseHours: 24, until: street.now() + 7 * DAY };
    const mallory = await street.share(ada, 'Mallory', terms);
    const neighbour = await street.share(ada, 'Neighbour', terms);
    expect(await street.start(mallory)).toBe('done');
    const { uris } = await ada.key.ring.revoke('Mallory');
    // He got the revocation list, and deletes it. The car does not know.
    expect(await street.start(mallory)).toBe('done');
    return { mallory, neighbour, uris };
  };

  it("is stopped by a neighbour's key", async () => {
    const { mallory, neighbour, uris } = await revoked();
    await street.run(neighbour.key.relay(uris));
    expect(await street.unlock(mallory)).toBe(SUSPENDED);
    expect(await street.start(neighbour)).toBe('done');
  });

  it("is stopped by a stranger's phone, which has no key for any car", async () => {
    const { mallory, uris } = await revoked();
    const stranger = street.phone('Stranger');
    const { handedTo } = await street.run(stranger.key.relay(uris));
    expect(handedTo).toHaveLength(1);
    expect(await stranger.key.ring.cars()).toEqual([]);
    expect(await street.unlock(mallory)).toBe(SUSPENDED);
  });

  it('is stopped by the lease where nobody comes, and by the end of the grant', async () => {
    const { mallory } = await revoked();
    await street.pass(23 * HOUR);
    expect(await street.start(mallory)).toBe('done');
    await street.pass(HOUR);
    expect(await street.start(mallory)).toBe(LEASE_OVER);
    expect(await street.unlock(mallory)).toBe('done');
    await street.pass(6 * DAY);
    expect(await street.unlock(mallory)).toBe(EXPIRED);
  });

  it('wins nothing by the revocation lists of before', async () => {
    const ada = await street.pair('Ada', 'owner');
    const mallory = await street.share(ada, 'Mallory');
    expect(await street.unlock(mallory)).toBe('done');
    const before = await ada.key.ring.refresh();
    await ada.key.ring.revoke('Mallory');
    await street.run(ada.key.lock());
    const accomplice = street.phone('Accomplice');
    await street.run(accomplice.key.relay(before.uris));
    expect(await street.unlock(mallory)).toBe(SUSPENDED);
  });
});

describe('thirty days with no network', () => {
  it('grants are made, used, renewed and over, by the clock of the car alone', async () => {
    const ada = await street.pair('Ada', 'owner');
    const month = { until: street.now() + 30 * DAY };
    // Day 0: a neighbour for the month who drives with a lease, and one for the weekend.
    const neighbour = await street.share(ada, 'Neighbour', { ...month, leaseHours: 168 });
    const weekend = await street.share(ada, 'Weekend', { until: street.now() + 2 * DAY });
    // And somebody whose key begins on day 10.
    const from = street.now() + 10 * DAY;
    const later = await street.share(ada, 'Later', { from, until: from + 10 * DAY });
    expect(await street.start(neighbour)).toBe('done');
    expect(await street.start(weekend)).toBe('done');
    expect(await street.unlock(later)).toBe('this key is not valid yet');

    await street.pass(2 * DAY);
    expect(await street.unlock(weekend)).toBe(EXPIRED);

    // Day 7: the lease is over, to the second.
    await street.pass(5 * DAY - 60);
    expect(await street.start(neighbour)).toBe('done');
    await street.pass(60);
    expect(await street.start(neighbour)).toBe(LEASE_OVER);
    expect(await street.unlock(neighbour)).toBe('done');

    // Day 10: the next guest met the owner, and relays her fresh list.
    await street.pass(3 * DAY);
    const { uris } = await ada.key.ring.refresh();
    await street.run(later.key.relay(uris));
    expect(await street.start(later)).toBe('done');
    expect(await street.start(neighbour)).toBe('done');

    // Day 15: the battery is changed, and the car does not know the time.
    await street.pass(5 * DAY);
    await street.control.loseClock();
    expect(await street.unlock(neighbour)).toMatch(/does not know the time/);
    expect(await street.see(neighbour.key.lock())).toBe('done');
    // The owner's phone delivers it, with whatever it does.
    await street.run(ada.key.lock());
    expect((await street.control.status()).now).toBe(street.now());
    expect(await street.start(neighbour)).toBe('done');

    // Day 20: over to the second.
    await street.pass(from + 10 * DAY - 60 - street.now());
    expect(await street.unlock(later)).toBe('done');
    await street.pass(60);
    expect(await street.unlock(later)).toBe(EXPIRED);

    // Day 30. The owner's phone was never bound to a time.
    await street.run(ada.key.ring.refresh().then(() => ada.key.lock()));
    await street.pass(month.until - 60 - street.now());
    expect(await street.unlock(neighbour)).toBe('done');
    await street.pass(60);
    expect(await street.unlock(neighbour)).toBe(EXPIRED);
    expect(await street.start(ada)).toBe('done');
  });
});
