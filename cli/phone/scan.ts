import type { SeenCar } from '../../lib/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { hintFor } from '../io/hints.js';
import { stopping } from '../io/interrupt.js';
import { table } from '../io/table.js';
import { explained } from './on-the-air.js';
import { withRemote } from './open.js';

/**
 * Listens for cars. With `--json` a line for each car when it is first heard and when it opens or
 * closes its pairing window; otherwise a table at the end, nearest first.
 */
export const showScan = async (
  context: Context<'radio'>,
  { for: seconds }: { readonly for: number },
): Promise<ExitCode> => {
  const { host, output, signal } = context;
  const enough = host.interrupt.whileRead();
  const heard = new Map<string, SeenCar>();
  let unheard: unknown = new PhoneKeyError('car.not-found', 'no car was heard');
  await withRemote(context, { doing: 'listening', needsKeys: false }, async ({ phone }) => {
    const over = new AbortController();
    const stop = (): void => over.abort();
    const timer = setTimeout(stop, seconds * 1000);
    const hear = (seen: SeenCar): void => {
      const { id, rssi, pairing, car } = seen;
      const before = heard.get(id);
      heard.set(id, seen);
      if (!output.json || before?.pairing === pairing) return;
      output.result({ id, rssi, pairing, car: car?.name ?? null }, []);
    };
    const listen = async (): Promise<void> => {
      for await (const seen of phone.scan({ signal: over.signal })) hear(seen);
    };
    await stopping(enough, stop, listen).finally(() => clearTimeout(timer));
    if (heard.size === 0 && !enough.aborted) unheard = await explained(context, unheard, []);
  });
  if (heard.size === 0 && unheard instanceof PhoneKeyError)
    output.say(`${unheard.message}. ${hintFor(unheard)}`);
  else if (!output.json) output.result({}, rows([...heard.values()]));
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
};

const rows = (cars: readonly SeenCar[]): string[] =>
  table([
    ['ID', 'RSSI', 'PAIRING', 'CAR'],
    ...[...cars]
      .sort((a, b) => b.rssi - a.rssi)
      .map(({ id, rssi, pairing, car }) => [
        id,
        `${String(rssi)} dBm`,
        pairing ? 'open' : '-',
        car?.name ?? '-',
      ]),
  ]);
