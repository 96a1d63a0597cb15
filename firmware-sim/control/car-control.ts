import { PhoneKeyError } from '../../lib/errors.js';
import type { BodyRefusal } from '../body.js';
import type { Closure, Door } from '../closures.js';
import type { CarReport, CardTap, DoorController, HandInput } from '../controller.js';
import type { Screen } from '../pairing-desk.js';

/**
 * What the person beside the car can do. `SimulatedCar.control` has it in the car's own process,
 * `controlClient` from another one. Everything rejects with PhoneKeyError `sim.refused` when the car
 * does not let it happen.
 */
export interface CarControl {
  /** Holds the key card to a reader. */
  tap(tap: CardTap): Promise<void>;
  /** Pulls the outer handle of a door; a locked one does not open, and that is no error. */
  pullHandle(door: Door): Promise<{ readonly opened: boolean }>;
  /** Opens by hand, from outside: refused while locked. */
  open(closure: Closure): Promise<void>;
  close(closure: Closure): Promise<void>;
  /** Drives off: refused unless driving is authorised and the doors are shut. */
  drive(): Promise<void>;
  park(): Promise<void>;
  /** The only place that tells the pairing code. */
  screen(): Promise<Screen>;
  status(): Promise<CarReport>;
  /**
   * Factory reset: forgets every key and takes a new identity, whose fingerprint it gives. Every
   * phone must be paired again. Refused while driving.
   * @throws PhoneKeyError `sim.storage`
   */
  reset(): Promise<{ readonly fingerprint: string }>;
}

/** @param resetCar the factory reset, of the controller and of whatever else knows the identity */
export const controlOf = (
  controller: DoorController,
  resetCar: () => Promise<BodyRefusal | undefined>,
): CarControl => {
  const hand = async (input: HandInput): Promise<void> => {
    await Promise.resolve();
    permit(controller.hand(input));
  };
  return {
    async tap(tap) {
      await Promise.resolve();
      permit(controller.tap(tap));
    },
    async pullHandle(door) {
      await Promise.resolve();
      return { opened: controller.pullHandle(door) === undefined };
    },
    open: (closure) => hand({ type: 'open', closure }),
    close: (closure) => hand({ type: 'close', closure }),
    drive: () => hand({ type: 'drive' }),
    park: () => hand({ type: 'park' }),
    async screen() {
      await Promise.resolve();
      return controller.screen();
    },
    async status() {
      await Promise.resolve();
      return controller.status();
    },
    async reset() {
      permit(await resetCar());
      return { fingerprint: controller.status().fingerprint };
    },
  };
};

const REASONS: Readonly<Record<BodyRefusal, string>> = {
  locked: 'the car is locked',
  'door-open': 'a door is open',
  driving: 'the car is being driven',
  'not-authorised': 'driving is not authorised',
};

const permit = (refusal: BodyRefusal | undefined): void => {
  if (refusal !== undefined) throw new PhoneKeyError('sim.refused', REASONS[refusal]);
};
