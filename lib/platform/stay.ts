import type { Cancel } from './clock.js';

/** How many want the process to stay, and what keeps it. */
let wanted = 0;
let keeper: InstanceType<typeof MessageChannel>['port1'] | undefined;

/**
 * Keeps the process running until what is returned is called, as an open socket does: for what will go on without
 * a timer. It sets none, so that no clock of a test sees it. A page in a browser stays anyway.
 */
export const stay = (): Cancel => {
  if (wanted++ === 0) {
    keeper = new MessageChannel().port1;
    (keeper as Partial<Pick<typeof keeper, 'ref'>>).ref?.();
  }
  let stays = true;
  return () => {
    if (!stays) return;
    stays = false;
    if (--wanted > 0) return;
    keeper?.close();
    keeper = undefined;
  };
};
