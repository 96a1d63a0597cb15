import { PhoneKeyError } from '../../lib/errors.js';
import type { PairedCar } from '../../lib/index.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { table } from '../io/table.js';
import { boundsOf } from './bounds.js';

/** The cars this phone has a key for. */
export const listCars = async (context: Context): Promise<void> => {
  const cars = await new FileKeyStore(context.paths.keys).list();
  context.output.result(
    { cars: cars.map(entry) },
    table([
      ['CAR', 'ROLE', 'SLOT', 'UNTIL', 'STATE'],
      ...cars.map((car) => {
        const { name, role, slot, state, unconfirmed, until, carrying } = entry(car);
        const heard = unconfirmed && state === 'paired' ? 'paired again, unconfirmed' : state;
        return [
          name,
          role ?? '-',
          slot === null ? '-' : String(slot),
          until ?? '-',
          carrying === 0 ? heard : `${heard}, revocation list to deliver`,
        ];
      }),
    ]),
  );
};

const entry = (car: PairedCar) => {
  const { name, state, unconfirmed = false, role = null, slot = null, grant, outbox = [] } = car;
  return {
    name,
    state,
    unconfirmed,
    role,
    slot,
    granted: grant !== undefined,
    ...boundsOf(car),
    carrying: outbox.length,
  };
};

/** Deletes this phone's key for a car, readable or not. The car still has it in a slot. */
export const forgetCar = async (context: Context, name: string): Promise<void> => {
  if (!(await new FileKeyStore(context.paths.keys).remove(name))) {
    throw new PhoneKeyError('keys.unknown-car', `no car named ${name} is paired`, {
      hint: 'List the cars this phone knows: key cars.',
    });
  }
  context.output.result({ command: 'forget', ok: true, car: name }, [`forgot ${name}`]);
};
