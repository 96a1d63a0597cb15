import type { CarReport } from '../../firmware-sim/index.js';
import { formatTime } from '../config/time.js';
import { confirm } from '../io/ask.js';
import { askToAct, ask, sayDone } from './beside.js';
import type { Beside, CardOptions } from './beside.js';
import { clockLine, rightsLines } from './report-lines.js';

/** What a person does at the screen of a car, with a key card on the console. */

export const removeKeyAtScreen = async (
  beside: Beside,
  slot: number,
  { card }: CardOptions,
): Promise<void> => {
  await askToAct(beside, (car) => car.removeKey(slot, card));
  sayDone(beside, { slot }, `removed the key in slot ${String(slot)}`);
};

export const addCard = async (
  beside: Beside,
  name: string,
  { card }: CardOptions,
): Promise<void> => {
  await askToAct(beside, (car) => car.addCard(name, card));
  sayDone(beside, { card: name }, `the car knows the key card ${name}`);
};

export const clearPin = async (beside: Beside, { card }: CardOptions): Promise<void> => {
  await askToAct(beside, (car) => car.clearPin(card));
  sayDone(beside, { pin: false }, 'the car no longer asks for a PIN');
};

interface TimeOptions extends CardOptions {
  readonly set?: number | undefined;
  readonly yes?: true | undefined;
}

/** Shows the car's time, or sets it, which is a re-key. */
export const carTime = async (beside: Beside, { set, yes, card }: TimeOptions): Promise<void> => {
  const found = await ask(beside, (car) => car.status());
  if (set === undefined) {
    const { now, floors, pendingRemovals } = found;
    const lines = [clockLine(now), ...rightsLines(found)];
    beside.context.output.result({ now, floors, pendingRemovals }, lines);
    return;
  }
  if (yes !== true) await confirmRekey(beside, found, set);
  await askToAct(beside, (car) => car.setTime(set, card));
  const { now, epoch } = await ask(beside, (car) => car.status());
  const sentence = `${clockLine(now)}; re-keyed: only the owners' keys are left, and all earlier grants are void`;
  sayDone(beside, { now, epoch }, sentence);
};

const confirmRekey = async (
  { context: { host }, name }: Beside,
  { now }: CarReport,
  set: number,
): Promise<void> => {
  const question = [
    `${name}: ${clockLine(now)}.`,
    "Setting the time is a re-key: it removes every key but the owners', and voids every grant and revocation list.",
    `Set it to ${formatTime(set)}?`,
  ].join('\n');
  const lost = "setting the time removes every key but the owners', and voids every grant";
  await confirm(host, question, lost, `key car time --set ${formatTime(set)} --yes`);
};
