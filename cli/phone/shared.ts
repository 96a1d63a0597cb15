import { KeyRing } from '../../lib/phone/key-ring.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { table } from '../io/table.js';
import { boundsOf } from './bounds.js';

/** What this phone has granted to others, as it remembers it: no car is asked. */
export const listShared = async (context: Context): Promise<void> => {
  const { options, output, paths } = context;
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const known = await ring.shared({ car: options.car });
  const shared = known.map(({ car, status, ...key }) => {
    const { fingerprint, name = null, role } = key;
    const state = status === 'valid' ? 'shared' : status;
    return { car, fingerprint, name, role, state, ...boundsOf(key) };
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
};
