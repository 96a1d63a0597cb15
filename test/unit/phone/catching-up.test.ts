import { describe, expect, it } from '@jest/globals';
import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';
import type { CatchUp, PhoneKeyOptions } from '../../../lib/phone/environment.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { fromHex } from '../../../lib/platform/bytes.js';
import { put, watchUpdates } from '../../support/car-store.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { fingerprintOf, NOW, ownerAndGuest, shareWith } from './sharing-setup.js';

const [ONE, TWO, THREE] = ['11', '22', '33'].map((digits) => digits.repeat(8)) as [
  string,
  string,
  string,
];

/** The same owner's phone, as it was at that moment. */
const restored = async (
  { air, owner }: Awaited<ReturnType<typeof ownerAndGuest>>,
  options: Partial<PhoneKeyOptions> = {},
) => {
  const store = new MemoryCarStore();
  for (const car of await owner.store.list()) await store.add(car);
  const warnings: unknown[] = [];
  const quiet = (): void => undefined;
  const key = new PhoneKey({
    central: air.radio.central(),
    store,
    suite: cheapSuite,
    clock: air.clock,
    wallTime: () => air.wall + air.clock.now(),
    random: air.random,
    log: {
      debug: quiet,
      info: quiet,
      warn: (message, fields) => warnings.push({ message, fields }),
    },
    ...options,
  });
  const car = async () => (await store.list())[0]!;
  return { key, store, car, warnings };
};

