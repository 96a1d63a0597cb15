import { afterEach, describe, expect, it } from '@jest/globals';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarLinkEvent } from '../../../lib/car/dialect.js';
import { nativeCar } from '../../../lib/native/car.js';
import { nativePhone } from '../../../lib/native/phone/pair.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { cheapSuite as suite } from '../../support/cheap-suite.js';
import { plainCar, plainPhone } from '../../support/plain-dialect.js';
import { openWindow } from '../../../testing/open-window.js';
import { closeAll, keep, RADIOS } from './every-radio.js';
import type { Radios } from './every-radio.js';

afterEach(closeAll);

/** A car and a phone that speak both; the phone has a key in each, which the car has in one slot. */
const bilingual = async ({ car: peripheral, phone: central }: Radios) => {
  const events: CarLinkEvent[] = [];
  const car = await SimulatedCar.start({
    name: 'Blue',
    peripheral: await peripheral(),
    dialects: [nativeCar, plainCar],
    suite,
    onLinkEvent: (event) => events.push(event),
  });
  keep({ close: () => car.stop() });
  const store = new MemoryCarStore();
  const spoken: string[] = [];
  const phone = keep(
    new PhoneKey({
      central: await central(),
      store,
      dialects: [nativePhone, plainPhone],
      suite,
      trace: ({ kind }) => spoken.push(kind),
    }),
  );
  await phone.pair({ code: await openWindow(car) });
  const [entry] = await store.list();
  await store.add({ ...entry!, name: 'Plain', dialect: 'plain' });
  spoken.splice(0);
  return { car, phone, store, spoken, events };
};

describe.each(RADIOS)('two dialects over %s', (_, radios) => {
  it('unlock one car, each with a key of its own', async () => {
    const { car, phone, spoken, events } = await bilingual(radios());
    await phone.unlock({ car: 'Blue' });
    expect(await car.control.status()).toMatchObject({ locked: false });
    await phone.lock({ car: 'Plain' });
    expect(await car.control.status()).toMatchObject({ locked: true });
    await phone.unlock({ car: 'Plain' });
    expect(await car.control.status()).toMatchObject({ locked: false });
    expect(spoken).toEqual(['Hello', 'Proof', 'Sealed', 'Plain', 'Plain', 'Plain', 'Plain']);
    const who = events.flatMap((event) =>
      event.type === 'authenticated' ? [event.key.publicKey] : [],
    );
    expect(new Set(who.map(String)).size).toBe(1);
    expect(who).toHaveLength(3);
  });

  it('bring the same answers and refusals, in words of the car', async () => {
    const { car, phone, store } = await bilingual(radios());
    await phone.unlock({ car: 'Plain' });
    await car.control.open('front-left');
    const answers: unknown[] = [];
    for (const name of ['Blue', 'Plain']) {
      const connection = await phone.connect({ car: name });
      const refused = await connection.lock().catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'car.refused', message: 'a door is open' });
      answers.push([await connection.status(), await connection.listKeys()]);
      await connection.close();
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]).toMatchObject([
      { open: ['front-left'] },
      [{ role: 'owner', slot: 0 }, { formFactor: 'card' }],
    ]);
    const identity = suite.x25519KeyPair(new Uint8Array(32).fill(7));
    await store.update('Plain', (now) => ({ car: { ...now, identity }, value: undefined }));
    await expect(phone.unlock({ car: 'Plain' })).rejects.toMatchObject({
      code: 'car.not-recognised',
    });
  });

  it('end their links when the car forgets its keys', async () => {
    const { car, phone, events } = await bilingual(radios());
    const connection = await phone.connect({ car: 'Plain' });
    await connection.status();
    await car.control.reset();
    expect(events.at(-1)).toMatchObject({ type: 'link-closed' });
    await expect(connection.status()).rejects.toMatchObject({ code: 'radio.link-lost' });
  });
});
