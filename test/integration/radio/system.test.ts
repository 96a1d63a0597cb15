import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

const child = fileURLToPath(new URL('./system-child.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../../dist/lib/radio/noble.js', import.meta.url));

/** What the child printed; it fails unless the child ends by itself within ten seconds. */
const run = async (scenario: string): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [child, scenario], {
    timeout: 10_000,
  });
  return JSON.parse(stdout);
};

beforeAll(() => {
  if (!existsSync(built)) throw new Error('Build first: npm run build');
});

describe('the loaders of a real adapter', () => {
  it('give stacks that work, can be closed and opened again, and let the process end', async () => {
    expect(await run('works')).toEqual([
      { data: [1], attHandle: 11, sigint: 0, left: [0, 0] },
      { data: [2], attHandle: 11, sigint: 0, left: [0, 0] },
    ]);
  }, 15_000);

  it('give our own host an adapter of its own, until that is gone', async () => {
    expect(await run('ownHost')).toEqual({
      attHandle: expect.any(Number),
      code: 'radio.unavailable',
      message: 'the controller is gone',
      busy: { code: 'radio.unavailable', hint: expect.stringMatching(/^This host wants it/) },
    });
  }, 15_000);

  it.each([
    ['EAFNOSUPPORT', /kernel or container/],
    ['ENODEV', /plug one in/],
  ])(
    'translate %s for both stacks',
    async (code, hint) => {
      const expected = { code: 'radio.unavailable', hint: expect.stringMatching(hint) };
      expect(await run(code)).toEqual([expected, expected]);
    },
    15_000,
  );
});
