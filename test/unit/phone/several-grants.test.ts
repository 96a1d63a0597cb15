import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { lastTerms, NO_END, signLink } from '../../../lib/credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../../../lib/credentials/grant.js';
import { formatUri } from '../../../lib/credentials/uri.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { REFUSAL_WORDS } from '../../../lib/domain/refusals.js';
import {
  grantsOf,
  MOST_GRANTS,
  withGrant,
  withNext,
  withoutGrants,
  withTaken,
} from '../../../lib/phone/grants.js';
import type { ShareOptions } from '../../../lib/phone/sharing.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { grantTo } from '../credentials/sample.js';
import { HOUR, NOW, ownerAndGuest, shareWith, termsIn } from './sharing-setup.js';

const DAY = 24 * HOUR;
const WIDE = { role: 'driver', until: NOW + 30 * DAY } as const;
const NARROW = { role: 'valet', until: NOW + HOUR } as const;
const pair = (n: number) => ({
  identity: defaultSuite.x25519KeyPair(new Uint8Array(32).fill(n)),
  signing: defaultSuite.ed25519KeyPair(new Uint8Array(32).fill(n)),
});

/** A guest with a grant, and what gives it more. */
const scene = async (first: Partial<ShareOptions> = {}) => {
  const all = await ownerAndGuest();
  const { air, owner, guest, entry, host } = all;
  await shareWith(owner.key, guest.key, first);
  const to = () => guest.key.ring.offer({ car: 'car' });
  /** Another grant, a second later. */
  const more = async (options: Partial<ShareOptions>) => {
    air.wall += 1000;
    host.now += 1;
    const { uri } = await air.run(owner.key.ring.share({ to: await to(), ...options }));
    return guest.key.ring.accept(uri);
  };
  /** By nobody whom the car knows, for more than anybody has. */
  const forged = async (terms: Partial<GrantTerms> = {}, more: Partial<GrantSubject> = {}) => {
    const [{ identity } = pair(1)] = await guest.store.list();
    const chain = signLink(
      defaultSuite,
      pair(9).signing,
      entry.carPublicKey,
      new Uint8Array(0),
      { publicKey: identity.publicKey, ...more },
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
    );
    const { carPublicKey } = entry;
    return guest.key.ring.accept(formatUri({ what: 'grant', carPublicKey, chain }));
  };
  const unlock = () => air.run(guest.key.unlock());
  const kept = async () => (await guest.store.list()).flatMap((car) => grantsOf(car));
  return { ...all, more, forged, unlock, kept };
};

