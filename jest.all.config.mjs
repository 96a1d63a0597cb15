import base from './jest.config.mjs';

/** Power cuts at every point, of which `npm test` takes a sample: minutes, or days with POWER_CUTS=all. */
export default {
  ...base,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.exhaustive.ts'],
};
