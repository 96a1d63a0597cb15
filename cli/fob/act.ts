import { drained } from '../../firmware-sim/fob/battery.js';
import type { CellLevel } from '../../firmware-sim/fob/battery.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { askToAct } from '../car/beside.js';
import { DEFAULT_NAME } from '../car/home.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { ACTIONS } from '../phone/act.js';
import { DEFAULT_FOB } from './buttons.js';
import type { Button } from './buttons.js';
import { CellFile } from './cell-file.js';
import { askFob, FOB } from './control.js';
import type { Enrolled } from './control.js';
import { cellEmpty, codeByCard, notEnrolled } from './fob.js';
import type { FobPairing, Pressed } from './fob.js';
import { fobHome, fobKeys } from './home.js';
import type { Holding } from './home.js';
import { ofFob, withFob } from './open.js';

/** Presses a button: of the fob that runs, or of one that is taken from the pocket for this press. */
export const press = async (holding: Holding, button: Button): Promise<void> => {
  const { context } = holding;
  const limits = limitsOf(context);
  const home = fobHome(context.paths, holding.name);
  // Known without a radio.
  if ((await fobKeys(home).list()).length === 0) throw await ofFob(holding, notEnrolled());
  if ((await new CellFile(home).level()).state === 'empty') throw cellEmpty();
  const doing = `the fob is reaching the car to ${button}`;
  const { output } = context;
  const { car, battery } = await withProgress(output, doing, async (): Promise<Pressed> => {
    const request = { button, timeoutMs: limits.timeoutMs };
    const asked = await askFob(holding, FOB.press, async () => request);
    if (asked !== undefined) sayWhatIsOfNoUse(context);
    return asked?.answer ?? withFob(holding, (fob) => fob.press(button, limits));
  });
  output.result({ command: button, ok: true, car, battery }, [
    output.paint('green', ACTIONS[button]),
  ]);
  sayIfLow(holding, battery);
};

/** Lays the fob on the console of a simulated car of this home, with a card. */
export const pairFob = async (holding: Holding, pairing: FobPairing): Promise<void> => {
  const { context, name } = holding;
  const { output, options } = context;
  const limits = limitsOf(context);
  const beside = { context, name: options.car ?? DEFAULT_NAME };
  const code = (): Promise<string> => askToAct(beside, (car) => codeByCard(car, pairing));
  const enrolled = await withProgress(output, 'the fob lies on the console', async () => {
    const asked = await askFob(holding, FOB.pair, async () => ({
      code: await code(),
      timeoutMs: limits.timeoutMs,
    }));
    return (
      asked?.answer ??
      withFob(holding, async (fob): Promise<Enrolled> => {
        const { name: car, role, slot } = await fob.pair(await code(), limits);
        return { car, ...(role && { role }), ...(slot !== undefined && { slot }) };
      })
    );
  });
  const { car, role, slot } = enrolled;
  output.result({ fob: name, ...enrolled }, [
    output.paint('green', `${name} is a key of ${car}: ${role ?? 'guest'}, slot ${String(slot)}`),
  ]);
};

export interface BatteryOptions {
  readonly drain?: number | undefined;
  readonly replace?: true | undefined;
}

/** Shows the level of the cell; before that a new one is put in, or the old one is run down. */
export const battery = async (
  { context, name }: Holding<Context>,
  { drain, replace }: BatteryOptions,
): Promise<void> => {
  if (drain !== undefined && replace === true) {
    throw new PhoneKeyError('usage.invalid', '--drain and --replace cannot be given together', {
      hint: 'Give one of them.',
    });
  }
  const cell = new CellFile(fobHome(context.paths, name));
  const level =
    replace === true
      ? await cell.replace()
      : drain === undefined
        ? await cell.level()
        : await cell.update((now) => drained(now, drain));
  context.output.result({ fob: name, ...level }, [
    `${String(level.percent)} % of the coin cell of ${name} ${level.percent === 1 ? 'is' : 'are'} left`,
  ]);
  sayIfLow({ context, name }, level);
};

const sayIfLow = (
  { context: { output }, name }: Holding<Context>,
  { state, percent }: CellLevel,
): void => {
  if (state === 'ok') return;
  const how = state === 'empty' ? 'is empty' : `is low (${String(percent)} %)`;
  const which = name === DEFAULT_FOB ? '' : ` --name '${name}'`;
  output.say(
    `the coin cell of ${name} ${how}; put a new CR2032 in: key fob${which} battery --replace`,
  );
};

const sayWhatIsOfNoUse = ({ options: { at, capture, sessionKeys }, output }: Context): void => {
  if ((at ?? capture ?? sessionKeys) === undefined) return;
  output.say('the fob runs: --at, --capture and --session-keys are for key fob start');
};

const limitsOf = ({ options, signal }: Context) => ({ timeoutMs: options.timeout * 1000, signal });
