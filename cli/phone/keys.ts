import { PhoneKeyError } from '../../lib/errors.js';
import type { KeyEntry } from '../../lib/index.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { table } from '../io/table.js';
import { withPhone } from './open.js';

/** The keys that the car knows; the car tells them to an owner only. */
export const listKeys = async (context: Context): Promise<ExitCode> => {
  const keys = await withPhone(context, { doing: 'asking the car' }, ({ phone, call }) =>
    phone.listKeys(call),
  );
  context.output.result({ keys }, rows(keys));
  return EXIT.ok;
};

/** Removes a key from the car; with the phone's own key goes its entry in the key store. */
export const removeKey = async (context: Context, slot: number): Promise<ExitCode> => {
  const { options, output } = context;
  const own = await withPhone(context, { doing: 'reaching the car' }, async (open) => {
    const { phone, store, call } = open;
    if (options.car === undefined && (await store.list()).length > 1) {
      throw new PhoneKeyError('usage.invalid', 'this phone knows several cars', {
        hint: 'Say which one: --car NAME; list them with key cars.',
      });
    }
    const connection = await phone.connect(call);
    try {
      await connection.removeKey(slot, call);
    } finally {
      await connection.close().catch(() => undefined); // what the car answered counts
    }
    const { name, slot: ownSlot } = connection.car;
    if (ownSlot === slot) await store.remove(name);
    return ownSlot === slot;
  });
  output.result({ command: 'removeKey', ok: true, slot, own }, [
    own
      ? `removed the key in slot ${String(slot)}, which was the one of this phone`
      : `removed the key in slot ${String(slot)}`,
  ]);
  return EXIT.ok;
};

const rows = (keys: readonly KeyEntry[]): string[] =>
  table([
    ['SLOT', 'ROLE', 'FINGERPRINT', 'NAME'],
    ...keys.map(({ slot, role, fingerprint, name, own }) => [
      String(slot),
      role,
      fingerprint,
      own ? `${name} (this phone)` : name,
    ]),
  ]);
