import type { CarEndpointOptions } from '../lib/car/endpoint.js';
import type { CarLinkEvent } from '../lib/car/dialect.js';
import type { CommandReport } from '../lib/cloud/car-channel.js';
import { DEFAULT_SLOTS } from '../lib/credentials/key-slot.js';
import { defaultSuite } from '../lib/crypto/index.js';
import { checkName } from '../lib/domain/names.js';
import { PhoneKeyError } from '../lib/errors.js';
import * as rule from '../lib/platform/check.js';
import { checkOptions } from '../lib/platform/check.js';
import { systemClock } from '../lib/platform/clock.js';
import { silentLogger } from '../lib/platform/logger.js';
import { systemRandom } from '../lib/platform/random.js';
import { undoAll } from '../lib/platform/undo.js';
import type { Undo } from '../lib/platform/undo.js';
import type { Peripheral } from '../lib/radio/types.js';
import type { Opened } from '../local/rpc/server.js';
import { controlPath, lockHome, openControlDoor, openHomeMemory } from '#car-homes';
import { BEHAVIORS } from './behaviors.js';
import type { BodyRefusal } from './body.js';
import { controlOf } from './control/car-control.js';
import type { CarControl } from './control/car-control.js';
import { CarController } from './controller.js';
import type { CarReport } from './car-report.js';
import { linkEvent } from './events.js';
import type { CarEvent, Via } from './events.js';
import { CarRadios } from './radios.js';
import { FIRST_CARD_SLOT } from './rights/slots.js';
import { volatileMemory } from './memory/memory.js';
import type { Memory } from './memory/memory.js';
import type { MemoryKind } from './memory/open.js';
import { newRecord } from './memory/record.js';
import { RecordStore } from './memory/store.js';

/** How a car is made; `name` and `peripheral` are all that it needs. */
export interface SimulatedCarOptions extends Omit<
  CarEndpointOptions,
  'host' | 'onEvent' | 'pairs'
> {
  /** 1 to 32 bytes of UTF-8; paired phones get to know it. */
  readonly name: string;
  /**
   * The car's own directory, created where missing: memory, lock, control door. Without one the car
   * forgets everything when it stops, and `control` is its only control door.
   */
  readonly home?: string;
  /** Which kind a new car gets in its home (default `files`), or where the record is kept instead. */
  readonly memory?: MemoryKind | Memory;
  /** Milliseconds since 1970, for the events (default: the machine's). */
  readonly wallTime?: () => number;
  /** How many keys it holds besides cards, 1 to 24 (default 19). */
  readonly slots?: number;
  /** Is told what happens in and at the car. Called at once, in order; must not throw. */
  readonly onEvent?: (event: CarEvent) => void;
  /** What happens on its links, from their beginning to their end. Must not throw. */
  readonly onLinkEvent?: (event: CarLinkEvent & Via) => void;
  /**
   * The radio of its telematics unit: phones come through it, too, with links and turns of its own, and nobody pairs.
   * The car has it for itself, and goes on without it when it fails.
   */
  readonly telematics?: Peripheral | undefined;
  /** What became of each command that came through it. Must not throw. */
  readonly onTelematicsCommand?: ((report: CommandReport) => void) | undefined;
}

