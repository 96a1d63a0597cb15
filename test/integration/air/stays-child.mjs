/* global AbortController */
// A process that has nothing to do but what is on its air: it has to live as long as that goes on, and then to
// end by itself. Prints how far it came.
import { loadNoble, VirtualAir } from '../../../dist/air/index.js';
import { nativeAdvertising, nativeScan } from '../../../dist/lib/native/advertisement.js';
import { nativeProfile } from '../../../dist/lib/native/profile.js';
import { systemClock as clock } from '../../../dist/lib/platform/clock.js';
import { MemoryRadio } from '../../../dist/lib/radio/memory.js';
import { openNobleCentral } from '../../../dist/lib/radio/noble.js';

/** A timer that keeps no process: where nothing else does, it ends before this. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 30).unref());

const scan = async (central, found = () => undefined, until = aMoment()) => {
  const stop = new AbortController();
  const scanning = central.scan([nativeScan], found, stop.signal);
  await until;
  stop.abort();
  await scanning;
};

const air = new VirtualAir();
const noble = await openNobleCentral({ load: async () => loadNoble(air.controller()), clock });
for (const central of [air.central(), noble, new MemoryRadio().central()]) {
  await scan(central);
  await central.close();
  console.log('scanned');
}

const car = air.peripheral();
await car.start([
  { profile: nativeProfile, onLink: (link) => link.open({ data() {}, closed() {} }) },
]);
await car.advertise([nativeAdvertising(Uint8Array.of(1))]);
await aMoment();
console.log('advertised');

const phone = air.central();
let hear;
const heard = new Promise((resolve) => (hear = resolve));
await scan(phone, hear, heard);
const link = await phone.connect(await heard, nativeProfile);
await link.open({ data() {}, closed() {} });
await car.advertise([]);
await aMoment();
console.log('was connected');
await link.close();
await aMoment();
console.log('is still here');
