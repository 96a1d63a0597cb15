import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const child = fileURLToPath(new URL('./stays-child.mjs', import.meta.url));

it('a process stays while it scans, advertises or has a link, as with an adapter, and ends after that', async () => {
  const run = await promisify(execFile)(process.execPath, [child], { timeout: 20_000 }).catch(
    (error: unknown) => error as { stdout: string; code?: number },
  );
  expect(run).toMatchObject({
    // Node's code where what is waited for can come no more: after the link is closed, nothing keeps it.
    code: 13,
    stdout: 'scanned\nscanned\nscanned\nadvertised\nwas connected\n',
  });
});
