// A phone walks up to its car and unlocks it when the car is near: real protocol, simulated radios,
// simulated time. Half a minute of walking takes a moment, and the same seed gives the same walk.
import { PhoneKey } from 'phonekey';
import { VirtualAir } from 'phonekey/air';
import { SimulatedCar } from 'phonekey/sim';
import { MemoryCarStore, SimClock } from 'phonekey/testing';

const clock = new SimClock();
const shadowing = { sigma: 3, correlation: 5 }; // other cars, people, a pillar
const air = new VirtualAir({ clock, pace: 'real', shadowing, seed: 'walk-up' });

const say = (what: string): void => {
  console.log(`${(clock.now() / 1000).toFixed(3).padStart(7)} s  ${what}`);
};

const carRadio = air.peripheral();
const car = await SimulatedCar.start({
  name: 'My car',
  peripheral: carRadio,
  clock,
  onEvent: ({ type }) => {
    say(`the car: ${type}`);
  },
});
// It listens a quarter of the time, as Android in its balanced mode.
const phoneRadio = air.central({
  position: { x: 1, y: 0 },
  scan: { intervalMs: 4096, windowMs: 1024 },
});
const phone = new PhoneKey({ central: phoneRadio, store: new MemoryCarStore(), clock });

await car.control.tap({ reader: 'console', purpose: 'pair' });
const screen = await car.control.screen();
if (screen.state !== 'pairing') throw new Error('the car shows no code');
await clock.until(phone.pair({ code: screen.code }));

/** dBm: some four metres. */
const NEAR = -72;
const WALKING = 1.4;

phoneRadio.moveTo(35, 20);
phoneRadio.walkTo({ x: 1, y: 0 }, WALKING);
say('the phone: walks up to the car');

const unlockOnceNear = async (): Promise<void> => {
  let told = Infinity;
  for await (const { car: known, rssi } of phone.scan()) {
    const { x, y } = phoneRadio.position;
    const metres = Math.round(Math.hypot(x, y));
    if (metres < told) say(`the phone: hears a car at ${rssi} dBm, ${metres} m away`);
    told = metres;
    if (known !== undefined && rssi >= NEAR) break;
  }
  await phone.unlock();
};
await clock.until(unlockOnceNear());
say('the phone: has its answer');

await clock.until(phone.close());
await clock.until(car.stop());
