import base from './jest.config.mjs';

/** The service, which has packages of its own; `npm test` does without them. */
export default {
  ...base,
  roots: ['<rootDir>/cloud/test', '<rootDir>/test/cloud'],
  testPathIgnorePatterns: ['/node_modules/'],
};
