import { describe, expect, it } from '@jest/globals';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { commandOf, outcomeOf, phoneIdentity, rig, WALL_TIME } from './rig.js';

const pairTap = { reader: 'console', purpose: 'pair' } as const;
const driveTap = { reader: 'console', purpose: 'drive' } as const;

interface Noted extends CarRecord {
  readonly erases: boolean;
}

/** A memory that notes what is committed. */
const notingMemory = (): { memory: Memory; commits: Noted[] } => {
  const inner = volatileMemory();
  const commits: Noted[] = [];
  return {
    commits,
    memory: {
      load: () => inner.load(),
      commit: (record, { erases = false } = {}) => {
        commits.push({ ...record, erases });
        return inner.commit(record);
      },
    },
  };
};

describe('events', () => {
  it('tell what the card was held to the reader for, and who did it', async () => {
    const { car, events } = await rig();
    car.tap(driveTap);
    car.tap(pairTap);
    car.tap({ reader: 'pillar' });
    car.pullHandle('front-left');
    expect(events).toMatchObject([
      { type: 'card-tapped', reader: 'console', purpose: 'drive' },
      { type: 'drive-authorised', by: 'card' },
      { type: 'card-tapped', reader: 'console', purpose: 'pair' },
      { type: 'pairing-opened' },
      { type: 'card-tapped', reader: 'pillar', purpose: 'lock' },
      { type: 'unlocked', by: 'card' },
      { type: 'door-opened', closure: 'front-left', by: 'hand' },
    ]);
  });

  it('that a listener fails over are in the log', async () => {
    const { car, events, warnings } = await rig();
    events.push = () => {
      throw new Error('listener');
    };
    car.tap({ reader: 'pillar' });
    const warning = { message: 'an event listener failed', fields: { error: 'Error: listener' } };
    expect(warnings).toEqual([warning, warning]);
  });
});

describe('a car without an owner', () => {
  it('makes one of the next key, whatever else is enrolled and whatever is asked', async () => {
    const { memory } = notingMemory();
    const key = { ...phoneIdentity(1), slot: 0, role: 'driver' as const };
    await memory.commit({ ...newRecord(new Uint8Array(32).fill(1)), keys: [key] });
    const { enrol, events } = await rig({ memory });
    expect(await enrol(2)).toMatchObject({ slot: 1, role: 'owner' });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'pairing-opened', role: 'owner' }),
    );
    events.length = 0;
    expect(await enrol(3)).toMatchObject({ slot: 2, role: 'driver' });
    expect(events).not.toContainEqual(
      expect.objectContaining({ type: 'pairing-opened', role: 'owner' }),
    );
  });
});

describe('what is taken away for good', () => {
  it('is erased where the memory had it', async () => {
    const { memory, commits } = notingMemory();
    const { car, enrol } = await rig({ memory });
    const owner = await enrol(1);
    const driver = await enrol(2);
    commits.length = 0;
    await car.execute(commandOf('removeKey', driver.slot), owner);
    expect(commits).toMatchObject([{ keys: { length: 1 }, erases: true }]);
    await enrol(2, 'owner');
    commits.length = 0;
    // The first one of each is the count of the try.
    await enrol(2, 'valet');
    await enrol(3);
    expect(commits.map(({ erases }) => erases)).toEqual([false, true, false, false]);
    await car.credentials.addCard('spare');
    commits.length = 0;
    await car.execute(commandOf('removeKey', car.status().cards[1]?.slot), owner);
    expect(commits).toMatchObject([{ cards: { length: 1 }, erases: true }]);
    commits.length = 0;
    await car.reset();
    expect(commits).toMatchObject([{ keys: [], erases: true }]);
  });
});

it('its clock is told of when it is set by hand, and when it stands still', async () => {
  const { car, events } = await rig();
  const now = Date.parse(WALL_TIME) / 1000 + 60;
  await car.advanceClock(60);
  expect(events).toMatchObject([{ type: 'clock-set', now, by: 'hand' }]);
  expect(car.status().now).toBe(now);
  await car.loseClock();
  expect(events.at(-1)).toMatchObject({ type: 'clock-lost' });
  await car.advanceClock(60);
  expect(events.at(-1)).toMatchObject({ type: 'clock-set', now: 0, by: 'hand' });
});

it('the links of a car are told with the key that has them, and for how many whole seconds', async () => {
  const { car, enrol, holders } = await rig();
  const key = await enrol(1);
  holders.push({ key: undefined, heldMs: 999 }, { key, heldMs: 12_500 });
  expect(car.status().links).toEqual([
    { key: null, seconds: 0 },
    { key: { slot: 0, name: 'phone 1' }, seconds: 12 },
  ]);
});

describe('driving', () => {
  it('is told while it lasts', async () => {
    const { car } = await rig();
    expect(car.status().driving).toBe(false);
    car.tap(driveTap);
    expect(car.status().driving).toBe(false);
    car.hand({ type: 'drive' });
    expect(car.status().driving).toBe(true);
  });

  it('is no longer authorised after a reset', async () => {
    const { car, events } = await rig();
    car.tap(driveTap);
    await car.reset();
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'drive-ended', reason: 'reset' }),
    );
  });

  it('ends with the key that authorised it, and with no other', async () => {
    const { car, enrol, events } = await rig();
    const owner = await enrol(1);
    const starter = await enrol(2);
    const other = await enrol(3);
    await car.execute(commandOf('start'), starter);
    await car.execute(commandOf('unlock'), other);
    await car.execute(commandOf('removeKey', other.slot), owner);
    expect(car.status().driveSecondsLeft).toBeGreaterThan(0);
    await car.execute(commandOf('removeKey', starter.slot), owner);
    expect(car.status().driveSecondsLeft).toBe(0);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'drive-ended', reason: 'key-removed' }),
    );
  });
});

it('a command that nothing carries out is unknown', async () => {
  const { car, enrol, events } = await rig({ behaviors: new Map() });
  const owner = await enrol(1);
  const result = await car.execute(commandOf('unlock'), owner);
  expect(outcomeOf(result)).toBe('unknown-command');
  expect(events.at(-1)).toMatchObject({ type: 'command-refused', reason: 'unknown-command' });
});

it('a new car has no lists, and takes none that is none', async () => {
  const { car, enrol } = await rig();
  const owner = await enrol(1);
  const { outcome } = await car.execute(commandOf('listRevocations'), owner);
  expect(outcome).toMatchObject({ type: 'revocations' });
  const delivered = await car.execute(commandOf('deliver'), owner);
  expect(outcomeOf(delivered)).toBe('revocation-list-invalid');
});
