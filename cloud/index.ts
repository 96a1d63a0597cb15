import { start } from './start.js';
import type { CloudOptions, RunningCloud } from './types.js';

export type * from './types.js';
export { OUTAGE_MODES } from './types.js';

/**
 * Starts the service; resolves when it listens.
 * @throws RangeError for options that are none, Error with Node's `code` (EADDRINUSE and others)
 */
export const startCloud = async (options: CloudOptions = {}): Promise<RunningCloud> => {
  const { store, broker, ...rest } = options;
  if (store === undefined || broker === undefined) {
    throw new RangeError('a store and a broker are needed');
  }
  return start(store, broker, rest);
};
