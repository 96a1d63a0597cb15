import { ROLE_NAMES } from '../../lib/credentials/roles.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { JsonObject } from '../../lib/platform/json.js';
import { CLOSURES, DOORS } from '../closures.js';
import type { CardTap } from '../controller.js';
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
  return { reader, purpose, role: oneOf(args, 'role', ROLE_NAMES) };
};

const oneOf = <T extends string>(args: Args, name: string, allowed: readonly T[]): T => {
  const found = allowed.find((value) => value === args[name]);
  if (found === undefined) {
    throw new PhoneKeyError('usage.invalid', `${name} is one of ${allowed.join(', ')}`);
  }
  return found;
};
