import { setTimeout as sleep } from 'node:timers/promises';
import type { AirList, HubControl, MoveReport, PlaceReport, Position } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { withProgress } from '../io/progress.js';
import { withControl } from './control.js';
import { describePosition, plain } from './words.js';

/** How often, in seconds, somebody who waits looks where it is. */
const LOOK_S = 1;

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
): Promise<ExitCode> => {
  const { output } = context;
  const moved = await withControl(context, async (control) => {
    const report = await control.move({ who, to, ...(speed !== undefined && { speed }) });
    if (wait === true) {
      const doing = `walking to ${describePosition(to)}`;
      await withProgress(output, doing, arrival(control, report, context.signal));
    }
    return report;
  });
  const arrived = wait === true || moved.seconds === 0;
  output.result({ ...moved, speed: speed ?? null, arrived }, [sentence(moved, arrived)]);
  return EXIT.ok;
};

const sentence = ({ label, address, to, seconds }: MoveReport, arrived: boolean): string => {
  const name = plain(label) || String(address);
  const there = describePosition(to);
  const away =
    address === null ? ' (it is not on the air now, and will be there when it comes)' : '';
  return arrived
    ? `${name} is at ${there}${away}`
    : `${name} walks to ${there}, for ${String(seconds)} s${away}`;
};

/** Walks are timed by the hub, which is asked when it should be over, and on the way what has happened. */
const arrival = async (
  control: HubControl,
  moved: MoveReport,
  signal: AbortSignal,
): Promise<void> => {
  for (let seconds = moved.seconds; seconds > 0;) {
    await sleep(Math.min(seconds, LOOK_S) * 1000, undefined, { signal });
    const found = find(await control.list(), moved);
    if (found === undefined) throw lost(moved, 'has left the air');
    const { position, walk } = found;
    if (!isSame(walk?.to ?? position, moved.to)) throw lost(moved, 'was sent elsewhere');
    seconds = walk?.secondsLeft ?? 0;
  }
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
