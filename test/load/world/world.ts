import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import type { Pace, Position } from '../../../air/index.js';
import { HostileCentral } from '../../../lab/hostile-central.js';
import type { Manner } from '../../../lab/hostile-central.js';
import { HostileListener } from '../../../lab/hostile-listener.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/host/peripheral.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Central, Peripheral } from '../../../lib/radio/types.js';
import { startEndpoint, TestHost } from '../../support/test-car.js';
import { Rng } from '../../support/rng.js';

/**
 * `bleno`: the real stacks, of which the car's serves one phone at a time. `hci`: noble, and our own host at a car
 * that serves three. `direct`: direct links, of which
 * the car serves so many at a time.
 */
export type Stack = 'bleno' | 'hci' | { readonly direct: number };

/** Of our own host, as many as a car has by default. */
const LINKS = 3;

/** How a phone's unlock ended, and how long that took on the simulated clock. */
export interface Turn {
  readonly outcome: 'opened' | PhoneKeyError['code'];
  readonly ms: number;
}

/** A car and those around it, on a clock that is simulated. */
export class LoadWorld {
  readonly clock = new SimClock();
  readonly host = new TestHost();
  readonly #air: VirtualAir;
  readonly #rng: Rng;
  readonly #random;
  readonly #closing: (() => Promise<unknown>)[] = [];

  private constructor(
    seed: string,
    readonly stack: Stack,
    pace: Pace,
  ) {
    this.#air = new VirtualAir({ pace, clock: this.clock, seed });
    this.#rng = new Rng(`places ${seed}`);
    this.#random = seededRandom(`keys ${seed}`);
  }

  static async start(seed: string, stack: Stack, pace: Pace = 'real'): Promise<LoadWorld> {
    const world = new LoadWorld(seed, stack, pace);
    const { clock, host } = world;
    const peripheral = await world.#peripheral();
    const { endpoint } = await clock.until(startEndpoint({ host, clock, peripheral }));
    world.#closing.push(() => endpoint.stop());
    return world;
  }

  /** The radio of somebody within five metres of the car. */
  async central(): Promise<Central> {
    const { clock } = this;
    const position = this.#place();
    const central =
      typeof this.stack === 'string'
        ? await clock.until(
            openNobleCentral({
              clock,
              load: async () => loadNoble(this.#air.controller({ position })),
            }),
          )
        : this.#air.central({ position });
    this.#closing.push(() => central.close());
    return central;
  }

  /** One that takes the links of the car, and says nothing. */
  hostileCentral(manner: Manner): HostileCentral {
    const position = this.#place();
    const powerOn = () => this.#air.controller({ position });
    return new HostileCentral({ powerOn, clock: this.clock, random: this.#random, manner });
  }

  /** One that notes what is advertised. */
  listener(): HostileListener {
    return new HostileListener(this.#air.controller({ position: this.#place() }), this.clock);
  }

  /** A phone with a key for the car, which the car has too, or had. */
  async phone(state: 'enrolled' | 'removed'): Promise<PhoneKey> {
    const { clock, host } = this;
    const random = this.#random;
    const store = new MemoryCarStore();
    const identity = defaultSuite.x25519KeyPair(random(32));
    await store.add({
      name: host.name,
      carPublicKey: host.identity.publicKey,
      identity,
      signing: defaultSuite.ed25519KeyPair(random(32)),
      state: 'paired',
    });
    if (state === 'enrolled') host.enrol(identity.publicKey, 'owner');
    return new PhoneKey({ central: await this.central(), store, clock, random });
  }

  /** One unlock with the usual time-out; runs only while the clock does. */
  async unlock(phone: PhoneKey): Promise<Turn> {
    const { clock } = this;
    const started = clock.now();
    const turn = (outcome: Turn['outcome']): Turn => ({ outcome, ms: clock.now() - started });
    try {
      await phone.unlock();
      return turn('opened');
    } catch (error) {
      if (error instanceof PhoneKeyError) return turn(error.code);
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await this.clock.until(close());
    this.#air.close();
  }

  #place(): Position {
    return { x: 5 * this.#rng.unit(), y: 5 * this.#rng.unit() };
  }

  async #peripheral(): Promise<Peripheral> {
    const { clock, stack } = this;
    if (typeof stack !== 'string') return this.#air.peripheral({ links: stack.direct });
    if (stack === 'hci') {
      const load = async () => this.#air.controller({ peripheralLinks: LINKS });
      const random = this.#random;
      return clock.until(openHciPeripheral({ clock, load, links: LINKS, random }));
    }
    const load = async () => loadBleno(this.#air.controller());
    return clock.until(openBlenoPeripheral({ clock, load }));
  }
}
