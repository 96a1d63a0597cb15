import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { tryLock } from '../../local/lock.js';
import { sessionKeyLog } from '../capture/session-key-file.js';
import { openCentral } from '../config/radio.js';
import { traceOf } from '../context.js';
import { withProgress } from '../io/progress.js';
import { explained } from '../phone/on-the-air.js';
import { CellFile } from './cell-file.js';
import { Fob } from './fob.js';
import { fobHome, fobKeys } from './home.js';
import type { Holding } from './home.js';

/**
 * Wakes a fob that no other process runs, and lets go of it and its radio whatever happens.
 * @throws PhoneKeyError `sim.already-running`, `radio.unavailable`, `keys.*`, and what the work throws
 */
export const withFob = async <T>(
  { context, name }: Holding,
  work: (fob: Fob) => Promise<T>,
): Promise<T> => {
  const { paths, log, output } = context;
  const home = fobHome(paths, name);
  const cell = new CellFile(home);
  await cell.update((now) => now); // its directory is there then, and this user's alone
  const path = join(home, 'lock');
  const lock = await tryLock(path);
  if (lock === undefined) throw alreadyRuns(path);
  try {
    const store = fobKeys(home);
    await store.prepare();
    const keyLog = sessionKeyLog(context);
    const central = await withProgress(output, 'opening the radio', () =>
      openCentral(context, name),
    );
    const fob = new Fob({ central, store, cell, log, keyLog, name, ...traceOf(context) });
    try {
      return await work(fob);
    } catch (error) {
      throw await ofFob({ context, name }, error);
    } finally {
      await fob.close().catch(() => undefined); // what was done counts
    }
  } finally {
    await lock.release();
  }
};

/** What can be done about it with a fob; and where it is, when it does not hear the car. */
export const ofFob = async ({ context, name }: Holding, error: unknown): Promise<unknown> => {
  const known = await explained(context, error, [], name);
  if (!(known instanceof PhoneKeyError)) return known;
  const { code, message, hint, mayHaveSucceeded, temporary } = known;
  return new PhoneKeyError(code, message.replace('this phone', 'the fob'), {
    cause: known,
    mayHaveSucceeded,
    temporary,
    hint: HINTS[code] ?? hint,
  });
};

const HINTS: Readonly<Partial<Record<PhoneKeyError['code'], string>>> = {
  'keys.not-paired': 'Lay it on the console, with a card: key fob pair.',
  'pairing.last-owner':
    'It is the only owner: open the window for one (key fob pair --role owner).',
  'car.not-recognised':
    'The fob may have been removed from the car. Lay it on the console, with a card: key fob pair.',
};

const alreadyRuns = (path: string): PhoneKeyError =>
  new PhoneKeyError('sim.already-running', 'this fob runs already in another process', {
    hint: `Stop it first. If no fob runs, delete ${path}.`,
  });
