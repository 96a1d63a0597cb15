import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from 'phonekey';
import { startTestCar } from 'phonekey/testing';

let world;
beforeEach(async () => {
  world = await startTestCar();
});
afterEach(async () => {
  jest.useRealTimers();
  await world.close();
});

test('the car locks itself again when nobody opens a door', async () => {
  const { car, clock, phone } = world;
  await phone.unlock();
  expect(await car.control.status()).toMatchObject({ locked: false });
  await clock.advance(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
});

test('the system clock goes as fake timers do', async () => {
  jest.useFakeTimers();
  const { car, phone, close } = await startTestCar({ clock: systemClock });
  await phone.unlock();
  await jest.advanceTimersByTimeAsync(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
  await close();
});
