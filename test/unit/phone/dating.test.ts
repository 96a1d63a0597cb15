import { describe, expect, it } from '@jest/globals';
import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';
import { NO_TERMS } from '../../../lib/domain/outcomes.js';
import { carSeconds, learned } from '../../../lib/phone/dating.js';
import { put } from '../../support/car-store.js';
import { HOUR, NOW, ownerAndGuest, shareWith, termsIn } from './sharing-setup.js';

const PRINT = new Uint8Array(8).fill(0x11);

describe("what an owner's phone learns from its car", () => {
  it('is how far ahead the clock is, and not again for a second', async () => {
    const { entry } = await ownerAndGuest();
    const told = (car: typeof entry, ahead: number) =>
      learned(car, { ...NO_TERMS, time: NOW + ahead }, NOW);
    const ahead = told(entry, HOUR);
    expect(ahead.clockOffset).toBe(HOUR);
    expect(told(ahead, HOUR + 1)).toBe(ahead);
    expect(told(ahead, HOUR - 1)).toBe(ahead);
    expect(told(ahead, HOUR + 2).clockOffset).toBe(HOUR + 2);
    expect(told(entry, 0).clockOffset).toBe(0);
    expect(learned(ahead, NO_TERMS, NOW)).toBe(ahead); // it did not say
  });

  it('is the highest mark and floor, and nothing where this is no owner', async () => {
    const { entry } = await ownerAndGuest();
    const car = learned(entry, { ...NO_TERMS, mark: 7, floor: 5 }, NOW);
    expect(car).toMatchObject({ mark: 7, floor: 5 });
    expect(learned(car, { ...NO_TERMS, mark: 6, floor: 0 }, NOW)).toBe(car);
    const driver = { ...entry, role: 'driver' } as const;
    expect(learned(driver, { ...NO_TERMS, epoch: 1, time: NOW, mark: 7 }, NOW)).toBe(driver);
    // Who may have been made one, and did not hear of it.
    const unsure = { ...driver, unconfirmed: true } as const;
    expect(learned(unsure, { ...NO_TERMS, mark: 7 }, NOW)).toEqual({ ...unsure, mark: 7 });
  });

  it('of another epoch ends all that was said in the one before', async () => {
    const { entry, owner, guest } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    const [car] = await owner.store.list();
    const before = {
      ...car!,
      clockOffset: 2 * HOUR,
      mark: 7,
      floor: 5,
      revocationList: { number: 3, issuedAt: NOW, floor: 4, entries: [] },
      outbox: [{ part: new Uint8Array(148), own: true, refused: 'revocation-list-old' }],
    } as const;
    const terms = { ...NO_TERMS, epoch: 1, time: NOW };
    expect(learned(before, terms, NOW)).toEqual({ ...entry, epoch: 1, clockOffset: 0 });
    expect(learned(entry, { ...NO_TERMS, epoch: 1 }, NOW)).toEqual({ ...entry, epoch: 1 });
    const theirs = { part: new Uint8Array(148), own: false };
    const carrier = { ...before, outbox: [...before.outbox, theirs] };
    expect(learned(carrier, terms, NOW)).toMatchObject({ outbox: [theirs] });
    const later = { ...before, epoch: 1 };
    expect(learned(later, { ...terms, epoch: 0 }, NOW)).toBe(later); // another car, or an old answer
  });

  it('keeps what may be about an owner, while the car has not heard of it', async () => {
    const { owner, guest } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    await owner.key.ring.revoke('Bob');
    await owner.key.ring.suspend('11'.repeat(8));
    const [car] = await owner.store.list();
    const begun = learned(car!, { ...NO_TERMS, epoch: 1 }, NOW);
    expect(begun.shared).toBeUndefined();
    expect(begun.revocationList).toMatchObject({
      number: 0,
      entries: [{ fingerprint: PRINT, kind: 'suspended' }],
    });
    expect(begun.outbox).toEqual(car!.outbox);
    const { outbox: _, ...heard } = car!;
    const { revocationList: __, shared: ___, ...rest } = heard;
    expect(learned(heard, { ...NO_TERMS, epoch: 1 }, NOW)).toEqual({ ...rest, epoch: 1 });
  });
});

