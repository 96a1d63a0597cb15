import base from './jest.config.mjs';

/** The service, which has packages of its own; `npm test` does without them. */
export default {
  ...base,
  roots: ['<rootDir>/cloud/test', '<rootDir>/test/cloud'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each has a database within its process, of some hundred MB.
  maxWorkers: 2,
};
