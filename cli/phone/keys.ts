import type { KeyEntry } from '../../lib/index.js';
import { chosenFrom } from '../../lib/phone/choose.js';
import type { Context } from '../context.js';
import { formatTime } from '../config/time.js';
import { table } from '../io/table.js';
import { withRemote } from './open.js';

/** The keys that the car knows; the car tells them to an owner only. */
export const listKeys = async (context: Context<'radio'>): Promise<void> => {
  const { keys, labels } = await withRemote(context, { doing: 'asking the car' }, async (open) => {
    const { phone, cars, call } = open;
    const shared = cars.flatMap((car) => car.shared ?? []);
    const labels = new Map(shared.map(({ fingerprint, name = '' }) => [fingerprint, name]));
    return { keys: await phone.listKeys(call), labels };
  });
  context.output.result({ keys }, rows(keys, labels));
};

/** Removes a key from the car; with the phone's own key goes its entry in the key store. */
export const removeKey = async (
  context: Context<'radio'>,
  which: number | 'own',
): Promise<void> => {
  const { options, output } = context;
  const car = await withRemote(context, { doing: 'reaching the car' }, async (open) => {
    const { phone, cars, call } = open;
    const car = chosenFrom(cars, options.car);
    await phone.removeKey(which, { ...call, car: car.name });
    return car;
  });
  const own = which === 'own' || which === car.slot;
  const slot = which === 'own' ? (car.slot ?? null) : which;
  output.result({ command: 'removeKey', ok: true, slot, own }, [
    own
      ? `removed the key of this phone from ${car.name}`
      : `removed the key in slot ${String(slot)}`,
  ]);
};

const rows = (keys: readonly KeyEntry[], labels: ReadonlyMap<string, string>): string[] =>
  table([
    ['SLOT', 'ROLE', 'FINGERPRINT', 'UNTIL', 'USES', 'FROM', 'KIND', 'NAME'],
    ...keys.map((key) => {
      const { slot, role, formFactor, fingerprint, notAfter, usesLeft, suspended } = key;
      return [
        String(slot),
        role,
        fingerprint,
        notAfter === null ? '-' : formatTime(notAfter),
        usesLeft === null ? '-' : String(usesLeft),
        fromWhom(key),
        formFactor,
        nameOf(key, labels) + (suspended ? ' (suspended)' : ''),
      ];
    }),
  ]);

const fromWhom = ({ role, grantedBy }: KeyEntry): string => {
  if (grantedBy !== null) return `slot ${String(grantedBy)}`;
  return role === 'none' ? '-' : 'card';
};

/** As its phone says, and as the owner called it when it was shared. */
const nameOf = (
  { name, own, fingerprint }: KeyEntry,
  labels: ReadonlyMap<string, string>,
): string => {
  const label = labels.get(fingerprint);
  if (own) return `${name} (this phone)`;
  return label === undefined || label === '' || label === name ? name : `${name} (${label})`;
};
