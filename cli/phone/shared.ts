import { toHex } from '../../lib/platform/bytes.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { table } from '../io/table.js';
import { boundsOf } from './bounds.js';

/** What this phone has granted to others, as it remembers it: no car is asked. */
export const listShared = async (context: Context): Promise<ExitCode> => {
  const { options, output, paths } = context;
  const cars = await new FileKeyStore(paths.keys).list();
  const shared = cars
    .filter(({ name }) => options.car === undefined || name === options.car)
    .flatMap((car) => {
      const entries = car.notice?.entries ?? [];
      return (car.shared ?? []).map((key) => {
        const entry = entries.find(
          ({ fingerprint, since }) =>
            toHex(fingerprint) === key.fingerprint && since >= key.issuedAt,
        );
        const { fingerprint, name = null, role } = key;
        const state = entry?.kind ?? 'shared';
        return { car: car.name, fingerprint, name, role, state, ...boundsOf(key) };
      });
    });
  output.result(
    { shared },
    table([
      ['CAR', 'FINGERPRINT', 'NAME', 'ROLE', 'UNTIL', 'STATE'],
      ...shared.map(({ car, fingerprint, name, role, until, state }) => [
        car,
        fingerprint,
        name ?? '-',
        role,
        until ?? '-',
        state,
      ]),
    ]),
  );
  return EXIT.ok;
};
