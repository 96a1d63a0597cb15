import { join } from 'node:path';
import type { Cli } from './cli.js';
import type { Running } from './running.js';

/** Files in the home of the command line. */
export interface CapturedSession {
  /** The whole air, the whole time. */
  readonly air: string;
  /** The car's controller, the whole time. */
  readonly car: string;
  /** The phone's, one file for each command. */
  readonly phone: readonly string[];
  /** The pairing code that was used. */
  readonly code: string;
}

export const CAR_NAME = 'Canary car';
export const PHONE_NAME = 'Canary phone';

/**
 * An air, a car on it, and a phone that pairs, unlocks and lists the keys, all with `--capture`.
 * @param env of all of them
 */
export const playCaptured = async (
  cli: Cli,
  env: Readonly<Record<string, string>> = {},
): Promise<CapturedSession> => {
  const file = (name: string): string => join(cli.home, `${name}.btsnoop`);
  const succeed = async (args: readonly string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await cli.run(args, { input, env });
    if (code !== 0) throw new Error(`key ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const stop = async (running: Running): Promise<void> => {
    const { code, stderr } = await running.stop('SIGINT');
    if (code !== 0) throw new Error(`ended with ${String(code)}: ${stderr}`);
  };
  const air = cli.start(['air', 'start', '--capture', file('air'), '--json'], { env });
  await air.until(/"type":"ready"/);
  const car = cli.start(['car', 'start', '--name', CAR_NAME, '--capture', file('car'), '--json'], {
    env,
  });
  await car.until(/"type":"ready"/);
  await succeed(['car', 'tap', 'console', '--pair', '--name', CAR_NAME]);
  const screen = await succeed(['car', 'screen', '--json', '--name', CAR_NAME]);
  const { code } = JSON.parse(screen) as { code: string };
  const pair = ['pair', '--code', '-', '--name', PHONE_NAME, '--capture', file('pair')];
  await succeed(pair, `${code}\n`);
  await succeed(['unlock', '--capture', file('unlock')]);
  await succeed(['keys', 'list', '--capture', file('keys')]);
  await stop(car);
  await stop(air);
  return { air: file('air'), car: file('car'), phone: ['pair', 'unlock', 'keys'].map(file), code };
};
