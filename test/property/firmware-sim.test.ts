import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLOSURES, DOORS, isDoor } from '../../lib/domain/closures.js';
import type { CardTap } from '../../firmware-sim/controller.js';
import { volatileMemory } from '../../firmware-sim/memory/memory.js';
import type { PairingWindow } from '../../lib/car/host.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import type { Role } from '../../lib/domain/roles.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { commandOf, phoneIdentity, rig } from '../unit/firmware-sim/rig.js';
import type { Rig } from '../unit/firmware-sim/rig.js';

/** What anybody may do to a car, in any order. */
type Action =
  | { do: 'command'; phone: number; command: CommandName; slot: number }
  | { do: 'tap'; tap: CardTap }
  | { do: 'handle'; door: number }
  | { do: 'hand'; type: 'open' | 'close'; closure: number }
  | { do: 'drive' | 'park' | 'restart' }
  /** Two at once: on the window of now (0), or on the one before (1). */
  | { do: 'tries'; window: number; count: number }
  | { do: 'enrol'; window: number; phone: number }
  /** Tap, try and enrol, as a person does it. */
  | { do: 'pair'; phone: number; role: Role | undefined }
  | { do: 'remove-at-once'; phones: [number, number]; slots: [number, number] }
  | { do: 'wait'; ms: number };

const PHONES = 4;
const phone = fc.integer({ min: 1, max: PHONES });
const slot = fc.integer({ min: 0, max: 3 });
const COMMANDS = [
  'unlock',
  'lock',
  'start',
  'trunk',
  'frunk',
  'status',
  'listKeys',
  'removeKey',
] as const satisfies readonly CommandName[];

const tap: fc.Arbitrary<CardTap> = fc.constantFrom<CardTap>(
  { reader: 'pillar' },
  { reader: 'console', purpose: 'drive' },
  { reader: 'console', purpose: 'pair' },
  { reader: 'console', purpose: 'pair', role: 'owner' },
);

const window = fc.constantFrom(0, 0, 0, 1);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      phone,
      command: fc.constantFrom<CommandName>(...COMMANDS),
      slot,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tap' as const), tap }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('handle' as const), door: fc.nat(DOORS.length - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hand' as const),
      type: fc.constantFrom('open' as const, 'close' as const),
      closure: fc.nat(CLOSURES.length - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('drive' as const, 'park' as const, 'restart' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('tries' as const),
      window,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enrol' as const), window, phone }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pair' as const),
      phone,
      role: fc.constantFrom<Role | undefined>('owner', undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('remove-at-once' as const),
      phones: fc.tuple(phone, phone),
      slots: fc.tuple(slot, slot),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 5_000, 29_999, 30_000, 120_000),
    }),
  },
);

/** The key a phone presents: as the car has it, or one that the car does not know. */
const keyOf = ({ car }: Rig, id: number): { key: KeySlot; enrolled: boolean } => {
  const identity = phoneIdentity(id);
  const enrolled = car.keys().find(({ name }) => name === identity.name);
  const stranger = { ...identity, slot: 0, role: 'owner' as const };
  return { key: enrolled ?? stranger, enrolled: enrolled !== undefined };
};

const owners = ({ car }: Rig): number => car.keys().filter(({ role }) => role === 'owner').length;

