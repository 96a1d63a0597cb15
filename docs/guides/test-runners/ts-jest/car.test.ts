import { startTestCar } from 'phonekey/testing';
import type { TestCar } from 'phonekey/testing';

let world: TestCar;
beforeEach(async () => {
  world = await startTestCar();
});
afterEach(() => world.close());

test('the car locks itself again when nobody opens a door', async () => {
  const { car, clock, phone } = world;
  await phone.unlock();
  expect(await car.control.status()).toMatchObject({ locked: false });
  await clock.advance(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
});
