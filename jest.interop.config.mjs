import base from './jest.config.mjs';

/** Programs that others wrote, as a check (test/interop); `npm test` does without them. */
export default {
  ...base,
  roots: ['<rootDir>/test/interop'],
  testPathIgnorePatterns: ['/node_modules/', '/target/'],
  // The first run fetches and compiles other people's code.
  testTimeout: 300_000,
  reporters: ['default', '<rootDir>/scripts/interop-reporter.mjs'],
};