describe('the car', () => {
  it('keeps its promises whatever is done to it, in any order', async () => {
    const seen = { unlocked: 0, enrolled: 0, removed: 0, exhausted: 0, relocked: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
        const memory = volatileMemory();
        const clock = new SimClock();
        let current = await rig({ memory, clock, slots: 3 });
        /** Handles of the window that was opened last, and of the one before. */
        let windows: (PairingWindow | undefined)[] = [];
        let triesInWindow = 0;
        let tries = 0;
        let everOwned = false;

        const perform = async (step: Action): Promise<void> => {
          const { car } = current;
          switch (step.do) {
            case 'command': {
              const { key, enrolled } = keyOf(current, step.phone);
              const before = car.status();
              const result = await car.execute(commandOf(step.command, step.slot), key);
              if (enrolled) return;
              expect(result.outcome.type).toBe('refused');
              expect(car.status()).toEqual(before);
              return;
            }
            case 'tap': {
              const before = car.status();
              car.tap(step.tap);
              const after = car.status();
              if (step.tap.reader === 'console' && step.tap.purpose === 'pair') {
                windows = [car.pairing.window(), windows[0]];
                triesInWindow = 0;
                expect(after).toEqual({ ...before, pairing: 'pairing' });
              } else {
                expect(after.pairing).toBe(before.pairing);
              }
              return;
            }
            case 'handle':
              car.pullHandle(DOORS[step.door] ?? 'front-left');
              return;
            case 'hand':
              car.hand({ type: step.type, closure: CLOSURES[step.closure] ?? 'trunk' });
              return;
            case 'drive':
            case 'park':
              car.hand({ type: step.do });
              return;
            case 'restart':
              car.stop();
              expect(clock.pending).toBe(0);
              current = await rig({ memory, clock, slots: 3 });
              expect(current.car.status()).toMatchObject({ locked: true, pairing: 'idle' });
              return;
            case 'tries': {
              const handle = windows[step.window];
              if (handle === undefined) return;
              const counted = await Promise.all(
                Array.from({ length: step.count }, () => car.pairing.countTry(handle)),
              );
              const allowed = counted.filter((answer) => answer).length;
              if (step.window === 1) expect(allowed).toBe(0);
              triesInWindow += allowed;
              tries += allowed;
              if (triesInWindow === 3) seen.exhausted += 1;
              return;
            }
            case 'enrol': {
              const handle = windows[step.window];
              if (handle === undefined) return;
              const key = await car.pairing.enrol(handle, phoneIdentity(step.phone));
              if (typeof key === 'string') return;
              expect([step.window, triesInWindow > 0]).toEqual([0, true]);
              expect(car.pairing.window()).toBeUndefined();
              return;
            }
            case 'pair': {
              const pairing = { reader: 'console', purpose: 'pair' } as const;
              const tap = step.role === undefined ? pairing : { ...pairing, role: step.role };
              await perform({ do: 'tap', tap });
              await perform({ do: 'tries', window: 0, count: 1 });
              await perform({ do: 'enrol', window: 0, phone: step.phone });
              return;
            }
            case 'remove-at-once':
              await Promise.all(
                step.phones.map((id, index) =>
                  car.execute(commandOf('removeKey', step.slots[index]), keyOf(current, id).key),
                ),
              );
              return;
            case 'wait':
              await clock.advance(step.ms);
              return;
          }
        };

        for (const step of actions) {
          const before = current.car.status();
          await perform(step);
          const { car, events } = current;
          const status = car.status();
          for (const event of events.splice(0)) {
            if (event.type === 'unlocked') {
              seen.unlocked += 1;
              // A key that was enrolled before this step, or the card.
              if (event.by !== 'card') {
                expect(
                  before.keys.map(({ slot: taken, name }) => ({ slot: taken, name })),
                ).toContainEqual(event.by);
              }
            }
            if (event.type === 'key-added') seen.enrolled += 1;
            if (event.type === 'key-removed') seen.removed += 1;
            if (event.type === 'relocked') seen.relocked += 1;
          }
          if (before.locked && !status.locked) expect(['command', 'tap']).toContain(step.do);
          if (status.locked) expect(status.open.filter(isDoor)).toEqual([]);
          everOwned ||= owners(current) > 0;
          if (everOwned) expect(owners(current)).toBeGreaterThan(0);
          expect(triesInWindow).toBeLessThanOrEqual(3);
          expect(status.pairingTries).toBe(tries);
          expect((await memory.load())?.pairingTries).toBe(tries);
        }
        current.car.stop();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
    // Nothing above means anything unless these happened.
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  }, 60_000);
});