describe('a phone restored from a backup', () => {
  it('makes one list of its own and what the car has, and lifts nothing by omission', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    const backup = await restored(town);
    await owner.key.ring.revoke(ONE);
    await owner.key.ring.suspend(TWO);
    await air.run(owner.key.deliver());
    expect(host.listNumber()).toBe(2);

    const { number } = await backup.key.ring.revoke(THREE);
    expect(number).toBe(1);
    expect(await air.run(backup.key.deliver())).toEqual({ delivered: 1, refused: 0, left: 0 });
    expect(host.listNumber()).toBe(3);
    const { revocationList, outbox } = await backup.car();
    expect(outbox).toBeUndefined();
    expect(revocationList).toMatchObject({
      number: 3,
      entries: [
        { fingerprint: fromHex(THREE), kind: 'revoked' },
        { fingerprint: fromHex(ONE), kind: 'revoked' },
        { fingerprint: fromHex(TWO), kind: 'suspended' },
      ],
    });
    expect(backup.warnings).toEqual([]);
    await endpoint.stop();
  });

  it('does it with whatever command comes next', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, guest, endpoint } = town;
    const bob = await shareWith(owner.key, guest.key, { name: 'Bob' });
    await air.run(guest.key.unlock());
    const backup = await restored(town);
    await owner.key.ring.revoke(ONE);
    await air.run(owner.key.deliver());
    await owner.key.ring.revoke(TWO);
    await air.run(owner.key.deliver());
    // As the fault was: dropped without a word, shown as suspended, and Bob drove on.
    await backup.key.ring.suspend('Bob');
    await air.run(backup.key.lock());
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      message: 'this key is suspended or revoked',
    });
    expect(host.executed.slice(-5)).toEqual([
      ...['lock', 'deliver', 'listRevocations', 'deliver', 'unlock'],
    ]);
    expect(fingerprintOf(bob)).toBe((await backup.key.ring.shared())[0]?.fingerprint);
    await endpoint.stop();
  });

  it('asks where there is somebody to ask, and time', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    const asked: unknown[] = [];
    let answer = false;
    const backup = await restored(town, {
      confirmCatchUp: (catchUp) => {
        asked.push(catchUp);
        return answer;
      },
    });
    await owner.key.ring.suspend(ONE);
    await air.run(owner.key.deliver());
    await backup.key.ring.suspend(TWO);
    await air.run(backup.key.lock());
    expect(asked).toEqual([]);
    expect(backup.warnings).toEqual([
      {
        message: "a car did not take this phone's revocation list",
        fields: { name: 'Test car', refusal: 'revocation-list-old' },
      },
    ]);
    expect((await backup.car()).outbox).toMatchObject([
      { own: true, refused: 'revocation-list-old' },
    ]);
    const written: unknown[] = [];
    watchUpdates(backup.store, (car) => written.push(car));
    await air.run(backup.key.lock());
    expect(backup.warnings).toHaveLength(1); // it is known by now
    expect(written).toEqual([]);

    expect(await air.run(backup.key.deliver())).toMatchObject({
      left: 1,
      refusal: 'revocation-list-old',
    });
    expect(asked).toEqual([
      { car: 'Test car', unknown: [{ fingerprint: ONE, kind: 'suspended' }] },
    ]);
    expect(host.listNumber()).toBe(1);
    answer = true;
    expect(await air.run(backup.key.deliver())).toEqual({ delivered: 1, refused: 0, left: 0 });
    expect(host.listNumber()).toBe(2);
    await endpoint.stop();
  });

  it.each([
    // What somebody else has given it is delivered, too; the car does not take that.
    ['caught up', true, [{ part: new Uint8Array(148), own: false }], [0, 1]],
    ['caught up and delivered it', true, undefined, [0, 0]],
    ['begun its list anew', false, undefined, [1, 0]],
  ])('may find that another program has %s meanwhile', async (_, caughtUp, waiting, counts) => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    const backup = await restored(town, {
      confirmCatchUp: async () => {
        const { outbox: __, revocationList: ___, ...now } = await backup.car();
        const [{ revocationList } = {}] = await owner.store.list();
        const list = caughtUp && revocationList && { revocationList };
        await put(backup.store, { ...now, ...list, ...(waiting && { outbox: waiting }) });
        return true;
      },
    });
    await owner.key.ring.suspend(ONE);
    await air.run(owner.key.deliver());
    await backup.key.ring.suspend(TWO);
    const [delivered, refused] = counts;
    expect(await air.run(backup.key.deliver())).toEqual({ delivered, refused, left: 0 });
    const { revocationList, outbox } = await backup.car();
    expect(outbox).toBeUndefined();
    expect(revocationList).toMatchObject({
      number: host.listNumber(),
      entries: [{ fingerprint: fromHex(ONE), kind: 'suspended' }],
    });
    await endpoint.stop();
  });

  it('has as much time for it as before the person thought about it', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    const backup = await restored(town, {
      confirmCatchUp: () =>
        new Promise((resolve) => {
          air.clock.after(20_000, () => {
            resolve(true);
          });
        }),
    });
    await owner.key.ring.suspend(ONE);
    await air.run(owner.key.deliver());
    await backup.key.ring.suspend(TWO);
    expect(await air.run(backup.key.deliver())).toMatchObject({ left: 0 });
    expect(host.listNumber()).toBe(2);
    await endpoint.stop();
  });

  it('and no more than that, and is asked of what it does not know', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    await owner.key.ring.revoke(THREE);
    const asked: CatchUp[] = [];
    const backup = await restored(town, {
      confirmCatchUp: (catchUp) => {
        asked.push(catchUp);
        host.execute = () => new Promise(() => undefined);
        return true;
      },
    });
    await owner.key.ring.suspend(ONE);
    await air.run(owner.key.deliver());
    await backup.key.ring.suspend(TWO);
    const before = air.clock.now();
    await expect(air.run(backup.key.deliver({ timeoutMs: 2_000 }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    expect(air.clock.now() - before).toBeLessThan(3_000);
    expect(asked).toMatchObject([{ unknown: [{ fingerprint: ONE }] }]);
    await endpoint.stop();
  });

  it('takes over nothing that a car calls resumed', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, endpoint } = town;
    const backup = await restored(town);
    await owner.key.ring.revoke(ONE);
    await air.run(owner.key.deliver());
    const execute = host.execute.bind(host);
    host.execute = async (...asked) => {
      const result = await execute(...asked);
      const { outcome } = result;
      if (outcome.type !== 'revocations') return result;
      const odd = { fingerprint: fromHex(THREE)!, since: NOW, kind: 'resumed' } as const;
      return { ...result, outcome: { ...outcome, entries: [odd, ...outcome.entries] } };
    };
    await backup.key.ring.suspend(THREE);
    expect(await air.run(backup.key.deliver())).toMatchObject({ left: 0 });
    expect((await backup.car()).revocationList?.entries).toMatchObject([
      { fingerprint: fromHex(THREE), kind: 'suspended' },
      { fingerprint: fromHex(ONE), kind: 'revoked' },
    ]);
    await endpoint.stop();
  });

  it('takes over more than one page', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, entry, endpoint } = town;
    const backup = await restored(town);
    const entries = Array.from({ length: 300 }, (_, n) => ({
      fingerprint: fromHex(n.toString(16).padStart(16, '0'))!,
      since: NOW,
      kind: 'revoked' as const,
    }));
    await put(owner.store, {
      ...entry,
      revocationList: { number: 1, issuedAt: NOW, floor: 0, entries },
    });
    await owner.key.ring.refresh();
    await air.run(owner.key.deliver());
    await backup.key.ring.revoke(TWO);
    await air.run(backup.key.deliver());
    expect(host.executed.filter((name) => name === 'listRevocations')).toHaveLength(3);
    expect((await backup.car()).revocationList?.entries).toHaveLength(301);
    await endpoint.stop();
  });
});

