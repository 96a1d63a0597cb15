import { startTestCar } from 'phonekey/testing';
import { expect, test } from 'vitest';

test('the car locks itself again when nobody opens a door', async () => {
  await using world = await startTestCar();
  const { car, clock, phone } = world;
  await phone.unlock();
  expect(await car.control.status()).toMatchObject({ locked: false });
  await clock.advance(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
});

test('a valet does not open the trunk', async () => {
  await using world = await startTestCar({ phones: ['valet'] });
  await world.phone.unlock();
  await expect(world.phone.trunk()).rejects.toMatchObject({ code: 'car.not-permitted' });
});

test('a car that has gone is not found', async () => {
  await using world = await startTestCar();
  const { car, clock, phone } = world;
  await car.stop();
  await expect(clock.until(phone.unlock())).rejects.toMatchObject({ code: 'car.not-found' });
});
