import { PhoneKeyError } from '../../lib/errors.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { table } from '../io/table.js';

/** The cars this phone has a key for. */
export const listCars = async (context: Context): Promise<ExitCode> => {
  const cars = await new FileKeyStore(context.paths.keys).list();
  context.output.result(
    {
      cars: cars.map(({ name, state, role, slot }) => ({
        name,
        state,
        role: role ?? null,
        slot: slot ?? null,
      })),
    },
    table([
      ['CAR', 'ROLE', 'SLOT', 'STATE'],
      ...cars.map(({ name, role, slot, state }) => [
        name,
        role ?? '-',
        slot === undefined ? '-' : String(slot),
        state,
      ]),
    ]),
  );
  return EXIT.ok;
};

/** Deletes this phone's key for a car, readable or not. The car still has it in a slot. */
export const forgetCar = async (context: Context, name: string): Promise<ExitCode> => {
  const store = new FileKeyStore(context.paths.keys);
  if (!(await store.has(name))) {
    throw new PhoneKeyError('keys.unknown-car', `no car named ${name} is paired`, {
      hint: 'List the cars this phone knows: key cars.',
    });
  }
  await store.remove(name);
  context.output.result({ command: 'forget', ok: true, car: name }, [`forgot ${name}`]);
  return EXIT.ok;
};
