import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { Behaviors } from '../../../firmware-sim/behaviors.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { outcomeOf, rig } from './rig.js';

export const id = (n: number): Uint8Array => new Uint8Array(8).fill(n);

type Name = 'unlock' | 'lock' | 'start' | 'trunk';

/** A car with two keys on a wall clock that the test moves. */
export const carWithTwo = async (options: { memory?: Memory; behaviors?: Behaviors } = {}) => {
  const wall = { seconds: 1_800_000_000 };
  const setup = await rig({ ...options, wallTime: () => wall.seconds * 1000 });
  const [ada, bob] = setup.store.record.keys;
  const keys = [ada ?? (await setup.enrol(1)), bob ?? (await setup.enrol(2))] as const;
  setup.seen();
  const ask = async (type: Name, n?: number, by: KeySlot = keys[0]): Promise<string> =>
    outcomeOf(await setup.car.execute({ type, ...(n === undefined ? {} : { id: id(n) }) }, by));
  /** A wish that replaces others. */
  const instead = async (type: Name, n: number, voids: number[], by = keys[0]): Promise<string> =>
    outcomeOf(await setup.car.execute({ type, id: id(n), voids: voids.map(id) }, by));
  return { ...setup, wall, keys, ask, instead };
};

/** Behaviours of which one waits to be let go. */
export const held = (name: Name) => {
  const gates: (() => void)[] = [];
  const does = BEHAVIORS.get(name);
  const behaviors: Behaviors = new Map(BEHAVIORS).set(name, async (...given) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return does?.(...given);
  });
  const reached = async (): Promise<void> => {
    while (gates.length === 0) await Promise.resolve();
  };
  return { behaviors, reached, letGo: () => gates.shift()?.() };
};
