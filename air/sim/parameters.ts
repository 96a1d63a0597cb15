import { PhoneKeyError } from '../../lib/errors.js';
import { checkOptions, needed, number } from '../../lib/platform/check.js';
import type { LinkParameters } from '../medium/pdu.js';
import type { ScanWindow } from '../medium/station.js';

/** How a SimCentral wants its links; what is left out is as given here. */
export interface ConnectionOptions {
  /** Connection interval in milliseconds, 7.5 to 4,000 in steps of 1.25 (default 30). */
  readonly intervalMs?: number;
  /** Connection events that the peripheral may skip, 0 to 499 (default 0). */
  readonly latency?: number;
  /** Supervision timeout in milliseconds, 100 to 32,000 in steps of 10 (default 4,000). */
  readonly timeoutMs?: number;
}

/** @throws PhoneKeyError `usage.invalid` for what the specification does not allow (Vol 4 Part E 7.8.12) */
export const requestedParameters = (options: ConnectionOptions = {}): LinkParameters => {
  checkOptions(options, { intervalMs: number(), latency: number(), timeoutMs: number() });
  const { intervalMs = 30, latency = 0, timeoutMs = 4000 } = options;
  require(within(intervalMs / 1.25, 6, 3200), 'a connection interval has 7.5 to 4,000 ms');
  require(within(latency, 0, 499), 'a latency is 0 to 499 events');
  require(within(timeoutMs / 10, 10, 3200), 'a supervision timeout has 100 to 32,000 ms');
  const longEnough = timeoutMs > (1 + latency) * intervalMs * 2;
  require(longEnough, 'a supervision timeout is longer than two attended intervals');
  return { interval: intervalMs / 1.25, latency, timeout: timeoutMs / 10 };
};

/** Always. */
const CONTINUOUS: ScanWindow = { intervalMs: 10, windowMs: 10 };

/** @throws PhoneKeyError `usage.invalid` unless 2.5 <= window <= interval <= 10,240 ms */
export const scanWindow = (window: ScanWindow = CONTINUOUS): ScanWindow => {
  checkOptions(window, { intervalMs: needed(number()), windowMs: needed(number()) });
  const { intervalMs, windowMs } = window;
  const valid = windowMs >= 2.5 && windowMs <= intervalMs && intervalMs <= 10_240;
  require(valid, 'a scan window has 2.5 ms to a whole interval, which has at most 10,240 ms');
  return { intervalMs, windowMs };
};

/** @throws PhoneKeyError `usage.invalid` unless 20 to 10,240 ms */
export const advertisingInterval = (ms = 100): number => {
  checkOptions({ advertisingIntervalMs: ms }, { advertisingIntervalMs: number() });
  require(ms >= 20 && ms <= 10_240, 'an advertising interval has 20 to 10,240 ms');
  return ms;
};

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const require = (valid: boolean, rule: string): void => {
  if (!valid) throw new PhoneKeyError('usage.invalid', rule);
};