describe('what a phone signs', () => {
  it("is dated by the car's clock", async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    host.now += 200;
    await air.run(owner.key.status());
    const { uri } = await owner.key.ring.share({ to: await guest.key.ring.offer() });
    const { issuedAt, notBefore, notAfter } = termsIn(uri);
    expect([issuedAt, notBefore, notAfter - 72 * HOUR]).toEqual(Array(3).fill(NOW + 200));
    expect((await owner.key.ring.refresh()).issuedAt).toBe(NOW + 200);
    await endpoint.stop();
  });

  it('is dated above the mark of a removal and above the floor', async () => {
    const { owner, guest, entry } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    for (const above of [{ mark: NOW + 250 }, { mark: NOW + 7, floor: NOW + 250 }]) {
      await put(owner.store, { ...entry, clockOffset: 0, ...above });
      expect(termsIn((await owner.key.ring.share({ to })).uri).issuedAt).toBe(NOW + 251);
      expect((await owner.key.ring.refresh()).issuedAt).toBe(NOW + 251);
    }
    const revocationList = { number: 1, issuedAt: NOW, floor: NOW + 270, entries: [] };
    await put(owner.store, { ...entry, revocationList });
    expect(termsIn((await owner.key.ring.share({ to })).uri).issuedAt).toBe(NOW + 271);
  });

  it('waits a second where the mark is the tolerance ahead, as after each removal', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    const key = await shareWith(owner.key, guest.key, { name: 'Bob' });
    await air.run(guest.key.unlock());
    host.remove(1);
    await air.run(owner.key.status());
    const before = air.clock.now();
    const to = await guest.key.ring.offer({ car: key.name });
    const { uri } = await air.run(owner.key.ring.share({ to }));
    expect(air.clock.now() - before).toBe(1_000);
    await guest.key.ring.accept(uri);
    await air.run(guest.key.unlock());
    expect(host.enrolled).toHaveLength(2);
    await endpoint.stop();
  });

  it('is not dated further ahead than the car believes: says when it can be', async () => {
    const { air, owner, guest, entry } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    await put(owner.store, { ...entry, clockOffset: -60, mark: NOW + HOUR });
    const before = await owner.store.list();
    await expect(air.run(owner.key.ring.share({ to }))).rejects.toMatchObject({
      code: 'clock.ahead',
      message: expect.stringMatching(/^the car would not take it yet/),
      hint: expect.stringContaining('in 57 min,'), // 61 min by the car's clock, but five that it allows
    });
    expect(await owner.store.list()).toEqual(before);
    // What takes away is always signed.
    const { issuedAt } = await owner.key.ring.revoke('11'.repeat(8));
    expect(issuedAt).toBe(NOW - 60 + TOLERANCE_SECONDS);
  });

  it.each([
    [5, 'waits for it'],
    [6, 'says so, in 6 s'],
    [119, 'says so, in 119 s'],
    [120, 'says so, in 2 min'],
  ])('is dated %i s too far ahead: %s', async (seconds, what) => {
    const { air, owner, guest, entry } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    await put(owner.store, { ...entry, mark: NOW + TOLERANCE_SECONDS + seconds - 1 });
    const shared = air.run(owner.key.ring.share({ to }));
    const [, span] = what.split('says so, ');
    if (span !== undefined) {
      await expect(shared).rejects.toMatchObject({
        code: 'clock.ahead',
        hint: expect.stringContaining(`${span},`),
      });
    } else expect(termsIn((await shared).uri).issuedAt).toBe(NOW + TOLERANCE_SECONDS + seconds);
  });

  it('has a date that can be written, whatever the clocks are', async () => {
    const { entry } = await ownerAndGuest();
    const at = (seconds: number, clockOffset: number) =>
      carSeconds({ wallTime: () => seconds * 1000 }, { ...entry, clockOffset });
    expect(at(NOW, -NOW - 1)).toBe(0);
    expect(at(NOW, 2 ** 32)).toBe(2 ** 32 - 1);
    expect(at(2 ** 32 - 2, 1)).toBe(2 ** 32 - 1);
  });

  it('to a key that was revoked for all times never counts', async () => {
    const { air, owner, guest, entry } = await ownerAndGuest();
    const key = await shareWith(owner.key, guest.key);
    const to = await guest.key.ring.offer({ car: key.name });
    const [shared] = (await owner.store.list())[0]!.shared!;
    const fingerprint = Uint8Array.from(Buffer.from(shared!.fingerprint, 'hex'));
    const entries = [{ fingerprint, since: 2 ** 32 - 1, kind: 'revoked' as const }];
    const revocationList = { number: 1, issuedAt: NOW, floor: 0, entries };
    await put(owner.store, { ...entry, revocationList });
    await expect(air.run(owner.key.ring.share({ to }))).rejects.toMatchObject({
      code: 'clock.ahead',
      hint: expect.stringMatching(/in \d+ days, or give it to a fresh key/),
    });
  });
});

