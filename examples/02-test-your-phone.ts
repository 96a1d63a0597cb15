// A phone app tested against a whole car, without any radio: what a test of yours would do. The car's
// clock stands still until it is told to move, so thirty seconds take no time.
import assert from 'node:assert/strict';
import { PhoneKey } from 'phonekey';
import { SimulatedCar } from 'phonekey/sim';
import { MemoryCarStore, MemoryRadio, SimClock } from 'phonekey/testing';

const radio = new MemoryRadio();
const clock = new SimClock();
const car = await SimulatedCar.start({ name: 'Car', peripheral: radio.peripheral(), clock });
const phone = new PhoneKey({ central: radio.central(), store: new MemoryCarStore() });

await car.control.tap({ reader: 'console', purpose: 'pair' });
const screen = await car.control.screen();
assert(screen.state === 'pairing');
await assert.rejects(phone.pair({ code: '00000000' }), { code: 'pairing.wrong-code' });
await phone.pair({ code: screen.code });

await phone.unlock();
assert.equal((await car.control.status()).locked, false);

// Nobody opens a door: after thirty seconds the car locks itself again.
await clock.advance(30_000);
assert.equal((await car.control.status()).locked, true);

// Somebody resets the car: it forgets every key and becomes another one, so that its old phones do not even
// find it.
await car.control.reset();
await assert.rejects(phone.unlock({ timeoutMs: 100 }), { code: 'car.not-found' });

await car.stop();
console.log('the phone does what it should');
