/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // tweetnacl is 20 times slower with the proxied Math of jest's sandbox.
  sandboxInjectedGlobals: ['Math'],
  roots: ['<rootDir>/test', '<rootDir>/examples'],
  testMatch: ['**/*.test.{ts,mjs}'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/interop/', '<rootDir>/test/cloud/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^#car-homes$': '<rootDir>/firmware-sim/homes.ts',
    '^#suite$': '<rootDir>/lib/crypto/for-node.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-transform.mjs' },
  injectGlobals: false,
  testRunner: '<rootDir>/scripts/shared-modules.mjs',
  reporters: ['default', '<rootDir>/scripts/budget-reporter.mjs'],
  maxWorkers: 4,
  // Whole cars and phones in several processes, on a machine that may be busy with something else.
  testTimeout: 30_000,
};
