import type { Rng } from '../../support/rng.js';
import type { Radios } from './phones.js';

export type Doing = 'unlock' | 'pair' | 'remove';

/** How many messages go over a link, both ways, and after which of them the car acts. */
const MESSAGES: Readonly<Record<Doing, { readonly all: number; readonly decisive: number }>> = {
  unlock: { all: 3, decisive: 2 },
  pair: { all: 7, decisive: 6 },
  remove: { all: 3, decisive: 2 },
};

/** The longest wait after a message is 2 to the power of this, less one, in milliseconds. */
const LONGEST_WAIT = 6;

export interface Moment {
  /** Perhaps never. */
  readonly due: Promise<void>;
  cancel(): void;
}

/**
 * A moment for the car to die: a while after the nth message, or after none at all. Every other time that is
 * the message by which the car acts. Short waits come as often as long ones, because a write takes a
 * millisecond or two.
 */
export const randomMoment = (rng: Rng, radios: Radios, doing: Doing): Moment => {
  const { all, decisive } = MESSAGES[doing];
  let left = rng.chance(2) ? decisive : rng.below(all + 1);
  const wait = 2 ** (LONGEST_WAIT * rng.unit()) - 1;
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  const due = new Promise<void>((resolve) => {
    const arrived = (): void => {
      stop();
      if (wait < 1) resolve();
      else timer = setTimeout(resolve, wait);
    };
    if (left === 0) arrived();
    else {
      stop = radios.listen(() => {
        left -= 1;
        if (left === 0) arrived();
      });
    }
  });
  return {
    due,
    cancel: () => {
      stop();
      clearTimeout(timer);
    },
  };
};
