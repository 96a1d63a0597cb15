import base from './jest.config.mjs';

/**
 * All that `npm test` runs, and what that takes a sample of: kills and power cuts at many more points. Minutes;
 * with POWER_CUTS=first or all much longer (test/unit/firmware-sim/memory/power/power.exhaustive.ts).
 */
export default { ...base, testMatch: [...base.testMatch, '**/*.exhaustive.ts'] };
