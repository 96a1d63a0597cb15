import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CarEndpoint } from '../../../lib/car/endpoint.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { Role } from '../../../lib/domain/roles.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { TestHost } from '../../support/test-car.js';
import { Street } from './street.js';
import type { Phone } from './street.js';

/**
 * Pairing proves both keys of the phone and the key of the car. Each of these went wrong when it only named
 * them: v1, v1b and L1 of the review of 30 November 2026.
 */

let street: Street;
beforeEach(async () => {
  street = await Street.open();
});
afterEach(() => street.close());

const random = seededRandom('pairing');
const mallorys = {
  identity: defaultSuite.x25519KeyPair(random(32)),
  signing: defaultSuite.ed25519KeyPair(random(32)),
};

const entryOf = async ({ store }: Phone): Promise<PairedCar> => {
  const [entry, ...others] = await store.list();
  if (entry === undefined || others.length > 0) throw new Error('not one car');
  return entry;
};

/** The keys of the car, as its screen shows them. */
const keys = async (): Promise<string[]> => {
  const all = (await street.control.status()).keys;
  return all.map(({ slot, name, role }) => `${String(slot)} ${name} ${role}`);
};

/** A phone of Mallory's that goes by somebody's X25519 key, with a signing key of its own. */
const impostor = async (victim: Phone, identity: KeyPair): Promise<Phone> => {
  const { carPublicKey } = await entryOf(victim);
  const store = new MemoryCarStore();
  const { signing } = mallorys;
  await store.add({ name: 'Blue', carPublicKey, state: 'pending', identity, signing });
  return street.phone('Mallory', undefined, store);
};

/** A public key is no secret: it goes through chats in offers, and lies in other cars. */
const named = async (victim: Phone): Promise<KeyPair> => {
  const { publicKey } = (await entryOf(victim)).identity;
  return { publicKey, privateKey: mallorys.identity.privateKey };
};

describe("somebody who was let in as a driver, and knows an owner's public key", () => {
  it('is not taken for that owner (v1: he signed as owner from then on)', async () => {
    const ada = await street.pair('Ada', 'owner');
    const before = await keys();
    const mallory = await impostor(ada, await named(ada));
    await expect(street.enrol(mallory, 'driver')).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    expect(await keys()).toEqual(before);
    // Ada is who she was: what she signs counts.
    const friend = await street.share(ada, 'Friend');
    expect(await street.unlock(friend)).toBe('done');
    expect(await street.see(mallory.key.unlock())).not.toBe('done');
  });

  it('does not put a signing key of his own beside it either, with the private key stolen', async () => {
    const ada = await street.pair('Ada', 'owner');
    await street.pair('Ben', 'owner');
    const before = await keys();
    for (const role of ['driver', 'owner'] as const) {
      const mallory = await impostor(ada, (await entryOf(ada)).identity);
      await expect(street.enrol(mallory, role)).rejects.toMatchObject({
        code: 'pairing.key-mismatch',
        mayHaveSucceeded: false,
      });
    }
    expect(await keys()).toEqual(before);
    const friend = await street.share(ada, 'Friend');
    expect(await street.unlock(friend)).toBe('done');
  });
});

it("a valet who knows a guest's public key takes nothing from the guest (v1b)", async () => {
  const ada = await street.pair('Ada', 'owner');
  const dan = await street.share(ada, 'Dan', { role: 'driver' });
  expect(await street.see(dan.key.frunk())).toBe('done');
  const mallory = await impostor(dan, await named(dan));
  await expect(street.enrol(mallory, 'valet')).rejects.toMatchObject({
    code: 'car.outcome-unknown',
  });
  expect(await keys()).toEqual(['0 Ada owner', '1 Dan driver']);
  expect(await street.see(dan.key.frunk())).toBe('done');
});

