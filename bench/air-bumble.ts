import { preparePython } from '../scripts/python.js';
import { figure, rates } from './measure.js';
import { nobleAndBleno } from './noble-bleno.js';
import { start } from './process.js';
import { MEASURED, SETUP } from './two-devices.js';
import type { Measured, TwoDevices } from './two-devices.js';

const STRETCH_MS = 400;

const PROGRAM = 'bench/bumble/two_devices.py';
/** Longer than it takes to get ready, and to end what was begun. */
const SLOWEST_MS = 30_000;

const UNITS = { connects: '1/s', round_trips: '1/s', bytes: 'B/s' } as const;

type Rates = Readonly<Record<Measured, number>>;

/**
 * What two devices on our air do in a second, and two of bumble's on its link. Where that cannot run,
 * its figures and the ratio are absent, and stderr says why.
 */
export const airFigures = async () => {
  const ours = await nobleAndBleno();
  try {
    const { bumble, air } = await besideBumble(ours);
    return [
      ...figures('air', air),
      ...(bumble === undefined
        ? []
        : [
            ...figures('air.bumble', bumble),
            figure('air.vs_bumble.round_trips_ratio', air.round_trips / bumble.round_trips, 'x'),
          ]),
    ];
  } finally {
    await ours.close();
  }
};

const besideBumble = async (
  ours: TwoDevices<Measured>,
): Promise<{ air: Rates; bumble?: Rates }> => {
  let theirs: TwoDevices<Measured> | undefined;
  try {
    theirs = startBumble();
    const [air, bumble] = await rates([ours, theirs], MEASURED, STRETCH_MS);
    if (air === undefined || bumble === undefined) throw new Error('nothing measured');
    return { air, bumble };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'python3 is missing' : String(error);
    process.stderr.write(`not measured: bumble, beside which the air is put: ${reason}\n`);
  } finally {
    await theirs?.close();
  }
  const [air] = await rates([ours], MEASURED, STRETCH_MS);
  if (air === undefined) throw new Error('nothing measured');
  return { air };
};

/**
 * Two devices of Google bumble on its own virtual link, in a process of their own. Throws where Python is
 * missing, or bumble and cannot be fetched.
 */
const startBumble = (): TwoDevices<Measured> => {
  const python = preparePython('interop-bumble', 'test/interop/bumble');
  const { child, done, line } = start('bumble', python, ['-B', PROGRAM, JSON.stringify(SETUP)]);
  return {
    measure: async (what, ms) => {
      child.stdin.write(`${what} ${String(ms)}\n`);
      const stuck = setTimeout(() => child.kill('SIGKILL'), ms + SLOWEST_MS);
      return Number(await line().finally(() => clearTimeout(stuck)));
    },
    close: async () => {
      child.stdin.end();
      await done.catch(() => undefined);
    },
  };
};

const figures = (prefix: string, measured: Rates) =>
  MEASURED.map((what) => figure(`${prefix}.${what}_per_second`, measured[what], UNITS[what]));
