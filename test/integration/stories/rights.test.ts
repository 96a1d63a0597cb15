import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { DAY, HOUR, Street, SUSPENDED, UNKNOWN } from './street.js';
import type { Phone } from './street.js';

/** What was taken away stays away, whatever becomes of the phones of those who took it. */

let street: Street;
beforeEach(async () => {
  street = await Street.open();
});
afterEach(() => street.close());

const fingerprintOf = async ({ store }: Phone): Promise<string> => {
  const [car] = await store.list();
  return toHex(fingerprint(defaultSuite, car!.identity.publicKey));
};

describe("the only owner's phone", () => {
  it('lost: the card makes another owner and removes it, and with it goes what it granted', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob');
    expect(await street.unlock(bob)).toBe('done');
    await street.pass(DAY);
    const adasNew = await street.pair('Ada 2', 'owner');
    await street.control.removeKey(await street.slot('Ada'));
    expect(await street.unlock(ada)).toBe(UNKNOWN);
    expect(await street.unlock(bob)).toBe(UNKNOWN);
    // By her new phone he gets one again, to the same key.
    await street.grant(adasNew, bob);
    expect(await street.unlock(bob)).toBe('done');
  });

  it('stolen: nothing that the thief signs counts, before and after he is out', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob');
    expect(await street.unlock(bob)).toBe('done');
    const accomplice = await street.share(ada, 'Accomplice', { role: 'driver' });
    const second = await street.share(ada, 'Second', { role: 'driver' });
    expect(await street.start(accomplice)).toBe('done');
    await ada.key.ring.suspend(await fingerprintOf(bob));
    await street.run(ada.key.lock());
    // Until here it was the thief. Ada has the card.
    await street.pass(60);
    const adasNew = await street.pair('Ada 2', 'owner');
    await adasNew.key.ring.suspend(await fingerprintOf(ada));
    await street.run(adasNew.key.lock());
    expect(await street.start(ada)).toBe(SUSPENDED);
    const third = await street.share(ada, 'Third', { role: 'driver' });
    expect(await street.unlock(third)).toBe(UNKNOWN);
    await street.control.removeKey(await street.slot('Ada'));
    for (const each of [accomplice, second, third]) expect(await street.unlock(each)).toBe(UNKNOWN);
    // What he took away stays away until she undoes it: he is an owner no more.
    await street.grant(adasNew, bob);
    expect(await street.unlock(bob)).toBe(SUSPENDED);
    await adasNew.key.ring.resume(await fingerprintOf(bob));
    await street.run(adasNew.key.lock());
    expect(await street.unlock(bob)).toBe('done');
  });

  it('replaced: the new one takes back what the old one gave, by what the car tells', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob');
    const carol = await street.share(ada, 'Carol');
    for (const guest of [bob, carol]) expect(await street.unlock(guest)).toBe('done');
    const adasNew = await street.pair('Ada 2', 'owner');
    const keys = await street.run(adasNew.key.listKeys());
    const bobs = keys.find(({ name }) => name === 'Bob')!;
    await adasNew.key.ring.revoke(bobs.fingerprint);
    await street.run(adasNew.key.lock());
    expect(await street.unlock(bob)).toBe(SUSPENDED);
    expect(await street.unlock(carol)).toBe('done');
    await street.run(ada.key.removeKey(await street.slot('Ada'))); // and thrown away
    expect(await street.unlock(carol)).toBe(UNKNOWN);
    await street.grant(adasNew, carol);
    expect(await street.unlock(carol)).toBe('done');
    expect(await street.unlock(bob)).toBe(UNKNOWN); // nobody is left who gave it
  });
});

describe('two owners', () => {
  it('who suspend each other: the first to reach the car counts, and neither is locked out', async () => {
    const ada = await street.pair('Ada', 'owner');
    const ben = await street.pair('Ben', 'owner');
    await ada.key.ring.suspend(await fingerprintOf(ben));
    await ben.key.ring.suspend(await fingerprintOf(ada));
    await street.run(ada.key.lock());
    await street.run(ben.key.lock());
    expect([await street.start(ada), await street.start(ben)]).toEqual(['done', SUSPENDED]);
    expect(await street.unlock(ben)).toBe('done');
    const [bens] = await ben.store.list();
    expect(bens?.outbox).toMatchObject([{ own: true, refused: 'revocation-list-invalid' }]);
    // Nobody takes his own suspension back, and the car tells him nothing.
    await expect(ben.key.ring.resume(await fingerprintOf(ben))).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('another owner'),
    });
    // They make it up. What Ben signed in his anger waits on his phone; he takes it back there.
    await ada.key.ring.resume(await fingerprintOf(ben));
    await street.run(ada.key.lock());
    await street.pass(60);
    await ben.key.ring.resume(await fingerprintOf(ada));
    await street.run(ben.key.lock());
    expect([await street.start(ada), await street.start(ben)]).toEqual(['done', 'done']);
    expect((await ben.store.list())[0]?.outbox).toBeUndefined();
  });

  it('of whom one is removed while he has suspended a guest: the other gives the key back', async () => {
    const ada = await street.pair('Ada', 'owner');
    const ben = await street.pair('Ben', 'owner');
    const carol = await street.share(ada, 'Carol');
    expect(await street.unlock(carol)).toBe('done');
    await ben.key.ring.suspend(await fingerprintOf(carol));
    await street.run(ben.key.lock());
    await street.control.removeKey(await street.slot('Ben'));
    expect(await street.unlock(carol)).toBe(SUSPENDED);
    await ada.key.ring.resume(await fingerprintOf(carol));
    await street.run(ada.key.lock());
    expect(await street.unlock(carol)).toBe('done');
  });
});

describe('a phone restored from a backup', () => {
  it('brings back nobody, neither by what it does not know nor by what it had not delivered', async () => {
    const ada = await street.pair('Ada', 'owner');
    const bob = await street.share(ada, 'Bob', { role: 'driver' });
    const carol = await street.share(ada, 'Carol', { role: 'driver' });
    const guest = await street.share(ada, 'Guest');
    for (const each of [bob, carol, guest]) expect(await street.unlock(each)).toBe('done');
    await ada.key.ring.suspend('Bob');
    await street.run(ada.key.lock());
    await ada.key.ring.resume('Bob');
    const backup = await street.copy(ada); // with a list in its outbox that gives Bob his key back
    await street.run(ada.key.lock());
    await street.pass(HOUR);
    await ada.key.ring.suspend('Bob');
    await ada.key.ring.revoke('Carol');
    await street.run(ada.key.lock());
    await street.pass(DAY);

    await backup.key.ring.revoke('Guest');
    await street.run(backup.key.unlock());
    for (const each of [bob, carol, guest]) expect(await street.unlock(each)).toBe(SUSPENDED);
    expect((await backup.key.ring.shared()).map(({ name, status }) => [name, status])).toEqual([
      ['Bob', 'suspended'],
      ['Carol', 'revoked'],
      ['Guest', 'revoked'],
    ]);
    await backup.key.ring.resume('Bob');
    await street.run(backup.key.lock());
    expect(await street.unlock(bob)).toBe('done');
  });
});
