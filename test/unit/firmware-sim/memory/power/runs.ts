import { controlOf } from '../../../../../firmware-sim/control/car-control.js';
import { FIRST_CARD_SLOT } from '../../../../../firmware-sim/rights/slots.js';
import type { GrantTerms } from '../../../../../lib/credentials/grant.js';
import type { EntryKind } from '../../../../../lib/credentials/revocation-list.js';
import type { Command, CommandName } from '../../../../../lib/domain/commands.js';
import type { Person } from '../../../credentials/sample.js';
import { ADA, BOB, CLEO, townOf } from '../../sharing-rig.js';
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
  if (outcome !== 'done') throw new Error(`not removed: ${outcome}`);
};

/** Somebody tries a code. */
const tryCode = async ({ car }: Rig): Promise<void> => {
  car.tap({ reader: 'console', purpose: 'pair' });
  const window = car.pairing.window();
  if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
};

const atScreen = ({ car }: Rig) => controlOf(car, () => car.reset());

const reset = ({ car }: Rig): Promise<unknown> => car.reset();

const times = (count: number, step: Run[number]): Run => Array<Run[number]>(count).fill(step);

/** Ada, the owner, whose signatures count. */
const own = (rig: Rig): Promise<unknown> => townOf(rig).pair(ADA.person);

/** Whoever got a grant uses it; the first time, the car takes the key. */
const use =
  (who: Person, command: CommandName, terms: Partial<GrantTerms> = {}) =>
  async (rig: Rig): Promise<void> => {
    const { attempt, grant } = townOf(rig);
    expectDone(await attempt(who, command, grant(who, terms)));
  };

const revocationList =
  (...entries: readonly (readonly [Person, EntryKind])[]) =>
  async (rig: Rig): Promise<void> => {
    const town = townOf(rig);
    const parts = town.revocationList(entries.map(([who, kind]) => town.entry(who, kind)));
    for (const part of parts) await rig.car.credentials.receive(part);
  };

const give =
  (who: Person, command: Command) =>
  async (rig: Rig): Promise<void> => {
    expectDone(await townOf(rig).attempt(who, command));
  };

const typePin =
  (pin: string, wanted: string) =>
  async (rig: Rig): Promise<void> => {
    const outcome = await townOf(rig).attempt(ADA.person, { type: 'start', pin });
    if (outcome !== wanted) throw new Error(`the PIN gave ${outcome}`);
  };

const expectDone = (outcome: string): void => {
  if (outcome !== 'done') throw new Error(`not done: ${outcome}`);
};

const setPin = (pin: string, oldPin = ''): Run[number] =>
  give(ADA.person, { type: 'setPin', pin, oldPin });

/** Add one for everything else that a car must not forget. */
export const RUNS: Readonly<Record<string, Run>> = {
  pairing: [pair(1), pair(2), pair(3)],
  'wrong codes': [pair(1), ...times(12, tryCode)],
  'removing keys': [pair(1), pair(2), remove, tryCode, pair(2), pair(3), remove, remove],
  'commands with an id': [
    own,
    ...[1, 2, 1, 2].map((n) => give(ADA.person, { type: 'unlock', id: new Uint8Array(8).fill(n) })),
    give(ADA.person, { type: 'lock', id: new Uint8Array(8).fill(3) }),
  ],
  'key cards': [
    own,
    ...['second', 'third'].map((name) => (rig: Rig) => atScreen(rig).addCard(name)),
    (rig) => atScreen(rig).removeKey(FIRST_CARD_SLOT, 'third'),
    give(ADA.person, { type: 'removeKey', slot: FIRST_CARD_SLOT + 2 }),
    (rig) => atScreen(rig).setTime(1_900_000_000, 'second'),
    reset,
  ],
  'selling the car': [pair(1), pair(2), tryCode, reset, tryCode, pair(3)],
  'sharing and revoking': [
    own,
    use(BOB, 'unlock', { uses: 3 }),
    use(CLEO, 'unlock'),
    use(BOB, 'start', { uses: 3 }),
    revocationList([BOB, 'suspended']),
    revocationList([CLEO, 'revoked'], [BOB, 'resumed']),
    use(BOB, 'unlock', { uses: 3 }),
    revocationList([CLEO, 'revoked'], [BOB, 'revoked']),
    give(ADA.person, { type: 'raiseEpoch' }),
  ],
  'a PIN': [
    own,
    setPin('2468'),
    typePin('1357', 'pin-wrong'),
    typePin('2468', 'done'),
    setPin('86420', '2468'),
    typePin('2468', 'pin-wrong'),
    setPin('', '86420'),
    setPin('1111'),
    (rig) => atScreen(rig).clearPin(),
  ],
  'a lost clock': [
    own,
    ({ car }) => car.loseClock(),
    give(ADA.person, { type: 'setTime', seconds: 1_900_000_000 }),
    use(BOB, 'unlock', { notAfter: 2_000_000_000 }),
  ],
  /** More than one chain of GEOMETRY holds. */
  'many changes': [pair(1), pair(2), ...times(40, tryCode), pair(3)],
};
