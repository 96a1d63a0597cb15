import { systemClock } from 'phonekey';
import { startTestCar } from 'phonekey/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a SimClock is not touched by fake timers', async () => {
  await using world = await startTestCar();
  const { car, clock, phone } = world;
  await phone.unlock();
  await clock.advance(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
});

test('the system clock goes as fake timers do', async () => {
  const { car, phone, close } = await startTestCar({ clock: systemClock });
  await phone.unlock();
  expect(await car.control.status()).toMatchObject({ locked: false });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await car.control.status()).toMatchObject({ locked: true });
  await close();
});