describe('several grants to one key', () => {
  it('one that nobody signed costs no other, whether the car knows the key or not', async () => {
    const { host, forged, unlock, kept, endpoint } = await scene();
    expect(await forged()).toMatchObject({ role: 'driver', state: 'pending' });
    await unlock(); // the car knows neither key nor grant, and then the grant that was accepted first
    expect(host.executed).toEqual(['unlock']);
    expect((await kept()).map(({ taken = false }) => taken)).toEqual([true, false]);
    await forged({ issuedAt: NOW + 61 });
    await unlock();
    await unlock();
    expect(host.executed).toEqual(['unlock', 'unlock', 'unlock']);
    expect(host.enrolled[1]).toMatchObject({ role: 'guest' });
    // What was refused to a key that the car knows is gone.
    expect(await kept()).toHaveLength(2);
    await endpoint.stop();
  });

  it('is gone once the car has said that it does not hold', async () => {
    const { forged, unlock, kept, guest, endpoint } = await scene();
    await unlock();
    await forged();
    await unlock();
    expect(await kept()).toMatchObject([{ taken: true }]);
    expect(await guest.key.ring.cars()).toMatchObject([{ state: 'paired', role: 'guest' }]);
    await endpoint.stop();
  });

  it('a later one that gives less is not shown while the earlier one is good', async () => {
    const { host, more, unlock, guest, endpoint } = await scene(WIDE);
    expect(await more(NARROW)).toMatchObject({ role: 'driver', otherGrants: [{ role: 'valet' }] });
    await unlock();
    await unlock();
    expect(host.introductions).toHaveLength(1);
    expect(host.enrolled[1]).toMatchObject({ role: 'driver' });
    expect(await guest.key.ring.cars()).toMatchObject([{ state: 'paired', role: 'driver' }]);
    await endpoint.stop();
  });

  it('one that gives more is shown at once, and the older one is of no use after it', async () => {
    const { host, more, unlock, kept, endpoint } = await scene(NARROW);
    await unlock();
    expect(await more(WIDE)).toMatchObject({ state: 'pending', role: 'driver' });
    await unlock();
    expect(host.enrolled[1]).toMatchObject({ role: 'driver' });
    expect(await kept()).toHaveLength(1);
    await endpoint.stop();
  });

  it('goes on to the next in the same call, when the time of one is over', async () => {
    const { air, host, more, unlock, kept, endpoint } = await scene({ ...WIDE, until: NOW + DAY });
    await unlock();
    await more({ role: 'guest', until: NOW + 2 * DAY });
    host.now += DAY;
    air.wall += DAY * 1000;
    await unlock();
    expect(host.executed).toEqual(['unlock', 'unlock', 'unlock']); // the second was refused
    expect(host.enrolled[1]).toMatchObject({ role: 'guest' });
    expect(await kept()).toHaveLength(1);
    await endpoint.stop();
  });

  it('goes on for what one does not permit, to one that does', async () => {
    const { air, host, guest, more, unlock, endpoint } = await scene({
      role: 'guest',
      until: NOW + 9 * DAY,
    });
    await unlock();
    await more({ role: 'driver', until: NOW + DAY });
    await expect(air.run(guest.key.listKeys())).rejects.toMatchObject({
      code: 'car.not-permitted',
    });
    expect(host.enrolled[1]).toMatchObject({ role: 'guest' });
    await air.run(guest.key.frunk());
    expect(host.enrolled[1]).toMatchObject({ role: 'driver' });
    await endpoint.stop();
  });

  it('tells the last refusal, and keeps what may be good later', async () => {
    const { host, guest, more, unlock, kept, endpoint } = await scene({
      role: 'driver',
      from: NOW + DAY,
      until: NOW + 9 * DAY,
    });
    await more({ role: 'guest', from: NOW + HOUR, until: NOW + 2 * HOUR });
    guest.trace.length = 0;
    await expect(unlock()).rejects.toMatchObject({ message: 'this key is not valid yet' });
    expect(guest.trace.filter(({ kind }) => kind === 'Proof')).toHaveLength(2);
    expect(await kept()).toHaveLength(2);
    host.now += DAY;
    await unlock();
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('is not held up by one that is dated far ahead', async () => {
    const { host, forged, unlock, endpoint } = await scene();
    await unlock();
    await forged({ issuedAt: NO_END });
    await unlock();
    await unlock();
    expect(host.executed).toEqual(['unlock', 'unlock', 'unlock']);
    await endpoint.stop();
  });

  it('is refused where it names half of another key', async () => {
    const { forged, kept, endpoint } = await scene();
    const theirs = { signingKey: pair(9).signing.publicKey };
    await expect(forged({ delegations: 1 }, theirs)).rejects.toMatchObject({
      code: 'grant.invalid',
      message: 'this grant names half of another key',
    });
    expect(await kept()).toHaveLength(1);
    await endpoint.stop();
  });

  it('keeps the newest, and the one that the car has taken', async () => {
    const { forged, unlock, kept, endpoint } = await scene(WIDE);
    await unlock();
    const [taken] = await kept();
    for (let n = 0; n < 2 * MOST_GRANTS; n++) await forged({ issuedAt: NOW + 60 + n });
    const all = await kept();
    expect(all).toHaveLength(MOST_GRANTS);
    expect(all).toContainEqual(taken);
    expect(all.map(({ grant }) => lastTerms(grant).issuedAt).sort()).toEqual([
      NOW,
      ...[5, 6, 7].map((n) => NOW + 60 + n),
    ]);
    await unlock();
    expect(await kept()).toEqual([taken]);
    await endpoint.stop();
  });

  it('refuses one that is older than what the car has taken', async () => {
    const { owner, guest, unlock, more, endpoint } = await scene(NARROW);
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer({ car: 'car' }) });
    expect(termsIn(uri).issuedAt).toBeGreaterThanOrEqual(NOW);
    await more(WIDE);
    await unlock();
    await expect(guest.key.ring.accept(uri)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('newer'),
    });
    await endpoint.stop();
  });
});

describe('a grant that is older than another', () => {
  it('is taken as long as the car has not taken the other', () => {
    const [newer, older] = [grantTo({ issuedAt: 2 }), grantTo({ issuedAt: 1, role: 'valet' })];
    const before: PairedCar = {
      name: 'car',
      carPublicKey: new Uint8Array(32),
      ...pair(3),
      state: 'pending',
      grant: newer,
    };
    expect(grantsOf(withGrant(before, older))).toEqual([{ grant: newer }, { grant: older }]);
    expect(() => withGrant(withTaken(before), older)).toThrow('newer');
    const same = grantTo({ issuedAt: 2, role: 'valet' }); // as old as the other is not newer
    expect(() => withGrant(withTaken(before), same)).toThrow('newer');
  });
});

