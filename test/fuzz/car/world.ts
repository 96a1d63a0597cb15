import { DoorController } from '../../../firmware-sim/controller.js';
import { loadBehaviors } from '../../../firmware-sim/load-behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../firmware-sim/memory/store.js';
import { CarEndpoint } from '../../../lib/car/endpoint.js';
import type { CarHost } from '../../../lib/car/host.js';
import { DEFAULT_SLOTS } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { register } from '../../../lib/pairing/spake2plus.js';
import type { Random } from '../../../lib/platform/random.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory-radio.js';
import { AttackLink } from './attack-link.js';
import { Oracle } from './oracle.js';
import { CODE, ENROLLED, secretsOf } from './people.js';

/** How a car is made worse on purpose, to see that the oracle notices. */
export interface Weakness {
  /** Gives the ephemeral keys. */
  readonly random?: Random;
  readonly host?: (host: CarHost) => CarHost;
  /** Between power-off and power-on. */
  readonly memory?: (memory: ReturnType<typeof volatileMemory>) => Promise<void>;
}

const behaviors = loadBehaviors();
let registration: ReturnType<typeof register> | undefined;

/** Always draws CODE; nothing else is drawn from it in these tests. */
const codeRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, Number(CODE));
  return bytes;
};

/** A real car (controller and endpoint) on a radio without air, watched by an oracle. */
export class World {
  readonly clock = new SimClock();
  readonly oracle = new Oracle();
  readonly links: AttackLink[] = [];
  readonly #radio = new MemoryRadio();
  readonly #memory = volatileMemory();
  readonly #weakness: Weakness;
  readonly #random: Random;
  #controller: DoorController | undefined;
  #endpoint: CarEndpoint | undefined;
  #starts = 0;

  private constructor(weakness: Weakness) {
    this.#weakness = weakness;
    this.#random = weakness.random ?? seededRandom('car');
  }

  static async create(weakness: Weakness = {}): Promise<World> {
    const world = new World(weakness);
    await world.#start();
    return world;
  }

  get controller(): DoorController {
    if (this.#controller === undefined) throw new Error('the car is off');
    return this.#controller;
  }

  /** A new link; at most as many as a program is long. */
  async connect(): Promise<AttackLink> {
    const id = `memory-${String(this.#starts)}`;
    const radio = this.#radio.central();
    const central = await radio.connect({ id, rssi: -40, serviceData: new Uint8Array(9) });
    const { publicKey } = this.controller.identity;
    const link = new AttackLink(central, this.clock, this.oracle, publicKey);
    this.links.push(link);
    await link.open();
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
    for (let turn = 0; turn < 3; turn++) await this.clock.advance(0);
  }

  async #start(): Promise<void> {
    this.#starts += 1;
    const { clock, oracle } = this;
    const store = await RecordStore.open(this.#memory, () => ({
      ...newRecord(seededRandom('car identity')(32)),
      keys: ENROLLED,
    }));
    registration ??= register(secretsOf(CODE));
    const record = registration;
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => {
        oracle.fail(`the car warns: ${message}`);
      },
    };
    const controller = new DoorController({
      name: 'Fuzzed car',
      store,
      behaviors: await behaviors,
      slots: DEFAULT_SLOTS,
      suite: defaultSuite,
      clock,
      wallTime: () => 0,
      random: codeRandom,
      log,
      register: () => record,
      onEvent: (event) => {
        oracle.onEvent(event);
      },
      onKeyRemoved: (publicKey) => this.#endpoint?.keyRemoved(publicKey),
      onPairingChanged: () => this.#endpoint?.pairingChanged(),
    });
    const host = watched(controller, oracle);
    this.#controller = controller;
    this.#endpoint = new CarEndpoint({
      host: this.#weakness.host?.(host) ?? host,
      peripheral: this.#radio.peripheral(),
      clock,
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
const watched = (controller: DoorController, oracle: Oracle): CarHost => ({
  identity: controller.identity,
  name: controller.name,
  keys: () => controller.keys(),
  execute: async (command, key) => {
    oracle.executing(command, key);
    const result = await controller.execute(command, key);
    oracle.executed(command, key, result);
    return result;
  },
  pairing: {
    window: () => controller.pairing.window(),
    countTry: (window) => controller.pairing.countTry(window),
    enrol: async (window, phone) => {
      oracle.enrolling(phone);
      const outcome = await controller.pairing.enrol(window, phone);
      if (typeof outcome !== 'string') oracle.enrolled(phone, DEFAULT_SLOTS);
      return outcome;
    },
  },
});
