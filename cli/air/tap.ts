import { openHubControl } from '../../air/hub/control-client.js';
import type { OpenTap } from './watch.js';

/** What goes on on the air of a hub. It does not keep the hub running. */
export const openTap: OpenTap = async (path) => {
  const control = await openHubControl(path);
  try {
    return await control.tap();
  } finally {
    control.close();
  }
};
