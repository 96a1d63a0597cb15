// The main job on one page: a simulated car and a phone on a virtual air, no adapter needed. The phone
// pairs with the key card and the code, then unlocks, starts and locks. On a real adapter `load` is
// `systemNoble` of phonekey/radio/noble, and the car is somewhere else.
import { MemoryCarStore, PhoneKey, systemClock as clock } from 'phonekey';
import { loadBleno, loadNoble, VirtualAir } from 'phonekey/air';
import { openBlenoPeripheral } from 'phonekey/radio/bleno';
import { openNobleCentral } from 'phonekey/radio/noble';
import { SimulatedCar } from 'phonekey/sim';

const air = new VirtualAir();

// The car: the real bleno on a virtual controller. Without a home it forgets everything at the end.
const carRadio = air.controller({ position: { x: 0, y: 0 } });
const car = await SimulatedCar.start({
  name: 'My car',
  peripheral: await openBlenoPeripheral({ load: async () => loadBleno(carRadio), clock }),
  onEvent: (event) => console.log(`   car: ${event.type}`),
});

// The phone: the real noble on another one, two metres away. A real phone keeps its keys in a CarStore
// of its own.
const phoneRadio = air.controller({ position: { x: 2, y: 0 } });
const phone = new PhoneKey({
  name: 'My phone',
  central: await openNobleCentral({ load: async () => loadNoble(phoneRadio), clock }),
  store: new MemoryCarStore(),
});

try {
  // Pairing: who holds the key card opens the window, and reads the code on the car's screen.
  await car.control.tap({ reader: 'console', purpose: 'pair' });
  const screen = await car.control.screen();
  if (screen.state !== 'pairing') throw new Error('the car shows no code');
  const { name, role } = await phone.pair({ code: screen.code });
  console.log(`paired with ${name} as ${String(role)}`);

  // Each call finds the car, connects, proves who it is, does one thing and disconnects.
  await phone.unlock();
  await phone.start();
  await phone.lock();

  // Several commands over one link.
  const link = await phone.connect({ car: name });
  await link.unlock();
  console.log('status', await link.status());
  await link.lock();
  await link.close();
} finally {
  await phone.close();
  await car.stop();
}