describe('a list that the car has already', () => {
  it('by another way is not signed anew', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await owner.key.ring.suspend(ONE);
    await owner.key.ring.resume(ONE);
    const { uris, number } = await owner.key.ring.revoke(TWO);
    await air.run(guest.key.relay(uris));
    expect(await air.run(owner.key.deliver())).toEqual({ delivered: 0, refused: 0, left: 0 });
    const [car] = await owner.store.list();
    expect(car?.outbox).toBeUndefined();
    expect(car?.revocationList).toMatchObject({ number, entries: [{ kind: 'revoked' }] });
    expect(host.listNumber()).toBe(number);
    await endpoint.stop();
  });
});

describe('a phone that has nothing to deliver', () => {
  it('asks the car nothing', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    expect(await air.run(owner.key.deliver())).toEqual({ delivered: 0, refused: 0, left: 0 });
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });
});

describe('a list that the car does not take', () => {
  it('because it is dated ahead is signed anew, by the clock that the car has told', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    host.now -= 1000; // three days would be the same
    await owner.key.ring.suspend(ONE);
    expect(await air.run(owner.key.deliver())).toEqual({ delivered: 1, refused: 0, left: 0 });
    expect(host.executed).not.toContain('listRevocations');
    expect(host.listNumber()).toBe(2);
    const [car] = await owner.store.list();
    expect(car).toMatchObject({ clockOffset: -1000, revocationList: { issuedAt: NOW - 1000 } });
    await endpoint.stop();
  });

  it('because it is dated ahead a second is kept, and delivered later as it is', async () => {
    const { air, host, owner, entry, endpoint } = await ownerAndGuest();
    // Differences of a second are none to a phone.
    await put(owner.store, { ...entry, clockOffset: 1, mark: NOW + TOLERANCE_SECONDS + 4 });
    const { number, issuedAt } = await owner.key.ring.revoke(ONE);
    expect(issuedAt).toBe(NOW + 1 + TOLERANCE_SECONDS);
    expect(await air.run(owner.key.deliver())).toMatchObject({ left: 1, refusal: 'dated-ahead' });
    expect((await owner.store.list())[0]?.outbox).toMatchObject([{ refused: 'dated-ahead' }]);
    host.now += 1;
    await air.run(owner.key.lock());
    expect(host.listNumber()).toBe(number);
    expect((await owner.store.list())[0]?.outbox).toBeUndefined();
    await endpoint.stop();
  });

  it('because another one dated it ahead is kept too, by who relays it', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    await air.run(guest.key.unlock());
    const { uris } = await owner.key.ring.revoke(ONE);
    host.now -= 1000;
    expect(await air.run(guest.key.relay(uris))).toMatchObject({ waiting: ['car'] });
    host.now += 1000;
    await air.run(guest.key.lock());
    expect(host.listNumber()).toBe(1);
    await endpoint.stop();
  });

  it('because its owner does not count is kept and told, and the car says nothing', async () => {
    const town = await ownerAndGuest();
    const { air, host, owner, entry, endpoint } = town;
    const other = air.phone(undefined, 'Ben');
    const random = air.random;
    const identity = cheapSuite.x25519KeyPair(random(32));
    const signing = cheapSuite.ed25519KeyPair(random(32));
    await other.store.add({ ...entry, identity, signing, slot: 1 });
    host.enrol(identity.publicKey, 'owner', 'Ben', signing.publicKey);
    await other.key.ring.suspend(fingerprintOf(entry));
    await air.run(other.key.deliver());
    await owner.key.ring.suspend(ONE);
    expect(await air.run(owner.key.deliver())).toMatchObject({
      left: 1,
      refusal: 'revocation-list-invalid',
    });
    // Ben gives it back: what Ada signed meanwhile does not count, so it is signed anew.
    await other.key.ring.resume(fingerprintOf(entry));
    await air.run(other.key.deliver());
    air.wall += 1_000;
    host.now += 1;
    await air.run(owner.key.lock());
    expect((await owner.store.list())[0]?.outbox).toBeUndefined();
    expect(host.listNumber(0)).toBe(2);
    await endpoint.stop();
  });

  it('because of a re-key is signed anew for the owners that it is about', async () => {
    const { air, host, owner, entry, endpoint } = await ownerAndGuest();
    const ben = cheapSuite.x25519KeyPair(air.random(32));
    host.enrol(ben.publicKey, 'owner', 'Ben');
    const thief = fingerprintOf({ ...entry, identity: ben });
    await owner.key.ring.suspend(thief);
    host.epoch = 1; // by Ben, before Ada came to the car
    await air.run(owner.key.lock());
    await air.run(owner.key.lock());
    const [car] = await owner.store.list();
    expect(car).toMatchObject({ epoch: 1, revocationList: { number: 1 } });
    expect(car?.outbox).toBeUndefined();
    expect(host.rights.owners).toMatchObject([{ number: 1, entries: [{ kind: 'suspended' }] }]);
    await endpoint.stop();
  });
});