/** A whole car: memory, controller, control door, and the protocol on a radio. */
export class SimulatedCar {
  /** For the person beside the car. */
  readonly control: CarControl;
  readonly #options: SimulatedCarOptions;
  readonly #controller: CarController;
  /** What `stop` does, the last first. */
  readonly #undo: Undo[];
  readonly #watchers = new Set<(event: CarEvent) => void>();
  #radios: CarRadios | undefined;
  #reset: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  private constructor(options: SimulatedCarOptions, store: RecordStore, undo: Undo[]) {
    this.#options = options;
    this.#undo = undo;
    const { suite = defaultSuite } = options;
    this.#controller = new CarController({
      name: options.name,
      store,
      behaviors: BEHAVIORS,
      slots: options.slots ?? DEFAULT_SLOTS,
      suite,
      clock: options.clock ?? systemClock,
      wallTime: options.wallTime ?? Date.now,
      random: options.random ?? systemRandom,
      log: options.log ?? silentLogger,
      onEvent: (event) => {
        options.onEvent?.(event);
        for (const watcher of this.#watchers) watcher(event);
      },
      onKeyRemoved: (publicKey) => this.#radios?.keyRemoved(publicKey),
      onPairingChanged: () => this.#radios?.pairingChanged(),
      holders: () => this.#radios?.holders() ?? [],
    });
    this.control = controlOf(this.#controller, (card) => this.#resetOnce(card));
  }

  /**
   * Brings up the car; resolves when it advertises and its control door is open. Takes over the
   * peripheral: it is closed when the car stops, or does not start.
   * @throws PhoneKeyError `usage.invalid`, `sim.already-running`, `sim.storage`, `radio.unavailable`
   */
  static async start(options: SimulatedCarOptions): Promise<SimulatedCar> {
    checkOptions(options, RULES);
    const undo: Undo[] = [() => closeTelematics(options), () => options.peripheral.close()];
    try {
      requireValid(options);
      const { home, random = systemRandom } = options;
      const memory = await openMemory(options, undo);
      const store = await RecordStore.open(memory, () => newRecord(random(32)));
      undo.push(() => store.idle());
      const car = new SimulatedCar(options, store, undo);
      undo.push(() => {
        car.#controller.stop();
      });
      undo.push(() => car.#radios?.stop());
      await car.#goOnAir();
      if (home !== undefined) {
        const { log = silentLogger } = options;
        const path = controlPath(home);
        undo.push(await openControlDoor(path, car.control, () => car.#watch(), log));
      }
      return car;
    } catch (error) {
      await undoAll(undo);
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Closes the control door, every link and the radio, and frees the memory. Twice is allowed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#reset.then(() => undoAll(this.#undo));
    return this.#stopped;
  }

  /**
   * Takes what somebody brings in an owner's name: a part of a revocation list, out of the cloud or from anywhere.
   * Resolves when it is durable, or good for nothing.
   * @throws PhoneKeyError `sim.storage`, `sim.not-running`
   */
  receive(object: Uint8Array): Promise<void> {
    return this.#reset.then(() => {
      if (this.#stopped !== undefined) throw notRunning();
      return this.#controller.credentials.receive(object);
    });
  }

  #watch(): Opened<CarReport, CarEvent> {
    return {
      first: this.#controller.status(),
      start: (push) => {
        this.#watchers.add(push);
        return () => this.#watchers.delete(push);
      },
    };
  }

  async #goOnAir(): Promise<void> {
    const { onEvent: _, onLinkEvent, ...options } = this.#options;
    const { clock = systemClock, wallTime = Date.now } = options;
    this.#radios = new CarRadios(this.#controller, {
      ...options,
      onLinkEvent: (event) => {
        onLinkEvent?.(event);
        const time = new Date(wallTime()).toISOString();
        for (const watcher of this.#watchers)
          watcher({ ...linkEvent(event), at: clock.now(), time });
      },
    });
    await this.#radios.start();
  }

  /** Endpoints keep what they derived from the identity, so a new identity needs new ones. */
  #resetOnce(card?: string): Promise<BodyRefusal | undefined> {
    const stopped = (): boolean => this.#stopped !== undefined;
    const done = this.#reset.then(async () => {
      if (stopped()) throw notRunning();
      const refusal = await this.#controller.reset(card);
      if (refusal === undefined && !stopped()) {
        await this.#radios?.stop();
        await this.#goOnAir();
      }
      return refusal;
    });
    this.#reset = done.catch(() => undefined);
    return done;
  }
}

/** A fault there is none of the car. */
const closeTelematics = async (options: SimulatedCarOptions): Promise<void> => {
  const { telematics, log = silentLogger } = options;
  try {
    await telematics?.close();
  } catch (error) {
    log.warn('closing the telematics unit failed', { error: String(error) });
  }
};

/** The memory is no longer ours. */
const notRunning = (): PhoneKeyError => new PhoneKeyError('sim.not-running', 'the car was stopped');

const openMemory = async (
  { home, memory, log = silentLogger }: SimulatedCarOptions,
  undo: Undo[],
): Promise<Memory> => {
  if (home !== undefined) undo.push(await lockHome(home));
  if (typeof memory === 'object') return memory;
  if (home === undefined) return volatileMemory();
  const opened = await openHomeMemory(home, memory, log);
  undo.push(opened.close);
  return opened.memory;
};

const A_MEMORY = rule.having('a memory', 'load', 'commit');
const A_KIND = rule.oneOf(['files', 'flash'] satisfies MemoryKind[]);
const MEMORY: rule.Rule = {
  holds: (value) => A_KIND.holds(value) || A_MEMORY.holds(value),
  says: `${A_KIND.says}, or ${A_MEMORY.says}`,
};

const A_RADIO = rule.having('a radio', 'start', 'advertise', 'close');

const RULES = {
  name: rule.needed(rule.text),
  peripheral: rule.needed(A_RADIO),
  telematics: A_RADIO,
  onTelematicsCommand: rule.callback,
  home: rule.text,
  memory: MEMORY,
  slots: rule.whole(1, FIRST_CARD_SLOT),
  clock: rule.clock,
  wallTime: rule.callback,
  random: rule.callback,
  log: rule.having('a log', 'debug', 'info', 'warn'),
  onEvent: rule.callback,
  onLinkEvent: rule.callback,
};

const requireValid = ({ name, home, memory }: SimulatedCarOptions): void => {
  if (typeof memory === 'string' && home === undefined) {
    throw new PhoneKeyError('usage.invalid', `a memory in ${memory} needs a home`);
  }
  // Throws where the path is too long for a socket.
  if (home !== undefined) controlPath(home);
  try {
    checkName(name);
  } catch (cause) {
    throw new PhoneKeyError(
      'usage.invalid',
      `not a name for a car: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
};
