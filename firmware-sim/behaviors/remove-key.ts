import type { Behavior } from '../behavior.js';

/**
 * An owner removes any key but another owner's, others only their own; to them, another's slot and an
 * empty one look the same. The last owner cannot go over the air: nobody could share or revoke any more.
 */
export const behavior: Behavior<'removeKey'> = {
  command: 'removeKey',
  execute({ removeKey }, { slot }, by) {
    if (by.role !== 'owner' && slot !== by.slot) return 'not-permitted';
    return removeKey(slot);
  },
};
