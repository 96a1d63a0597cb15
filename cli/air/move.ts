import { existsSync } from 'node:fs';
import { watchHub } from '../../air/hub/control-client.js';
import { withChange } from '../../air/hub/control.js';
import type { AirList, MoveReport, PlaceReport, Position } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { carHome, DEFAULT_NAME } from '../car/home.js';
import { PHONE_LABEL } from '../config/radio.js';
import { DEFAULT_FOB } from '../fob/buttons.js';
import { fobHome } from '../fob/home.js';
import type { Context } from '../context.js';
import { stopping } from '../io/interrupt.js';
import { withProgress } from '../io/progress.js';
import { withControl } from './control.js';
import { describePosition, plain } from './words.js';

export interface MoveOptions {
  readonly to: Position;
  /** Metres in a second; without it, at once. */
  readonly speed?: number | undefined;
  readonly wait?: true | undefined;
}

/**
 * Moves what has the label or the address, or remembers for one that is away where it will be. Says how
 * long it takes, or waits for it, however long that is.
 */
export const moveOnAir = async (
  context: Context,
  who: string,
  { to, speed, wait }: MoveOptions,
): Promise<void> => {
  const { output } = context;
  const moved = await withControl(context, async (control) => {
    const report = await control.move({ who, to, speed, beforehand: isOwn(context, who) });
    if (wait === true) {
      const doing = `walking to ${describePosition(to)}`;
      await withProgress(output, doing, () => arrival(context, report));
    }
    return report;
  });
  const arrived = wait === true || moved.seconds === 0;
  output.result({ ...moved, speed: speed ?? null, arrived }, [sentence(moved, arrived)]);
};

/** What this command brings to the air, some time: its phone, and the cars and fobs of this home. */
const isOwn = ({ paths }: Context, who: string): boolean =>
  [PHONE_LABEL, DEFAULT_NAME, DEFAULT_FOB].includes(who) ||
  existsSync(carHome(paths, who)) ||
  existsSync(fobHome(paths, who));

const sentence = ({ label, address, to, seconds }: MoveReport, arrived: boolean): string => {
  const name = plain(label) || String(address);
  const there = describePosition(to);
  const away =
    address === null ? ' (it is not on the air now, and will be there when it comes)' : '';
  return arrived
    ? `${name} is at ${there}${away}`
    : `${name} walks to ${there}, for ${String(seconds)} s${away}`;
};

/** Walks are timed by the hub, which tells when it is over, and what has happened on the way. */
const arrival = async ({ paths, signal }: Context, moved: MoveReport): Promise<void> => {
  if (moved.seconds === 0) return;
  const watch = await watchHub(paths.hub);
  const stop = (): void => watch.close();
  const arrived = async (): Promise<void> => {
    let list = watch.first;
    if (isThere(list, moved)) return;
    for await (const change of watch) {
      list = withChange(list, change);
      if (isThere(list, moved)) return;
    }
    throw lost(moved, 'has left the air');
  };
  await stopping(signal, stop, arrived).finally(stop);
};

const isThere = (list: AirList, moved: MoveReport): boolean => {
  const found = find(list, moved);
  if (found === undefined) throw lost(moved, 'has left the air');
  const { position, walk } = found;
  if (!isSame(walk?.to ?? position, moved.to)) throw lost(moved, 'was sent elsewhere');
  return walk === null;
};

/** By address; one that has left goes on, under its label, if it was moved by that. */
const find = ({ devices, absent }: AirList, moved: MoveReport): PlaceReport | undefined =>
  devices.find(({ address }) => address === moved.address) ??
  [...devices, ...absent].find(({ label }) => label === moved.label && label !== '');

/** Places are told to a thousandth of a metre. */
const isSame = (a: Position, b: Position): boolean => Math.hypot(a.x - b.x, a.y - b.y) < 0.01;

const lost = ({ label, address, to }: MoveReport, what: string): PhoneKeyError =>
  new PhoneKeyError('interrupted', `${label || String(address)} ${what}`, {
    hint: `It did not come to ${describePosition(to)}. See key air list.`,
  });
