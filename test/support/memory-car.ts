import { silentLogger } from '../../lib/platform/logger.js';
import { HostilePhone } from '../../lab/hostile-phone.js';
import type { HostilePhoneOptions } from '../../lab/hostile-phone.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import type { KeyPair, Suite } from '../../lib/crypto/suite.js';
import { encodeCommand } from '../../lib/native/commands.js';
import { nativeProfile } from '../../lib/native/profile.js';
import type { Clock } from '../../lib/platform/clock.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../lib/radio/memory.js';
import { UNLOCK } from '../unit/native/session/sample.js';
import { cheapSuite } from './cheap-suite.js';
import { startEndpoint } from './test-car.js';
import type { TestHost } from './test-car.js';
import { settle } from './waiting.js';

export const LOCK = encodeCommand({ type: 'lock' });

export const IDENTITY: KeyPair = defaultSuite.x25519KeyPair(new Uint8Array(32).fill(0x77));

/** A phone with a link to this car of the radio. */
export const connectHostile = async (
  radio: MemoryRadio,
  clock: SimClock,
  options: Omit<HostilePhoneOptions, 'clock' | 'pause'>,
  id = 'memory-1',
): Promise<HostilePhone> => {
  const phone = new HostilePhone({ ...options, clock, pause: () => settle(clock) });
  const central = radio.central();
  await phone.open(await central.connect({ id, rssi: -40 }, nativeProfile));
  return phone;
};

/** A car with one enrolled key, IDENTITY's, and `connect` for phones. */
export const startCar = async (
  options: { host?: TestHost; suite?: Suite; carClock?: (clock: SimClock) => Clock } = {},
) => {
  const clock = new SimClock();
  const radio = new MemoryRadio({ clock });
  const warnings: string[] = [];
  const car = await startEndpoint({
    peripheral: radio.peripheral(),
    clock: options.carClock?.(clock) ?? clock,
    random: seededRandom('car'),
    log: { ...silentLogger, warn: (message) => warnings.push(message) },
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.suite === undefined ? {} : { suite: options.suite }),
  });
  car.host.enrol(IDENTITY.publicKey);
  const carPublicKey = car.host.identity.publicKey;
  const random = seededRandom('hostile phone');
  const connect = (): Promise<HostilePhone> =>
    connectHostile(radio, clock, { carPublicKey, suite: cheapSuite, random });
  return { ...car, clock, radio, warnings, connect };
};

/** A phone that has unlocked the car; `command` sends a further one. */
export const ready = async (options: Parameters<typeof startCar>[0] = {}) => {
  const car = await startCar(options);
  const phone = await car.connect();
  await phone.send(phone.proof(IDENTITY, UNLOCK));
  const command = (encoded: Uint8Array): Promise<void> => phone.send(phone.sealed(encoded));
  return { ...car, phone, command };
};
