import type { CarStatus } from '../../lib/index.js';

/** Of a car as it tells it to a phone, or as somebody beside it sees it. */
export type ShownStatus = Pick<CarStatus, 'locked' | 'open' | 'driveSecondsLeft'> &
  Partial<CarStatus>;

/** The state of a car for a person. */
export const statusLines = (status: ShownStatus): string[] => {
  const { locked, open, driveSecondsLeft, speedLimit, pinNeeded, clockLost } = status;
  const limit = typeof speedLimit === 'number' ? `, at most ${String(speedLimit)} km/h` : '';
  return [
    locked ? 'locked' : 'unlocked',
    open.length === 0 ? 'all closed' : `open: ${open.join(', ')}`,
    driveSecondsLeft === 0
      ? 'driving not authorised'
      : `driving authorised, ${String(driveSecondsLeft)} s left${limit}`,
    ...(pinNeeded === true ? ['asks for a PIN to start'] : []),
    ...(clockLost === true ? ['does not know the time'] : []),
  ];
};
