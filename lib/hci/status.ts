import { Status } from './constants.js';
import { hexNumber } from './text.js';

/** As people write reasons: `remote user terminated`. */
const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  ...Object.entries(Status).map(
    ([name, code]) =>
      [code, name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)] as const,
  ),
  [Status.micFailure, 'MIC failure'],
  [Status.remotePowerOff, 'remote device terminated: power off'],
]);

/** An error code or a reason in words. */
export const statusName = (code: number): string => NAMES.get(code) ?? `error ${hexNumber(code)}`;
