/** The test runners of docs/guides/test-runners.md: the folder of its files there, and how they are run. */
export const RUNNERS = [
  {
    folder: 'vitest',
    package: 'vitest',
    command: 'npx vitest run',
    passed: /Tests\s+(\d+) passed/,
  },
  { folder: 'jest', package: 'jest', command: 'npm test', passed: /Tests:\s+(\d+) passed/ },
  { folder: 'ts-jest', package: 'ts-jest', command: 'npx jest', passed: /Tests:\s+(\d+) passed/ },
  { folder: 'node-test', command: 'node --test', passed: /^\S+ pass (\d+)$/m },
];
