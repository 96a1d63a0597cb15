import { Bumble } from './bumble/bumble.js';
import { figure, rates } from './measure.js';
import type { Figure } from './measure.js';
import { NobleAndBleno } from './noble-bleno.js';
import { MEASURED } from './two-devices.js';
import type { Measured, TwoDevices } from './two-devices.js';

const STRETCH_MS = 400;

const UNITS = { connects: '1/s', round_trips: '1/s', bytes: 'B/s' } as const;

type Rates = Readonly<Record<Measured, number>>;

/**
 * What two devices on our air do in a second, and two of bumble's on its link. Where that cannot run,
 * its figures and the ratio are absent, and stderr says why.
 */
export const airFigures = async (): Promise<Figure[]> => {
  const ours = await NobleAndBleno.start();
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

const besideBumble = async (ours: TwoDevices): Promise<{ air: Rates; bumble?: Rates }> => {
  let theirs: Bumble | undefined;
  try {
    theirs = Bumble.start();
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

const figures = (prefix: string, measured: Rates): Figure[] =>
  MEASURED.map((what) => figure(`${prefix}.${what}_per_second`, measured[what], UNITS[what]));
