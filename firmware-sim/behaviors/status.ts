import { result } from '../answers.js';
import type { Behavior } from '../behavior.js';
import { closureMask } from '../closures.js';

export const behavior: Behavior<'status'> = {
  command: 'status',
  execute({ body, driveSecondsLeft }) {
    const { locked, open } = body();
    return result({
      case: 'status',
      value: {
        locked,
        openClosures: closureMask(open),
        driveSecondsLeft: driveSecondsLeft(),
      },
    });
  },
};
