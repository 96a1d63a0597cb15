import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../lib/platform/clock.js';
import { startTestCar } from '../../../testing/index.js';

describe('startTestCar', () => {
  it('gives a car, a clock that stands still, and a phone that is its owner', async () => {
    await using test = await startTestCar();
    const { car, clock, phone, owner, events } = test;
    expect(owner).toBe(phone);
    await phone.unlock();
    expect(await car.control.status()).toMatchObject({ name: 'Test car', locked: false });
    await clock.advance(30_000);
    expect(await car.control.status()).toMatchObject({ locked: true });
    const types = events.map(({ type }) => type);
    expect([types[0], ...types.slice(-2)]).toEqual(['card-tapped', 'unlocked', 'relocked']);
    expect(await phone.listKeys()).toMatchObject([{ role: 'owner' }, { formFactor: 'card' }]);
  });

  it('gives as many phones as were asked for, with their rights, and an owner in any case', async () => {
    const test = await startTestCar({ name: 'Blue', phones: ['driver', 'valet'] });
    const [driver, valet] = test.phones;
    expect(test.phone).toBe(driver);
    const keys = await test.owner.listKeys({ car: 'Blue' });
    expect(keys.map(({ role }) => role)).toEqual(['owner', 'driver', 'valet', 'none']);
    await driver!.trunk();
    await expect(valet!.trunk()).rejects.toMatchObject({ code: 'car.not-permitted' });
    await test.close();
  });

  it('makes one of the phones the owner, and the next one another', async () => {
    const { owner, phones, close } = await startTestCar({ phones: ['guest', 'owner', 'owner'] });
    expect([phones.indexOf(owner), new Set(phones).size]).toEqual([1, 3]);
    await close();
  });

  it('shares keys that end by its own clock', async () => {
    const { owner, newPhone, clock, wallTime, close } = await startTestCar();
    const guest = newPhone({ name: 'Gus' });
    const to = await guest.ring.offer();
    const until = Math.floor(wallTime() / 1000) + 3600;
    const { uri } = await owner.ring.share({ to, name: 'Gus', role: 'guest', until });
    await guest.ring.accept(uri);
    await guest.unlock();
    await clock.advance(3_600_000);
    await expect(guest.unlock()).rejects.toMatchObject({ code: 'car.key-expired' });
    await close();
  });

  it('is the same again with the same seed, and another one with another', async () => {
    const fingerprints: string[] = [];
    for (const seed of ['a', 'a', 'b']) {
      const { car, close } = await startTestCar({ seed });
      fingerprints.push((await car.control.status()).fingerprint);
      await close();
    }
    const [first, again, other] = fingerprints;
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('pairs by the code on the screen alone', async () => {
    const { car, clock, newPhone, pair, close } = await startTestCar();
    const stranger = newPhone();
    await car.control.tap({ reader: 'console', purpose: 'pair' });
    const wrong = clock.until(stranger.pair({ code: '0000 0000' }));
    await expect(wrong).rejects.toMatchObject({ code: 'pairing.wrong-code' });
    await pair(stranger, 'driver');
    await stranger.unlock();
    await close();
  });

  it('runs in real time, and leaves nothing behind', async () => {
    const { phone, clock, close } = await startTestCar({ clock: systemClock });
    expect(clock).toBe(systemClock);
    await phone.unlock();
    await close();
    await close();
    await expect(phone.unlock()).rejects.toMatchObject({ code: 'radio.closed' });
  });

  it('closes what it had opened where it does not start', async () => {
    await expect(startTestCar({ name: '' })).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});
