import type { CloudOptions, RunningCloud } from './types.js';

export type * from './types.js';
export { OUTAGE_MODES } from './types.js';

/** Starts the service; resolves when it listens. */
export const startCloud = async (_options: CloudOptions = {}): Promise<RunningCloud> => {
  throw new Error('the service is not there yet');
};
