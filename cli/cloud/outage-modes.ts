import type { OutageMode } from '../../cloud/types.js';

/** As the package of the cloud has them, which need not be installed. */
export const OUTAGE_MODES = [
  '500',
  'timeout',
  'refuse',
  'slow',
  'flap',
  'dns',
] as const satisfies readonly OutageMode[];

/** A day, in seconds. */
export const LONGEST_OUTAGE = 86_400;

export const isOutageMode = (value: unknown): value is OutageMode =>
  OUTAGE_MODES.some((mode) => mode === value);
