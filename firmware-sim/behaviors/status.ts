import type { Behavior } from '../behavior.js';
import { speedLimitIn } from '../body.js';

export const behavior: Behavior<'status'> = {
  command: 'status',
  execute({ body, driveSecondsLeft, record }) {
    const state = body();
    return {
      type: 'status',
      status: {
        locked: state.locked,
        open: state.open,
        driveSecondsLeft: driveSecondsLeft(),
        speedLimit: speedLimitIn(state) ?? null,
        pinNeeded: record().pin !== undefined,
      },
    };
  },
};
