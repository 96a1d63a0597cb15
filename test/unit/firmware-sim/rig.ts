import { create } from '@bufbuild/protobuf';
import { DoorController } from '../../../firmware-sim/controller.js';
import type { CarEvent } from '../../../firmware-sim/events.js';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { Behaviors } from '../../../firmware-sim/behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../firmware-sim/memory/store.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import type { RoleName } from '../../../lib/credentials/roles.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import type { LogFields } from '../../../lib/platform/logger.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { AnyCommand, CommandName } from '../../../lib/native/commands.js';
import { CommandSchema, PhoneIdentitySchema } from '../../../lib/native/schema/gen/phonekey_pb.js';
import type { PhoneIdentity, Result } from '../../../lib/native/schema/gen/phonekey_pb.js';

/** The wall time of every test car, as events tell it. */
export const WALL_TIME = '2026-11-19T08:00:00.000Z';

/** A phone's keys, different for each id from 1 to 255. */
export const phoneIdentity = (id: number): PhoneIdentity =>
  create(PhoneIdentitySchema, {
    publicKey: new Uint8Array(32).fill(id),
    signingKey: new Uint8Array(32).fill(256 - id),
    name: `phone ${String(id)}`,
  });

/** The command of that name; `slot` is for removeKey. */
export const commandOf = (name: CommandName, slot = 0): AnyCommand => {
  const value = name === 'removeKey' ? { slot } : {};
  const { command } = create(CommandSchema, { command: { case: name, value } as AnyCommand });
  if (command.case === undefined) throw new Error('no command');
  return command;
};

/** The name of the outcome, or of the refusal's reason. */
export const outcomeOf = ({ outcome }: Result): string | number | undefined =>
  outcome.case === 'refusal' ? outcome.value.reason : outcome.case;

export interface Rig {
  readonly clock: SimClock;
  readonly car: DoorController;
  readonly store: RecordStore;
  readonly events: CarEvent[];
  readonly removed: Uint8Array[];
  /** What the car warned of. */
  readonly warnings: { readonly message: string; readonly fields: LogFields | undefined }[];
  /** How often the advertisement was to change. */
  readonly pairingChanges: () => number;
  /** Types of the events so far; forgets them. */
  readonly seen: () => string[];
  /** Taps, tries and enrols. */
  readonly enrol: (id: number, role?: RoleName) => Promise<KeySlot>;
}

/** A controller on a simulated clock, with a registration that costs nothing. */
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
  let pairingChanges = 0;
  const car = new DoorController({
    name: 'Test car',
    store,
    behaviors: options.behaviors ?? BEHAVIORS,
    slots: options.slots ?? 19,
    suite: defaultSuite,
    clock,
    wallTime: options.wallTime ?? (() => Date.parse(WALL_TIME)),
    random,
    log: { ...silentLogger, warn: (message, fields) => warnings.push({ message, fields }) },
    register: (code) => ({ w0: utf8(code), L: utf8(code) }),
    onEvent: (event) => events.push(event),
    onKeyRemoved: (publicKey) => removed.push(publicKey),
    onPairingChanged: () => {
      pairingChanges += 1;
    },
  });
  return {
    clock,
    car,
    store,
    events,
    removed,
    warnings,
    pairingChanges: () => pairingChanges,
    seen: () => events.splice(0).map(({ type }) => type),
    enrol: async (id, role) => {
      car.tap({ reader: 'console', purpose: 'pair', ...(role === undefined ? {} : { role }) });
      const window = car.pairing.window();
      if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
      const key = await car.pairing.enrol(window, phoneIdentity(id));
      if (typeof key === 'string') throw new Error(`not enrolled: ${key}`);
      return key;
    },
  };
};
