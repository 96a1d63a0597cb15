import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openHubControl } from '../air/hub/control-client.js';
import { defaultHubPath } from '../air/hub/socket.js';
import { figure, median, medians } from './measure.js';
import { start } from './process.js';

const KEY = fileURLToPath(new URL('../bin/key.js', import.meta.url));
const RUNS = 15;

/**
 * From the shell to unlocked doors and back, on the virtual air, with everything a user has. Of which: what
 * Node takes to start and end, the time that the phone is on the air, and the rest, which is loading.
 */
export const cliFigures = async () => {
  const home = await mkdtemp(join(tmpdir(), 'phonekey-bench-'));
  const env = { ...process.env, KEY_HOME: home, NO_COLOR: '1' };
  const key = (...args: string[]) =>
    start(`key ${args.join(' ')}`, process.execPath, [KEY, '--radio', 'virtual', ...args], env);
  const car = key('car', 'start', '--json');
  try {
    await Promise.race([car.line(), car.done]);
    await key('car', 'tap', 'console', '--pair').done;
    const screen = key('car', 'screen', '--json');
    const { code } = JSON.parse(await screen.line()) as { code: string };
    await screen.done;
    const pair = key('pair', '--code', '-');
    pair.child.stdin.end(`${code}\n`);
    await pair.done;

    const [unlock = NaN, node = NaN] = await medians(RUNS, [
      () => wallMs(() => key('unlock').done),
      () => wallMs(() => start('node', process.execPath, ['-e', '0'], env).done),
    ]);
    const air = await timeOnAir(defaultHubPath(home), () => key('unlock').done);
    return [
      figure('unlock.cli.wall_ms', unlock, 'ms'),
      figure('unlock.cli.vs_node', unlock / node, 'x'),
      figure('unlock.cli.of_which.node_ms', node, 'ms'),
      figure('unlock.cli.of_which.air_ms', air, 'ms'),
      figure('unlock.cli.of_which.loading_ms', unlock - node - air, 'ms'),
    ];
  } finally {
    car.child.kill('SIGTERM');
    await car.done.catch(() => undefined);
    await rm(home, { recursive: true, force: true });
  }
};

/** Wall time in milliseconds. */
const wallMs = async (run: () => Promise<void>): Promise<number> => {
  const before = performance.now();
  await run();
  return performance.now() - before;
};

/** Median of the milliseconds between the phone's coming and its going, as the hub tells them. */
const timeOnAir = async (hub: string, run: () => Promise<void>): Promise<number> => {
  const control = await openHubControl(hub);
  const tap = await control.tap();
  for (let i = 0; i < RUNS; i++) await run();
  tap.stop();
  control.close();
  const came = new Map<number, number>();
  const times: number[] = [];
  for await (const event of tap) {
    if (event.type === 'came') came.set(event.device.index, event.time);
    const begin = event.type === 'left' ? came.get(event.device.index) : undefined;
    if (event.type === 'left' && begin !== undefined) times.push(event.time - begin);
  }
  return median(times);
};
