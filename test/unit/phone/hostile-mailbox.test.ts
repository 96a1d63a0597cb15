import { describe, expect, it } from '@jest/globals';
import { NO_END, signLink } from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import { MOST_PART_BYTES, sealRevocationList } from '../../../lib/credentials/revocation-list.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { grantsOf, MOST_RELAYED } from '../../../lib/phone/grants.js';
import { MOST_IN_OUTBOX } from '../../../lib/phone/outbox-entries.js';
import { MOST_ANSWERED } from '../../../lib/phone/store.js';
import { concat } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { CAR, KEY, OWN, scene } from './mailbox-scene.js';
import { NOW } from './sharing-setup.js';

/** By who runs the cloud, who knows the keys that a grant names, and no owner's. */
const forge = (carPublicKey: Uint8Array, publicKey: Uint8Array, terms: Partial<GrantTerms> = {}) =>
  concat(
    carPublicKey,
    signLink(
      suite,
      suite.ed25519KeyPair(new Uint8Array(32).fill(9)),
      carPublicKey,
      new Uint8Array(0),
      { publicKey },
      {
        role: 'driver',
        ownerSlot: 0,
        epoch: 0,
        issuedAt: NOW + 60,
        notBefore: 0,
        notAfter: NO_END,
        uses: 0,
        leaseHours: 0,
        delegations: 0,
        ...terms,
      },
    ),
  );

const keyIn = (offer: string): Uint8Array => {
  const parsed = parseUri(offer);
  if (parsed.what !== 'key') throw new Error('not a key');
  return parsed.publicKey;
};

describe('a cloud that means ill', () => {
  /** Of an owner whom the car does not know, for that car: only the car can tell. */
  const fake = (carPublicKey: Uint8Array, number: number): Uint8Array => {
    const signing = suite.ed25519KeyPair(new Uint8Array(32).fill(7));
    const list = { ownerSlot: 0, epoch: 0, number, issuedAt: NOW, floor: 0, entries: [] };
    const random = seededRandom(String(number));
    return sealRevocationList(suite, random, signing, carPublicKey, list)[0]!;
  };

  it('fills no outbox and displaces nothing, with whatever it has', async () => {
    const { air, host, owner, guest, post, ada, entryOf } = await scene();
    const other = suite.x25519KeyPair(new Uint8Array(32).fill(3)).publicKey;
    await owner.key.ring.revoke(KEY);
    const { uris } = await owner.key.ring.refresh();
    const own = (await entryOf(owner.store)).outbox!;
    expect(uris).toHaveLength(1);
    const parts = Array.from({ length: 300 }, (_, n) => fake(host.identity.publicKey, n + 1));
    const junk = [
      new Uint8Array(0),
      new Uint8Array(147),
      new Uint8Array(MOST_PART_BYTES + 1),
      new Uint8Array(100_000),
      fake(other, 1),
    ];
    post.lists = [...parts, ...junk].map((part) => ({ car: CAR, part }));
    expect(await ada()).toMatchObject({ taken: MOST_IN_OUTBOX / 2, ignored: junk.length, left: 1 });
    expect(await ada()).toMatchObject({ taken: 0 });
    const { outbox } = await entryOf(owner.store);
    expect(outbox?.slice(0, own.length)).toEqual(own);
    // The car has what is good, and the phone is rid of the rest.
    await air.run(owner.key.deliver());
    expect(host.listNumber()).toBe(2);
    for (let n = 0; n < 20; n++) {
      await ada();
      await air.run(owner.key.deliver());
    }
    const { outbox: none, mail } = await entryOf(owner.store);
    expect(none).toBeUndefined();
    expect(mail!.answered!.length).toBeLessThanOrEqual(MOST_ANSWERED);
    expect(await guest.store.list()).toEqual([]);
  });

  it('costs no key: what it invents goes behind, and never in the place of what is here', async () => {
    const { host, guest, post, bob, shares, unlock, entryOf } = await scene();
    await guest.key.ring.accept(await shares());
    const { identity, grant } = await entryOf(guest.store);
    const carPublicKey = host.identity.publicKey;
    const terms = (n: number) => ({ issuedAt: NOW + 60 + n });
    for (let n = 0; n < 200; n++)
      post.put('bob', forge(carPublicKey, identity.publicKey, terms(n)));
    for (const size of [0, 31, 32, 33, 179, 5000]) post.put('bob', new Uint8Array(size));
    post.put('bob', forge(new Uint8Array(32).fill(5), identity.publicKey));
    await bob();
    const held = grantsOf(await entryOf(guest.store));
    expect(held).toHaveLength(1 + MOST_RELAYED);
    expect(held[0]).toEqual({ grant });
    expect(held.slice(1).every(({ relayed }) => relayed === true)).toBe(true);
    // What the owner gives by hand has room.
    const next = await shares(await guest.key.ring.offer({ car: 'car' }));
    await guest.key.ring.accept(next);
    const after = grantsOf(await entryOf(guest.store));
    expect(after.filter(({ relayed }) => relayed !== true)).toHaveLength(2);
    await unlock();
    expect(host.executed).toEqual(['unlock']);
  });

  it('does not keep an offered key from the car that it was for', async () => {
    const { host, guest, post, bob, shares, unlock, entryOf } = await scene();
    const offer = await guest.key.ring.offer();
    const uri = await shares(offer);
    post.put('bob', forge(new Uint8Array(32).fill(5), keyIn(offer)));
    expect(await bob()).toMatchObject({ granted: ['car'] });
    expect(await guest.key.ring.accept(uri)).toMatchObject({ publicKey: host.identity.publicKey });
    expect((await entryOf(guest.store)).relayed).toBeUndefined();
    await unlock();
  });

  it('may name the same car by many ids, and cars of others: nothing but lists is left there', async () => {
    const { host, owner, post, ada } = await scene();
    post.cars = [];
    for (let n = 0; n < 100; n++) post.online(String(n).padStart(32, '0'), host.identity.publicKey);
    await owner.key.ring.revoke(KEY);
    expect(await ada()).toMatchObject({ cars: [OWN], left: 4 });
  });

  it('fails, which the phone tells, and what was done stays', async () => {
    const { owner, post, ada, shares, entryOf } = await scene();
    await owner.key.ring.revoke(KEY);
    await shares();
    post.onRequest = (name) => {
      if (name === 'leaveGrant') throw new PhoneKeyError('cloud.failed', '500');
    };
    await expect(ada()).rejects.toMatchObject({ code: 'cloud.failed', temporary: true });
    expect(post.lists).toHaveLength(1);
    expect((await entryOf(owner.store)).mail?.grants).toHaveLength(1);
    post.onRequest = () => undefined;
    expect(await ada()).toMatchObject({ left: 1 });
  });
});
