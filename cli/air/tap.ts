import { openHubControl } from '../../air/index.js';
import type { OpenTap } from './watch.js';

/** What happens on the air whose hub listens at the path. */
export const openTap: OpenTap = async (path) => {
  const control = await openHubControl(path);
  try {
    return await control.tap();
  } finally {
    control.close();
  }
};
