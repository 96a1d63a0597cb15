import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openWindow } from '../../../testing/open-window.js';
import { spine } from '../support/spine.js';

let world: ReturnType<typeof spine>;

beforeEach(() => {
  world = spine();
});

afterEach(async () => {
  await world.close();
});

describe('cars and phones over noble and bleno', () => {
  it('pair, unlock, start and lock, and the doors follow', async () => {
    const car = await world.startCar('Car', { x: 0, y: 0 });
    const { phone } = await world.startPhone('Ada', { x: 1, y: 0 });
    await phone.pair({ code: await openWindow(car) });
    expect(await car.control.pullHandle('front-left')).toEqual({ opened: false });
    await phone.unlock();
    expect(await car.control.pullHandle('front-left')).toEqual({ opened: true });
    await expect(phone.lock()).rejects.toMatchObject({ code: 'car.refused' });
    await car.control.close('front-left');
    await phone.start();
    expect((await phone.status()).driveSecondsLeft).toBeGreaterThan(100);
    await phone.lock();
    expect(await phone.status()).toMatchObject({ locked: true, open: [], driveSecondsLeft: 0 });
    expect(await car.control.pullHandle('front-left')).toEqual({ opened: false });
  });

  it('two phones and two cars, all at once', async () => {
    const [north, south] = await Promise.all([
      world.startCar('North', { x: 0, y: 0 }),
      world.startCar('South', { x: 3, y: 0 }),
    ]);
    const [ada, bob] = await Promise.all([
      world.startPhone('Ada', { x: 1, y: 0 }),
      world.startPhone('Bob', { x: 2, y: 0 }),
    ]);
    // Each phone pairs with one car at a time: with both windows open, the nearer one is taken.
    const [first, second] = await Promise.all([openWindow(north), openWindow(south)]);
    await Promise.all([ada.phone.pair({ code: first }), bob.phone.pair({ code: second })]);
    const [third, fourth] = await Promise.all([
      openWindow(north, 'driver'),
      openWindow(south, 'driver'),
    ]);
    ada.controller.moveTo(2.5, 0);
    bob.controller.moveTo(0.5, 0);
    await Promise.all([ada.phone.pair({ code: fourth }), bob.phone.pair({ code: third })]);
    expect((await ada.phone.ring.cars()).map(({ name, role }) => [name, role])).toEqual([
      ['North', 'owner'],
      ['South', 'driver'],
    ]);

    for (const [to, of] of [
      ['North', 'South'],
      ['South', 'North'],
    ] as const) {
      await Promise.all([ada.phone.unlock({ car: to }), bob.phone.unlock({ car: of })]);
    }
    // Both at the same car: bleno serves one at a time, the other one waits for its turn.
    await Promise.all([ada.phone.start({ car: 'North' }), bob.phone.start({ car: 'North' })]);
    for (const car of [north, south]) {
      expect(await car.control.status()).toMatchObject({ locked: false });
    }
    expect(await north.control.status()).toMatchObject({ keys: { length: 2 } });
    await Promise.all([ada.phone.lock({ car: 'North' }), bob.phone.lock({ car: 'South' })]);
    for (const car of [north, south]) {
      expect(await car.control.status()).toMatchObject({ locked: true });
    }
  });

  it('do not hear each other out of range', async () => {
    const car = await world.startCar('Car', { x: 0, y: 0 });
    const { phone, controller } = await world.startPhone('Ada', { x: 1, y: 0 });
    await phone.pair({ code: await openWindow(car) });
    controller.moveTo(500, 0);
    await expect(phone.unlock({ timeoutMs: 500 })).rejects.toMatchObject({
      code: 'car.not-found',
      mayHaveSucceeded: false,
    });
    controller.moveTo(1, 0);
    await phone.unlock();
  });

  it('forget each other after a factory reset, and can pair again', async () => {
    const car = await world.startCar('Car', { x: 0, y: 0 });
    const { phone } = await world.startPhone('Ada', { x: 1, y: 0 });
    await phone.pair({ code: await openWindow(car) });
    await phone.unlock();
    await phone.lock();
    await car.control.reset();
    await expect(phone.unlock({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'car.not-found' });
    const paired = await phone.pair({ code: await openWindow(car) });
    expect(paired).toMatchObject({ name: 'Car 2', role: 'owner' });
    await phone.unlock({ car: 'Car 2' });
  });
});
