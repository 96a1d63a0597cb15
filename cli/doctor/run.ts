import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { orAborted } from '../io/interrupt.js';
import { diagnose } from './checks.js';
import type { Check } from './checks.js';
import { systemProbes } from './probes.js';
import type { Probes } from './probes.js';

/** Says which radio works here, why the others do not, and what to do. Exit code 4: none works. */
export const doctor = async (context: Context, probes?: Probes): Promise<ExitCode> => {
  const { output, signal } = context;
  const { checks, usable } = await orAborted(signal, diagnose(probes ?? systemProbes(context)));
  const width = Math.max(...checks.map(({ name }) => name.length));
  const signs: Record<Check['status'], string> = {
    ok: output.paint('green', 'ok  '),
    warn: output.paint('yellow', 'warn'),
    fail: output.paint('red', 'fail'),
  };
  output.result({ ok: usable.length > 0, usable, checks }, [
    ...checks.flatMap(({ name, status, detail, fix }) => [
      `${signs[status]}  ${name.padEnd(width)}  ${detail}`,
      ...(fix === undefined ? [] : [`${' '.repeat(width + 8)}${output.paint('dim', fix)}`]),
    ]),
    '',
    usable.length === 0
      ? output.paint('red', 'No radio works.')
      : `These radios work: ${usable.map((radio) => RADIO_NAMES[radio]).join(', ')}`,
  ]);
  return usable.length > 0 ? EXIT.ok : EXIT.unreachable;
};

const RADIO_NAMES = { ble: 'Bluetooth (--radio ble)', virtual: 'virtual air (--radio virtual)' };
