import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCar } from 'phonekey/testing';

test('the car locks itself again when nobody opens a door', async (t) => {
  const { car, clock, phone, close } = await startTestCar();
  t.after(close);
  await phone.unlock();
  assert.equal((await car.control.status()).locked, false);
  await clock.advance(30_000);
  assert.equal((await car.control.status()).locked, true);
});

test('a car that has gone is not found', async (t) => {
  const { car, clock, phone, close } = await startTestCar();
  t.after(close);
  await car.stop();
  await assert.rejects(clock.until(phone.unlock()), { code: 'car.not-found' });
});