/** A car of Mallory's on the same street, with the pairing window open, that names the key of Blue. */
describe('a car that names the key of another one (L1)', () => {
  const evil = async (carPublicKey: Uint8Array, role: Role) => {
    const { privateKey } = mallorys.identity;
    class EvilHost extends TestHost {
      override readonly identity = { publicKey: carPublicKey, privateKey };
    }
    const host = Object.assign(new EvilHost(), { role, open: true });
    const endpoint = new CarEndpoint({
      host,
      peripheral: street.radio.peripheral(),
      suite: cheapSuite,
      clock: street.clock,
      random,
    });
    await endpoint.start();
    return { host, endpoint };
  };

  it.each(['owner', 'guest'] as const)(
    'changes nothing that the phone of a %s has for that one, and learns no key',
    async (who) => {
      const ada = await street.pair('Ada', 'owner');
      const bob = await street.share(ada, 'Bob');
      const victim = who === 'owner' ? ada : bob;
      const before = await entryOf(victim);
      const { host, endpoint } = await evil(before.carPublicKey, 'valet');
      const pairing = street.run(victim.key.pair({ code: host.code, id: 'memory-2' }));
      await expect(pairing).rejects.toMatchObject({
        code: 'protocol.authentication',
        mayHaveSucceeded: false,
      });
      expect(await entryOf(victim)).toEqual(before);
      expect(host.enrolled).toEqual([]);
      await street.run(endpoint.stop());
      // All goes on as before: an owner shares and revokes, a guest opens.
      expect(await street.unlock(bob)).toBe('done');
      const eve = await street.share(ada, 'Eve');
      expect(await street.unlock(eve)).toBe('done');
      await ada.key.ring.revoke('Eve');
      await street.run(ada.key.lock());
      expect(await street.unlock(eve)).not.toBe('done');
    },
  );
});

describe('who pairs again', () => {
  it('gets what the window is for, with the same keys, and the phone knows', async () => {
    const ada = await street.pair('Ada', 'owner');
    const dan = await street.share(ada, 'Dan', { role: 'driver' });
    expect(await street.unlock(dan)).toBe('done');
    const { identity } = await entryOf(dan);
    for (const role of ['owner', 'valet', 'driver'] as const) {
      const offers: unknown[] = [];
      const { role: before } = await entryOf(dan);
      const { code } = await tapped(role);
      const confirm = (offer: unknown) => offers.push(offer) > 0;
      await street.run(dan.key.pair({ code, confirm }));
      expect(offers).toEqual([{ car: 'car', role, before }]);
      expect(await entryOf(dan)).toMatchObject({ role, slot: 1, identity, state: 'paired' });
      expect(await keys()).toEqual(['0 Ada owner', `1 Dan ${role}`]);
    }
    expect((await entryOf(dan)).grant).toBeUndefined();
  });

  it('stays owner where there is no other, and keeps its entry', async () => {
    const ada = await street.pair('Ada', 'owner');
    const before = await entryOf(ada);
    await expect(street.enrol(ada, 'driver')).rejects.toMatchObject({
      code: 'pairing.last-owner',
      mayHaveSucceeded: false,
    });
    expect(await entryOf(ada)).toEqual(before);
    expect(await keys()).toEqual(['0 Ada owner']);
    expect(await street.see(ada.key.listKeys())).toBe('done');
  });

  it('as less takes along what it had let in as owner', async () => {
    await street.pair('Ada', 'owner');
    const ben = await street.pair('Ben', 'owner');
    const guest = await street.share(ben, 'Guest');
    expect(await street.unlock(guest)).toBe('done');
    await street.enrol(ben, 'driver');
    expect(await street.start(ben)).toBe('done');
    expect(await street.unlock(guest)).not.toBe('done');
    expect(await keys()).toEqual(['0 Ada owner', '1 Ben driver']);
  });
});

it('a new owner signs grants that hold in a car that was re-keyed', async () => {
  // As it was, its phone heard of the epoch with its first command, and signed for epoch 0 until then.
  const ada = await street.pair('Ada', 'owner');
  await street.run(ada.key.raiseEpoch());
  const ben = await street.pair('Ben', 'owner');
  const guest = await street.share(ben, 'Guest');
  expect(await street.unlock(guest)).toBe('done');
});

const tapped = async (role: Role): Promise<{ code: string }> => {
  await street.control.tap({ reader: 'console', purpose: 'pair', role });
  const screen = await street.control.screen();
  if (screen.state !== 'pairing') throw new Error(`the screen shows ${screen.state}`);
  return screen;
};
