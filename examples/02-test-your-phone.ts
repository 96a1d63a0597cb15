// A phone app tested against a whole car, without any radio: what a test of yours would do. The clock stands still
// until it is told to move, so thirty seconds take no time. For your test runner: docs/guides/test-runners.md.
import assert from 'node:assert/strict';
import { openWindow, startTestCar } from 'phonekey/testing';

// A car, and a phone that is its owner's key.
const { car, clock, id, newPhone, phone, close } = await startTestCar();

await phone.unlock();
assert.equal((await car.control.status()).locked, false);

// Nobody opens a door: after thirty seconds the car locks itself again.
await clock.advance(30_000);
assert.equal((await car.control.status()).locked, true);

// Another phone, which its owner pairs as people do: with the key card, and the code on the car's screen.
const other = newPhone({ name: 'Bob' });
const code = await openWindow(car, 'driver');
await assert.rejects(other.pair({ code: '00000000', id }), { code: 'pairing.wrong-code' });
await other.pair({ code, id });
await other.unlock();

// Somebody resets the car: it forgets every key and becomes another one, so that its old phones do not even
// find it. What ends by its timeout needs time that moves.
await car.control.reset();
await assert.rejects(clock.until(phone.unlock()), { code: 'car.not-found' });

await close();
console.log('the phone does what it should');
