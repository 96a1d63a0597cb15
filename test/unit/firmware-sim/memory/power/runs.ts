import { commandOf, outcomeOf } from '../../rig.js';
import type { Rig } from '../../rig.js';

/** What people do with a car, one after the other. Each resolves when they have been told that it is done. */
export type Run = readonly ((rig: Rig) => Promise<unknown>)[];

const pair =
  (phone: number) =>
  (rig: Rig): Promise<unknown> =>
    rig.enrol(phone);

/** The first key, an owner's, removes the one that was added last. */
const remove = async ({ car }: Rig): Promise<void> => {
  const keys = car.keys();
  const [owner, last] = [keys[0], keys.at(-1)];
  if (owner === undefined || last === undefined) throw new Error('no key to remove');
  const outcome = outcomeOf(await car.execute(commandOf('removeKey', last.slot), owner));
  if (outcome !== 'done') throw new Error(`not removed: ${outcome ?? ''}`);
};

/** Somebody tries a code. */
const tryCode = async ({ car }: Rig): Promise<void> => {
  car.tap({ reader: 'console', purpose: 'pair' });
  const window = car.pairing.window();
  if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
};

const reset = ({ car }: Rig): Promise<unknown> => car.reset();

const times = (count: number, step: Run[number]): Run => Array<Run[number]>(count).fill(step);

/** Add one for everything else that a car must not forget. */
export const RUNS: Readonly<Record<string, Run>> = {
  pairing: [pair(1), pair(2), pair(3)],
  'wrong codes': [pair(1), ...times(12, tryCode)],
  'removing keys': [pair(1), pair(2), remove, tryCode, pair(2), pair(3), remove, remove],
  'selling the car': [pair(1), pair(2), tryCode, reset, tryCode, pair(3)],
  /** More than one chain of GEOMETRY holds. */
  'many changes': [pair(1), pair(2), ...times(40, tryCode), pair(3)],
};