describe('a phone that was refused', () => {
  const [first, second, third] = (['guest', 'valet', 'driver'] as const).map((role) =>
    grantTo({ role }),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const car: PairedCar = {
    name: 'car',
    carPublicKey: new Uint8Array(32),
    ...pair(3),
    state: 'paired',
    grant: first,
    otherGrants: [{ grant: second }, { grant: third }],
  };

  it('goes on to another grant after some refusals, and drops this one after some of them', () => {
    const kept = [{ grant: second }, { grant: third }, { grant: first, taken: true }];
    const results = new Map<string, string[]>();
    for (const refusal of [undefined, ...REFUSAL_WORDS]) {
      const next = withNext(car, refusal, 'unlock');
      const what = next === car ? 'stays' : grantsOf(next).length === 3 ? 'keeps' : 'drops';
      expect(grantsOf(next)).toEqual(
        { stays: grantsOf(car), keeps: kept, drops: kept.slice(0, 2) }[what],
      );
      results.set(what, [...(results.get(what) ?? []), refusal ?? 'unknown']);
    }
    expect(results.get('drops')?.sort()).toEqual([
      ...['expired', 'grant-invalid', 'grant-void', 'used-up'],
    ]);
    expect(results.get('keeps')?.sort()).toEqual([
      ...['dated-ahead', 'lease-over', 'not-permitted', 'not-yet', 'suspended', 'unknown'],
    ]);
  });

  it('goes on to none that does not permit it, and stays where there is none', () => {
    expect(grantsOf(withNext(car, 'not-permitted', 'frunk')).map(({ grant }) => grant)).toEqual([
      ...[third, second, first],
    ]);
    const { otherGrants: _, ...alone } = car;
    expect(withNext(alone, 'expired', 'unlock')).toBe(alone);
    const none = withoutGrants(car);
    const { grant: __, ...rest } = alone;
    expect(none).toEqual(rest);
    expect(grantsOf(none)).toEqual([]);
    expect(withNext(none, undefined, 'unlock')).toBe(none);
    expect(withTaken({ ...none, state: 'pending' })).toEqual(none);
    expect(withTaken({ ...alone, state: 'pending' })).toEqual({ ...alone, role: 'guest' });
  });
});

describe('whatever comes', () => {
  const { identity, signing } = pair(3);
  const CAR: PairedCar = {
    name: 'car',
    carPublicKey: new Uint8Array(32),
    identity,
    signing,
    state: 'pending',
  };
  /** Nobody looks at the signature here. */
  const chainOf = (terms: GrantTerms): Uint8Array => {
    const fake = { ...defaultSuite, ed25519Sign: () => new Uint8Array(64) };
    const subject = { publicKey: identity.publicKey };
    return signLink(fake, signing, CAR.carPublicKey, new Uint8Array(0), subject, terms);
  };
  const terms: fc.Arbitrary<GrantTerms> = fc.record({
    role: fc.constantFrom('driver', 'guest', 'valet', 'service'),
    issuedAt: fc.integer({ min: 10, max: 20 }),
    notBefore: fc.integer({ min: 0, max: 25 }),
    notAfter: fc.integer({ min: 26, max: 40 }),
    uses: fc.constantFrom(0, 1, 5),
    leaseHours: fc.constantFrom(0, 24),
    delegations: fc.constant(0),
    epoch: fc.constantFrom(0, 1),
    ownerSlot: fc.constant(0),
  });
  const step = fc.oneof(
    terms.map((each) => (car: PairedCar) => withGrant(car, chainOf(each))),
    fc.constant(withTaken),
    fc.tuple(fc.constantFrom(undefined, ...REFUSAL_WORDS), fc.constantFrom('unlock', 'frunk')).map(
      ([refusal, command]) =>
        (car: PairedCar) =>
          withNext(car, refusal, command),
    ),
  );

  it('there are at most four, what the car has taken is kept until it says otherwise, and older ones are gone', () => {
    fc.assert(
      fc.property(terms, fc.array(step, { maxLength: 20 }), (first, steps) => {
        let car: PairedCar = withGrant({ ...CAR, grant: chainOf(first) }, chainOf(first));
        for (const each of steps) {
          const [, ...before] = grantsOf(car);
          try {
            car = each(car);
          } catch {
            continue; // too old
          }
          const all = grantsOf(car);
          expect(all.length).toBeGreaterThan(0);
          expect(all.length).toBeLessThanOrEqual(MOST_GRANTS);
          const taken = all.filter((held) => held.taken === true);
          expect(taken.length).toBeLessThanOrEqual(1);
          for (const { grant } of taken) {
            const since = lastTerms(grant).issuedAt;
            const others = all.filter((held) => held.grant !== grant);
            for (const other of others)
              expect(lastTerms(other.grant).issuedAt).toBeGreaterThan(since);
          }
          // What was taken, and not what was refused just now, goes only for a newer one that was taken instead.
          const had = before.find((held) => held.taken);
          if (had !== undefined) expect(taken).toHaveLength(1);
        }
      }),
    );
  });
});
