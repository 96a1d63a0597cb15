import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { H4Client } from '../support/h4-client.js';
import { Reset } from '../../lib/hci/commands/host-control.js';
import { completed } from '../support/hci-packets.js';

const root = process.cwd();

// What the image and the action run.
const onPosix = process.platform === 'win32' ? it.skip : it;

onPosix('an air with a car in it is there for other stacks until SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'phonekey-container-'));
  const command = `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/bin/key.js')}" "$@"\n`;
  await writeFile(join(folder, 'key'), command, { mode: 0o755 });
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    KEY_HOME: join(folder, 'home'),
  };
  const started = spawn(join(root, '.container/start'), ['--h4', '127.0.0.1:0'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(started, 'exit');
  try {
    let said = '';
    for await (const line of createInterface({ input: started.stdout })) {
      said += `${line}\n`;
      if (line === 'ready') break;
    }
    expect(said).toContain('car is ready');
    const client = await H4Client.connect(Number(/127\.0\.0\.1 port (\d+)/.exec(said)?.[1]));
    client.command(Reset);
    expect(await client.until(/^040e/)).toBe(completed(Reset));
    started.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await client.closed;
  } finally {
    started.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true, force: true });
  }
});