describe('a phone whose clock is not that of its car', () => {
  it('shares nothing, says which is which, and revokes all the same', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { name: 'Bob' });
    await air.run(guest.key.unlock());
    air.wall += 3 * 24 * HOUR * 1000; // a laptop's, three days ahead
    await air.run(owner.key.status());
    const to = await guest.key.ring.offer();
    await expect(owner.key.ring.share({ to })).rejects.toMatchObject({
      code: 'clock.differs',
      message: 'the clock of Test car is 3 days behind that of this phone',
    });
    await owner.key.ring.revoke('Bob');
    await air.run(owner.key.deliver());
    expect(host.enrolled).toHaveLength(1);
    air.wall -= 3 * 24 * HOUR * 1000;
    await air.run(owner.key.status());
    await expect(air.run(owner.key.ring.share({ to }))).resolves.toBeDefined();
    await endpoint.stop();
  });

  it.each([
    [TOLERANCE_SECONDS, 'ahead of'],
    [-TOLERANCE_SECONDS, 'behind'],
  ])('shares at %i s, and one more is %s', async (clockOffset, where) => {
    const { owner, guest, entry } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    await put(owner.store, { ...entry, clockOffset });
    const { uri } = await owner.key.ring.share({ to });
    expect(termsIn(uri).issuedAt).toBe(NOW + clockOffset);
    await put(owner.store, { ...entry, clockOffset: clockOffset + Math.sign(clockOffset) });
    await expect(owner.key.ring.share({ to })).rejects.toMatchObject({
      code: 'clock.differs',
      message: `the clock of Test car is 6 min ${where} that of this phone`,
    });
  });
});

describe('a grant that is dated a little ahead', () => {
  it('is shown again a second later, and so once more', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW - HOUR });
    host.now = NOW - TOLERANCE_SECONDS - 2;
    await air.run(guest.key.unlock());
    expect(host.introductions).toHaveLength(3);
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('is refused at the third time, and can be used later', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW - HOUR });
    host.now = NOW - TOLERANCE_SECONDS - 60;
    const attempt = air.run(guest.key.unlock());
    await expect(attempt).rejects.toMatchObject({
      message: "this was signed by a clock that is ahead of the car's",
      temporary: true,
    });
    expect(host.introductions).toHaveLength(3);
    expect(await guest.store.list()).toMatchObject([{ state: 'pending' }]);
    host.now = NOW;
    await air.run(guest.key.unlock());
    await endpoint.stop();
  });

  it('is not waited for beyond the time that there is', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW - HOUR });
    host.now = NOW - TOLERANCE_SECONDS - 60;
    const attempt = air.run(guest.key.unlock({ timeoutMs: 2_000 }));
    await expect(attempt).rejects.toMatchObject({ code: 'car.refused', temporary: true });
    expect(host.introductions).toHaveLength(1);
    await endpoint.stop();
  });
});

describe('a void grant', () => {
  it('leaves its key as new as it was, and says what to ask for', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW - HOUR });
    host.remove(0);
    host.enrol(
      (await owner.store.list())[0]!.identity.publicKey,
      'owner',
      'Ada',
      (await owner.store.list())[0]!.signing.publicKey,
    );
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      code: 'car.key-revoked',
      hint: 'Ask the owner for a new one.',
    });
    expect(await guest.store.list()).toMatchObject([{ state: 'pending' }]);
    await endpoint.stop();
  });
});
