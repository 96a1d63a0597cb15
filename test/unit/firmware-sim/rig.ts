import { CarController } from '../../../firmware-sim/controller.js';
import type { CarEvent } from '../../../firmware-sim/events.js';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { Behaviors } from '../../../firmware-sim/behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../firmware-sim/memory/store.js';
import type { LinkHolder } from '../../../lib/car/sessions.js';
import type { KeySlot, PhoneIdentity } from '../../../lib/credentials/key-slot.js';
import type { Role } from '../../../lib/domain/roles.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import type { LogFields } from '../../../lib/platform/logger.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Command, CommandName } from '../../../lib/domain/commands.js';
import type { Result } from '../../../lib/domain/outcomes.js';
import { cheapSuite } from '../../support/cheap-suite.js';

/** The wall time of every test car, as events tell it. */
export const WALL_TIME = '2026-11-19T08:00:00.000Z';

/** A phone's keys, different for each id from 1 to 255. */
export const phoneIdentity = (id: number): PhoneIdentity => ({
  publicKey: new Uint8Array(32).fill(id),
  signingKey: new Uint8Array(32).fill(256 - id),
  name: `phone ${String(id)}`,
});

/** The command of that name; `slot` is for removeKey. */
export const commandOf = (name: CommandName, slot = 0): Command => {
  switch (name) {
    case 'removeKey':
      return { type: name, slot };
    case 'deliver':
      return { type: name, revocationList: new Uint8Array(0) };
    case 'setPin':
      return { type: name, pin: '' };
    case 'setTime':
      return { type: name, seconds: 0 };
    case 'listRevocations':
      return { type: name, page: 0 };
    case 'unlock':
    case 'lock':
    case 'start':
    case 'trunk':
    case 'frunk':
    case 'status':
    case 'listKeys':
    case 'raiseEpoch':
      return { type: name };
  }
};

/** The name of the outcome, or of the refusal. */
export const outcomeOf = ({ outcome }: Result): string =>
  outcome.type === 'refused' ? outcome.refusal : outcome.type;

export interface Rig {
  readonly clock: SimClock;
  readonly car: CarController;
  readonly store: RecordStore;
  readonly events: CarEvent[];
  readonly removed: Uint8Array[];
  /** Who has its links, as the car is told. */
  readonly holders: LinkHolder[];
  /** What the car warned of. */
  readonly warnings: { readonly message: string; readonly fields: LogFields | undefined }[];
  /** How often the advertisement was to change. */
  readonly pairingChanges: () => number;
  /** Types of the events so far; forgets them. */
  readonly seen: () => string[];
  /** Taps, tries and enrols. */
  readonly enrol: (id: number, role?: Role) => Promise<KeySlot>;
}

/** A controller on a simulated clock. */
export const rig = async (
  options: {
    memory?: Memory;
    slots?: number;
    clock?: SimClock;
    wallTime?: () => number;
    behaviors?: Behaviors;
  } = {},
): Promise<Rig> => {
  const clock = options.clock ?? new SimClock();
  const random = seededRandom('firmware-sim');
  const store = await RecordStore.open(options.memory ?? volatileMemory(), () =>
    newRecord(random(32)),
  );
  const events: CarEvent[] = [];
  const removed: Uint8Array[] = [];
  const warnings: Rig['warnings'] = [];
  const holders: LinkHolder[] = [];
  let pairingChanges = 0;
  const car = new CarController({
    name: 'Test car',
    store,
    behaviors: options.behaviors ?? BEHAVIORS,
    slots: options.slots ?? 19,
    suite: cheapSuite,
    clock,
    wallTime: options.wallTime ?? (() => Date.parse(WALL_TIME)),
    random,
    log: { ...silentLogger, warn: (message, fields) => warnings.push({ message, fields }) },
    onEvent: (event) => events.push(event),
    onKeyRemoved: (publicKey) => removed.push(publicKey),
    onPairingChanged: () => {
      pairingChanges += 1;
    },
    holders: () => holders,
  });
  return {
    clock,
    car,
    store,
    events,
    removed,
    holders,
    warnings,
    pairingChanges: () => pairingChanges,
    seen: () => events.splice(0).map(({ type }) => type),
    enrol: async (id, role) => {
      car.tap({ reader: 'console', purpose: 'pair', ...(role === undefined ? {} : { role }) });
      const window = car.pairing.window();
      if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
      const enrolment = await car.pairing.enrol(window, phoneIdentity(id));
      if (typeof enrolment === 'string') throw new Error(`not enrolled: ${enrolment}`);
      return car.keys().find(({ slot }) => slot === enrolment.slot)!;
    },
  };
};
