import { defaultSuite } from '../../../lib/crypto/index.js';
import type { Suite } from '../../../lib/crypto/index.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import type { Role } from '../../../lib/domain/roles.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import type { LogFields } from '../../../lib/platform/logger.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Central } from '../../../lib/radio/types.js';
import type { TraceEvent } from '../../../lib/link/message-link.js';
import { startEndpoint, TestHost } from '../../support/test-car.js';
import { withTime } from '../../support/waiting.js';
import { cheapSuite } from '../../support/cheap-suite.js';

export interface Logged {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** Phones and cars on one air and one simulated clock. */
export class Air {
  readonly clock = new SimClock();
  readonly radio = new MemoryRadio({ clock: this.clock });
  readonly random = seededRandom('air');
  /** Milliseconds since 1970, on every phone when the clock began. */
  wall = 0;

  car(host = new TestHost()) {
    const { clock, radio, random } = this;
    return startEndpoint({ peripheral: radio.peripheral(), clock, random, host });
  }

  phone(central: Central = this.radio.central(), name = 'Ada', suite: Suite = cheapSuite) {
    const { clock, random } = this;
    const store = new MemoryCarStore();
    const trace: TraceEvent[] = [];
    const warnings: Logged[] = [];
    const details: Logged[] = [];
    /** Called with each kind of message as it goes over the air. */
    const hooks: { onTrace: (kind: string) => void } = { onTrace: () => undefined };
    const key = new PhoneKey({
      central,
      store,
      name,
      suite,
      clock,
      wallTime: () => this.wall + clock.now(),
      random,
      log: {
        ...silentLogger,
        warn: (message, fields) => warnings.push({ message, fields }),
        debug: (message, fields) => details.push({ message, fields }),
      },
      trace: (event) => {
        trace.push(event);
        hooks.onTrace(event.kind);
      },
    });
    return { key, store, trace, warnings, details, hooks };
  }

  /** Moves time until the promise settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return withTime(this.clock, promise);
  }

  /** Breaks the newest link as if the phone had gone out of range. */
  loseLink(): void {
    this.radio.links.at(-1)?.phone.lose();
  }
}

/** Makes phone and car know each other, without the slow pairing. */
export const introduce = async (
  store: MemoryCarStore,
  host: TestHost,
  entry: Partial<PairedCar> = {},
): Promise<PairedCar> => {
  const random = seededRandom(`keys ${String(host.identity.publicKey[0])}`);
  const car: PairedCar = {
    name: host.name,
    carPublicKey: host.identity.publicKey,
    identity: defaultSuite.x25519KeyPair(random(32)),
    signing: defaultSuite.ed25519KeyPair(random(32)),
    state: 'paired',
    ...entry,
  };
  await store.add(car);
  host.enrol(car.identity.publicKey);
  return car;
};

/** One car, and one phone that it knows. */
export const introduced = async () => {
  const air = new Air();
  const car = await air.car();
  const phone = air.phone();
  const entry = await introduce(phone.store, car.host);
  return { air, ...car, ...phone, entry };
};

/** Of a TestHost. */
export const CODE = '12345678';

/** A car whose window gives this role. */
export const hostFor = (role: Role, seed = 1): TestHost =>
  Object.assign(new TestHost(seed), { role });

/** A car that waits for pairing, and a phone. */
export const withWindow = async (host = new TestHost()) => {
  const air = new Air();
  const car = await air.car(host);
  host.open = true;
  car.endpoint.pairingChanged();
  return { air, ...car, ...air.phone() };
};
