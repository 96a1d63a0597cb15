import { result } from '../answers.js';
import type { Behavior } from '../behavior.js';
import { speedLimitIn } from '../body.js';
import { closureMask } from '../closures.js';

export const behavior: Behavior<'status'> = {
  command: 'status',
  execute({ body, driveSecondsLeft, record }) {
    const state = body();
    return result({
      case: 'status',
      value: {
        locked: state.locked,
        openClosures: closureMask(state.open),
        driveSecondsLeft: driveSecondsLeft(),
        speedLimit: speedLimitIn(state) ?? 0,
        pinNeeded: record().pin !== undefined,
      },
    });
  },
};
