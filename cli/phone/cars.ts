import { TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import type { Car } from '../../lib/index.js';
import { carOf } from '../../lib/phone/car.js';
import { FileKeyStore } from '../config/key-store.js';
import { formatTime } from '../config/time.js';
import type { Context } from '../context.js';
import { table } from '../io/table.js';
import { boundsOf } from './bounds.js';

/** The cars this phone has a key for. */
export const listCars = async (context: Context): Promise<void> => {
  const entries = await new FileKeyStore(context.paths.keys).list();
  const cars = entries.map((car) => carOf(defaultSuite, car));
  context.output.result(
    { cars: cars.map(entry) },
    table([
      ['CAR', 'ROLE', 'SLOT', 'UNTIL', 'STATE'],
      ...cars.map((car) => {
        const { name, role, slot, until } = entry(car);
        return [name, role ?? '-', slot === null ? '-' : String(slot), until ?? '-', stateOf(car)];
      }),
    ]),
  );
};

const entry = (car: Car) => {
  const { name, state, unconfirmed = false, role = null, slot = null, grant, outbox } = car;
  const { refused = null, clockOffset = null, mark, floor, otherGrants = [] } = car;
  return {
    name,
    state,
    unconfirmed,
    role,
    slot,
    granted: grant !== undefined,
    otherGrants: otherGrants.length,
    ...boundsOf(car),
    outbox,
    refused,
    clockOffset,
    mark: mark === undefined ? null : formatTime(mark),
    floor: floor === undefined ? null : formatTime(floor),
  };
};

/** For a person: with what is not as it should be. */
const stateOf = (car: Car): string => {
  const { state, unconfirmed, outbox, refused, clockOffset = 0, floor, otherGrants = [] } = car;
  const minutes = Math.round(Math.abs(clockOffset) / 60);
  return [
    unconfirmed === true && state === 'paired' ? 'paired again, unconfirmed' : state,
    ...(otherGrants.length === 0
      ? []
      : [
          `${String(otherGrants.length)} more ${otherGrants.length === 1 ? 'grant' : 'grants'} to the same key`,
        ]),
    ...(refused === undefined ? [] : ['revocation list refused']),
    ...(outbox > 0 && refused === undefined ? ['revocation list to deliver'] : []),
    ...(Math.abs(clockOffset) > TOLERANCE_SECONDS
      ? [`its clock is ${String(minutes)} min ${clockOffset > 0 ? 'ahead' : 'behind'}`]
      : []),
    ...(floor === undefined ? [] : [`grants signed until ${formatTime(floor)} are void`]),
  ].join(', ');
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
