import { openHubControl } from '../../air/hub/control-client.js';
import type { HubControl } from '../../air/index.js';
import type { Context } from '../context.js';
import { orAborted } from '../io/interrupt.js';

/**
 * Gives `work` a control connection to the air of this home.
 * @throws PhoneKeyError `radio.unavailable` when no air is running, `interrupted`
 */
export const withControl = async <T>(
  { paths, signal }: Pick<Context, 'paths' | 'signal'>,
  work: (control: HubControl) => Promise<T>,
): Promise<T> => {
  const control = await openHubControl(paths.hub);
  try {
    return await orAborted(signal, work(control));
  } finally {
    control.close();
  }
};
