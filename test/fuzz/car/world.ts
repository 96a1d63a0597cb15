import { silentLogger } from '../../../lib/platform/logger.js';
import { CarController } from '../../../firmware-sim/controller.js';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../firmware-sim/memory/store.js';
import { CarEndpoint } from '../../../lib/car/endpoint.js';
import type { CarHost } from '../../../lib/car/host.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { Clock } from '../../../lib/platform/clock.js';
import type { Random } from '../../../lib/platform/random.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { settle } from '../../support/waiting.js';
import { AttackLink } from './attack-link.js';
import { Oracle } from './oracle.js';
import { CODE, ENROLLED, SLOTS } from './key-holders.js';
import { nativeProfile } from '../../../lib/native/profile.js';

/** How a car is made worse on purpose, to see that the oracle notices. */
export interface Weakness {
  /** Gives the ephemeral keys. */
  readonly random?: Random;
  readonly host?: (host: CarHost) => CarHost;
  /** Below the oracle, which is told what the car was asked and what it did all the same. */
  readonly car?: (car: CarController) => Partial<Watched>;
  /** Of its links, in place of the right one. */
  readonly clock?: Clock;
  /** Does not hear of keys that are gone. */
  readonly keepsLinks?: boolean;
  /** Between power-off and power-on. */
  readonly memory?: (memory: ReturnType<typeof volatileMemory>) => Promise<void>;
}

/** What the oracle watches of a car. */
type Watched = Required<Pick<CarHost, 'keys' | 'execute' | 'pairing' | 'credentials'>>;

/** When every program begins: seconds since 1970. */
export const START = 1_800_000_000;

/** Always draws CODE; nothing else is drawn from it in these tests. */
const codeRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, Number(CODE));
  return bytes;
};

/** A real car (controller and endpoint) on a radio without air, watched by an oracle. */
export class World {
  readonly clock = new SimClock();
  readonly oracle = new Oracle(() => this.wallSeconds);
  readonly links: AttackLink[] = [];
  readonly #radio = new MemoryRadio({ clock: this.clock });
  readonly #memory = volatileMemory();
  readonly #weakness: Weakness;
  readonly #random: Random;
  #controller: CarController | undefined;
  #endpoint: CarEndpoint | undefined;
  #store: RecordStore | undefined;
  #starts = 0;
  /** What the car is at work on, with a disk or a slow hash. */
  readonly #work = new Set<Promise<unknown>>();

  private constructor(weakness: Weakness) {
    this.#weakness = weakness;
    this.#random = weakness.random ?? seededRandom('car');
  }

  static async create(weakness: Weakness = {}): Promise<World> {
    const world = new World(weakness);
    await world.#start();
    return world;
  }

  /** Seconds since 1970 by a right clock. */
  get wallSeconds(): number {
    return START + Math.floor(this.clock.now() / 1000);
  }

  get controller(): CarController {
    if (this.#controller === undefined) throw new Error('the car is off');
    return this.#controller;
  }

  /** What the car keeps. */
  get record(): CarRecord {
    if (this.#store === undefined) throw new Error('the car is off');
    return this.#store.record;
  }

  /** A new link; at most as many as a program is long. */
  async connect(): Promise<AttackLink> {
    const id = `memory-${String(this.#starts)}`;
    const radio = this.#radio.central();
    const central = await radio.connect({ id, rssi: -40 }, nativeProfile);
    const link = new AttackLink(this.clock, this.oracle, this.controller.identity.publicKey);
    this.links.push(link);
    await link.open(central);
    await this.settle();
    return link;
  }

  /** As a radio does when the phone goes out of range. */
  async lose(index: number): Promise<void> {
    this.#radio.links[index]?.phone.lose();
    await this.settle();
  }

  /** Power off and on: what is not in non-volatile memory is gone. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#weakness.memory?.(this.#memory);
    await this.#start();
  }

  async stop(): Promise<void> {
    await this.#endpoint?.stop();
    await this.settle();
    this.#controller?.stop();
    if (this.clock.pending > 0) this.oracle.fail('a timer outlives the car');
  }

  /** Lets everything that is on its way arrive; no time passes. */
  async settle(): Promise<void> {
    do {
      await Promise.allSettled([...this.#work]);
      await settle(this.clock);
    } while (this.#work.size > 0);
  }

  readonly #track = async <T>(work: Promise<T>): Promise<T> => {
    this.#work.add(work);
    try {
      return await work;
    } finally {
      this.#work.delete(work);
    }
  };

  async #start(): Promise<void> {
    this.#starts += 1;
    const { clock, oracle } = this;
    const store = await RecordStore.open(this.#memory, () => ({
      ...newRecord(seededRandom('car identity')(32)),
      keys: ENROLLED,
    }));
    this.#store = store;
    const log = {
      ...silentLogger,
      warn: (message: string) => {
        oracle.fail(`the car warns: ${message}`);
      },
    };
    const controller = new CarController({
      name: 'Fuzzed car',
      store,
      behaviors: BEHAVIORS,
      slots: SLOTS,
      suite: defaultSuite,
      clock,
      wallTime: () => START * 1000 + clock.now(),
      random: codeRandom,
      log,
      onEvent: (event) => {
        oracle.onEvent(event);
      },
      onKeyRemoved: (publicKey) => {
        if (this.#weakness.keepsLinks !== true) this.#endpoint?.keyRemoved(publicKey);
      },
      onPairingChanged: () => this.#endpoint?.pairingChanged(),
      holders: () => this.#endpoint?.holders() ?? [],
    });
    const host = watched(controller, this.#weakness.car?.(controller), oracle, this.#track);
    this.#controller = controller;
    this.#endpoint = new CarEndpoint({
      host: this.#weakness.host?.(host) ?? host,
      peripheral: this.#radio.peripheral(),
      suite: cheapSuite,
      clock: this.#weakness.clock ?? clock,
      random: this.#random,
      log,
      onEvent: ({ type }) => {
        if (type === 'link-opened' || type === 'link-closed') oracle.onLink(type);
      },
    });
    await this.#endpoint.start();
  }
}

/** The controller as the endpoint sees it; the oracle looks on. */
const watched = (
  controller: CarController,
  weak: Partial<Watched> | undefined,
  oracle: Oracle,
  track: <T>(work: Promise<T>) => Promise<T>,
): CarHost => {
  const { credentials, pairing } = controller;
  const car: Watched = {
    keys: () => controller.keys(),
    execute: (command, key) => controller.execute(command, key),
    pairing,
    credentials,
    ...weak,
  };
  return {
    identity: controller.identity,
    name: controller.name,
    keys: () => car.keys(),
    execute: async (command, key) => {
      const acting = oracle.executing(command, key);
      const result = await track(car.execute(command, key));
      oracle.executed(acting, result);
      return result;
    },
    credentials: {
      admit: async (publicKey, introduction) => {
        const admission = oracle.admitting(publicKey, introduction);
        const outcome = await car.credentials.admit(publicKey, introduction);
        oracle.admitted(admission, outcome);
        return outcome;
      },
      receive: async (revocationList) => {
        const delivery = oracle.receiving(revocationList);
        await car.credentials.receive(revocationList);
        oracle.received(delivery);
      },
    },
    pairing: {
      window: () => car.pairing.window(),
      countTry: (window) => car.pairing.countTry(window),
      enrol: async (window, phone) => {
        oracle.enrolling(phone);
        const outcome = await car.pairing.enrol(window, phone);
        oracle.enrolled(phone, outcome);
        return outcome;
      },
    },
  };
};
