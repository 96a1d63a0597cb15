import type { Position, SettingsInForce } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';

export const describeSettings = ({ seed, pace, faults }: SettingsInForce): string =>
  `${pace}, seed ${seed}${faults === null ? '' : `, faults ${faults}`}`;

/** Metres to a tenth, as `--at` and `--to` take them. */
export const describePosition = ({ x, y }: Position): string => `${tenth(x)},${tenth(y)}`;

export const metresPerSecond = (speed: number): string => `${String(speed)} m/s`;

/** A name that a program gave itself, without what would move the cursor of a terminal. */
export const plain = (label: string): string =>
  label.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');

/** To who was watching it. */
export const airEnded = (): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', 'the virtual air has ended', {
    hint: 'Start it again, and then this: key air start.',
  });

const tenth = (metres: number): string => String(Math.round(metres * 10) / 10 || 0);
