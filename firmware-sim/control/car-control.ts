import { refusalMessage } from '../../lib/domain/refusals.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { readParameters } from '../../local/rpc/operation.js';
import type { Operation } from '../../local/rpc/operation.js';
import type { BodyRefusal } from '../body.js';
import type { Closure, Door } from '../../lib/domain/closures.js';
import type { CarReport } from '../car-report.js';
import type { CardTap, CarController, HandInput } from '../controller.js';
import type { Screen } from '../pairing-manager.js';
import { CAR } from './car-operations.js';

/**
 * What the person beside the car can do. `SimulatedCar.control` has it in the car's own process,
 * `controlClient` from another one. Everything rejects with PhoneKeyError `sim.refused` when the car
 * does not let it happen.
 */
export interface CarControl {
  /** Holds a key card to a reader. */
  tap(tap: CardTap): Promise<void>;
  /** Pulls the outer handle of a door; a locked one does not open, and that is no error. */
  pullHandle(door: Door): Promise<{ readonly opened: boolean }>;
  /** Opens by hand, from outside: refused while locked. */
  open(closure: Closure): Promise<void>;
  /** Shuts by hand, also while locked. */
  close(closure: Closure): Promise<void>;
  /** Drives off: refused unless driving is authorised and the doors are shut. */
  drive(): Promise<void>;
  /** Stops the car; without effect where it is not driven. */
  park(): Promise<void>;
  /** The only place that tells the pairing code. */
  screen(): Promise<Screen>;
  /** The whole car as it is now, also what no phone is told. */
  status(): Promise<CarReport>;
  /**
   * At the screen, with a card on the console: takes any key or card away at once, an owner's too, but not
   * the last owner's, and not the last card.
   * @param card the name of the one on the console; the car's first one by default
   * @throws PhoneKeyError `sim.storage`
   */
  removeKey(slot: number, card?: string): Promise<void>;
  /**
   * At the console, with a card that the car knows: makes the car know another one.
   * @param name of the new one, 1 to 32 bytes of UTF-8
   * @param card as for `removeKey`
   * @throws PhoneKeyError `sim.storage`
   */
  addCard(name: string, card?: string): Promise<void>;
  /**
   * At the screen, with a card on the console: sets the time, also back. It is a re-key: every key but the
   * owners' goes, and every grant and revocation list of before is void.
   * @param seconds since 1970, at most 2^32 - 1
   * @param card as for `removeKey`
   * @throws PhoneKeyError `sim.storage`
   */
  setTime(seconds: number, card?: string): Promise<void>;
  /**
   * At the screen, with a card on the console: the car asks for no PIN any more, whoever knows the old one.
   * @param card as for `removeKey`
   * @throws PhoneKeyError `sim.storage`
   */
  clearPin(card?: string): Promise<void>;
  /** The clock in the car stands still, and it does not know the time any more. */
  loseClock(): Promise<void>;
  /** The clock runs ahead, as if the time had passed. */
  advanceClock(seconds: number): Promise<void>;
  /**
   * Factory reset: forgets every key and takes a new identity, whose fingerprint it gives. Every
   * phone must be paired again. Refused while driving.
   * @param card the name of the one key card that it knows from then on (default: card): another one where the last
   *   was lost
   * @throws PhoneKeyError `sim.storage`
   */
  reset(card?: string): Promise<{ readonly fingerprint: string }>;
}

/** @param resetCar the factory reset, of the controller and of whatever else knows the identity */
export const controlOf = (
  controller: CarController,
  resetCar: (card?: string) => Promise<BodyRefusal | undefined>,
): CarControl => {
  /** A refusal is a rejection, as from another process. */
  const later = async <T>(work: () => T): Promise<T> => Promise.resolve().then(work);
  const permitted = (work: () => BodyRefusal | 'card-unknown' | undefined): Promise<void> =>
    later(work).then(permit);
  const hand = (input: HandInput): Promise<void> => permitted(() => controller.hand(input));
  const moved = (type: 'open' | 'close', closure: Closure): Promise<void> =>
    permitted(() => {
      readParameters(CAR[type].parameters, { closure });
      return controller.hand({ type, closure });
    });
  return {
    tap: (tap) => permitted(() => controller.tap(readParameters(CAR.tap.parameters, tap))),
    pullHandle: (door) =>
      later(() => {
        readParameters(CAR.handle.parameters, { door });
        return { opened: controller.pullHandle(door) === undefined };
      }),
    open: (closure) => moved('open', closure),
    close: (closure) => moved('close', closure),
    drive: () => hand({ type: 'drive' }),
    park: () => hand({ type: 'park' }),
    screen: () => later(() => controller.pairing.screen()),
    status: () => later(() => controller.status()),
    removeKey: (slot, card) =>
      atScreen(CAR.remove, { slot, card }, () => controller.credentials.remove(slot, 'card', card)),
    addCard: (name, card) =>
      atScreen(CAR.addCard, { name, card }, () => controller.credentials.addCard(name, card)),
    setTime: (seconds, card) =>
      atScreen(CAR.setTime, { seconds, card }, () =>
        controller.credentials.setTimeByCard(seconds, card),
      ),
    clearPin: (card) => atScreen(CAR.clearPin, { card }, () => controller.clearPin(card)),
    loseClock: () => controller.loseClock(),
    advanceClock: async (seconds) => {
      readParameters(CAR.advanceClock.parameters, { seconds });
      await controller.advanceClock(seconds);
    },
    async reset(card) {
      readParameters(CAR.reset.parameters, { card });
      permit(await resetCar(card));
      return { fingerprint: controller.status().fingerprint };
    },
  };
};

/** What to do about it is another thing there. */
const AT_SCREEN: Readonly<Partial<Record<Refusal, string>>> = {
  'not-permitted': 'the car was re-keyed as often as it can be: reset it',
  'slots-full': 'the car knows as many key cards as it can: remove one first',
  'last-owner': "it is the last owner's key: pair another owner first, or reset the car",
};

const atScreen = async <P extends object>(
  { parameters }: Operation<P, void>,
  given: object,
  work: () => Promise<Refusal | undefined>,
): Promise<void> => {
  readParameters(parameters, given);
  const refusal = await work();
  if (refusal !== undefined) throw refused(refusal, AT_SCREEN[refusal]);
};

/** Of what a card is refused for: what to do with another one. */
const HINTS: Readonly<Partial<Record<Refusal, string>>> = {
  'card-unknown':
    'See which cards the car knows. Where the only one was lost, reset the car with another.',
  'card-known': 'Give the new one another name.',
  'last-card': 'Add another one first, at the car.',
};

const refused = (refusal: Refusal, reason = refusalMessage(refusal)): PhoneKeyError => {
  const hint = HINTS[refusal];
  return new PhoneKeyError('sim.refused', reason, hint === undefined ? {} : { hint });
};

const permit = (refusal: BodyRefusal | 'card-unknown' | undefined): void => {
  if (refusal !== undefined) throw refused(refusal);
};
