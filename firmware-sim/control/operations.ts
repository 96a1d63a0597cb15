import { ROLES } from '../../lib/domain/roles.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { JsonObject } from '../../lib/platform/json.js';
import { CLOSURES, DOORS } from '../../lib/domain/closures.js';
import type { CardTap } from '../controller.js';
import { MAX_CAR_SLOTS } from '../key-slots.js';
import type { CarControl } from './car-control.js';

/** One operation of the control door: parses its arguments, and gives what to answer as JSON. */
export type Operation = (car: CarControl, args: Args) => Promise<unknown>;

/** The JSON object in the request. */
export type Args = JsonObject;

/** Method and path of each operation. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GET /status', (car) => car.status()],
  ['GET /screen', (car) => car.screen()],
  ['POST /tap', (car, args) => car.tap(parseTap(args))],
  ['POST /handle', (car, args) => car.pullHandle(oneOf(args, 'door', DOORS))],
  ['POST /open', (car, args) => car.open(oneOf(args, 'closure', CLOSURES))],
  ['POST /close', (car, args) => car.close(oneOf(args, 'closure', CLOSURES))],
  ['POST /drive', (car) => car.drive()],
  ['POST /park', (car) => car.park()],
  ['POST /remove', (car, args) => car.removeKey(integer(args, 'slot', 0, MAX_CAR_SLOTS - 1))],
  ['POST /clock/lose', (car) => car.loseClock()],
  ['POST /clock/advance', (car, args) => car.advanceClock(integer(args, 'seconds', 1, YEARS_S))],
  ['POST /reset', (car) => car.reset()],
]);

const parseTap = (args: Args): CardTap => {
  const reader = oneOf(args, 'reader', ['console', 'pillar'] as const);
  if (reader === 'pillar') {
    if (args['purpose'] !== undefined) {
      throw new PhoneKeyError('usage.invalid', 'the reader in the pillar only locks and unlocks', {
        hint: 'Tap the card on the console to drive or to pair.',
      });
    }
    return { reader };
  }
  const purpose = oneOf(args, 'purpose', ['drive', 'pair'] as const);
  if (args['role'] === undefined) return { reader, purpose };
  if (purpose === 'drive') throw new PhoneKeyError('usage.invalid', 'a role is for pairing only');
  return { reader, purpose, role: oneOf(args, 'role', ROLES) };
};

/** As far ahead as a person may turn the clock at once: ten years. */
const YEARS_S = 10 * 366 * 86_400;

const integer = (args: Args, name: string, min: number, max: number): number => {
  const value = args[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new PhoneKeyError(
      'usage.invalid',
      `${name} is a whole number from ${String(min)} to ${String(max)}`,
    );
  }
  return value;
};

const oneOf = <T extends string>(args: Args, name: string, allowed: readonly T[]): T => {
  const found = allowed.find((value) => value === args[name]);
  if (found === undefined) {
    throw new PhoneKeyError('usage.invalid', `${name} is one of ${allowed.join(', ')}`);
  }
  return found;
};
