import { afterEach, expect, it } from '@jest/globals';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarEvent } from '../../../firmware-sim/index.js';
import type { CarLinkEvent } from '../../../lib/car/dialect.js';
import type { Suite } from '../../../lib/crypto/suite.js';
import { openWindow } from '../../../testing/open-window.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { LogFields } from '../../../lib/platform/logger.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { errorWith } from '../../support/errors.js';
import { withTime } from '../../support/waiting.js';

/** As BoringSSL has it: no ChaCha20-Poly1305. Its error repeats what it was given, as some do. */
const lacking: Suite = {
  ...cheapSuite,
  open: (key) => {
    throw Object.assign(new Error(`Unknown cipher for ${Buffer.from(key).toString('hex')}`), {
      code: 'ERR_CRYPTO_UNKNOWN_CIPHER',
    });
  },
};

let car: SimulatedCar;
afterEach(() => car.stop());

const start = async (suite: Suite) => {
  const radio = new MemoryRadio();
  const clock = new SimClock();
  const events: (CarEvent | CarLinkEvent)[] = [];
  const warnings: string[] = [];
  const warn = (message: string, fields: LogFields = {}) =>
    warnings.push(`${message} ${JSON.stringify(fields)}`);
  car = await SimulatedCar.start({
    name: 'Blue',
    peripheral: radio.peripheral(),
    suite,
    clock,
    log: { ...silentLogger, warn },
    onEvent: (event) => events.push(event),
    onLinkEvent: (event) => events.push(event),
  });
  const phone = new PhoneKey({
    central: radio.central(),
    store: new MemoryCarStore(),
    suite: cheapSuite,
    clock,
  });
  const told = (type: string) => events.filter((event) => event.type === type);
  const pair = (code: string) => withTime(clock, phone.pair({ code }));
  return { phone, pair, clock, events, told, warnings };
};

it('tells what failed in the car, in one line and an event, and counts no try for it', async () => {
  const { pair, events, told, warnings } = await start(lacking);
  const code = await openWindow(car);
  for (let i = 0; i < 4; i++) {
    await expect(pair(code)).rejects.toMatchObject({
      code: 'car.refused',
      message: 'the car has a fault and did not keep the key',
    });
  }
  const error = 'ERR_CRYPTO_UNKNOWN_CIPHER in Object.open';
  expect(told('internal-error')).toEqual(
    Array.from({ length: 4 }, () => ({ type: 'internal-error', during: 'pairConfirm', error })),
  );
  expect(warnings[0]).toBe(
    `internal error of the car ${JSON.stringify({ during: 'pairConfirm', error })}`,
  );
  expect(warnings).toHaveLength(4);
  expect(told('pairing-try-returned').at(-1)).toMatchObject({ triesLeft: 3 });
  expect(await car.control.screen()).toMatchObject({ state: 'pairing', code, triesLeft: 3 });
  expect(JSON.stringify([events, warnings])).not.toMatch(/[0-9a-f]{16}/);
});

it('counts the tries of who guesses the code of a car with that fault', async () => {
  const { pair, told } = await start(lacking);
  const code = await openWindow(car);
  const wrong = code === '12345678' ? '12345679' : '12345678';
  // The car's confirmation tells the phone that it was wrong, whatever the car cannot do after that.
  for (let i = 0; i < 3; i++) {
    await expect(pair(wrong)).rejects.toEqual(errorWith('pairing.wrong-code'));
  }
  expect(told('pairing-try')).toHaveLength(3);
  expect(told('pairing-try-returned')).toEqual([]);
  await expect(pair(code)).rejects.toEqual(errorWith('pairing.closed'));
});

it('tells a fault on the way to a command, which the phone is not told as one of its key', async () => {
  let broken = false;
  const suite: Suite = {
    ...cheapSuite,
    open: (...sealed) => (broken ? lacking : cheapSuite).open(...sealed),
  };
  const { phone, pair, clock, told, warnings } = await start(suite);
  await pair(await openWindow(car));
  broken = true;
  await expect(withTime(clock, phone.unlock())).rejects.toMatchObject({
    code: 'car.outcome-unknown',
  });
  expect(told('internal-error')).toMatchObject([{ during: 'proof' }]);
  expect(told('link-closed').at(-1)).toMatchObject({ why: 'internal error' });
  expect(warnings).toHaveLength(1);
});
