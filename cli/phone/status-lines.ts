import type { CarStatus } from '../../lib/index.js';

/** The state of a car for a person. */
export const statusLines = ({ locked, open, driveSecondsLeft }: CarStatus): string[] => [
  locked ? 'locked' : 'unlocked',
  open.length === 0 ? 'all closed' : `open: ${open.join(', ')}`,
  driveSecondsLeft === 0
    ? 'driving not authorised'
    : `driving authorised, ${String(driveSecondsLeft)} s left`,
];
