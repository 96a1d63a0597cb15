import { PhoneKeyError } from '../errors.js';
import { parsePairingCode } from '../domain/pairing-code.js';
import { nativePhone } from '../native/phone/pair.js';
import { callback, check, checkOptions, listOf, needed, text } from '../platform/check.js';
import { bounded, calledBack } from './boundary.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import { phoneEnvironment } from './environment.js';
import type { PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import { findCar, overLink } from './finder.js';
import { KeyRing } from './key-ring.js';
import { relay } from './relay.js';
import type { Relayed, RelayOptions } from './relay.js';
import { Remote } from './remote.js';
import { enrolAt } from './pairing.js';
import type { ConfirmPairing } from './pairing.js';

/** Of `pair`. */
export interface PairOptions extends CallOptions {
  /** The 8-digit code on the screen of the car. */
  readonly code: string;
  /** The radio's id of the car (`SeenCar.id`); without it, the nearest car that waits for pairing. */
  readonly id?: string | undefined;
  /**
   * Asked once the car has proved who it is, before anything of this phone is saved or sent. Where it says no, the
   * try is used up.
   */
  readonly confirm?: ConfirmPairing | undefined;
}

/** A phone that is a key: a Remote that pairs and relays, with a ring of keys to share and take back. */
export class PhoneKey extends Remote {
  /** What needs no car near by: keys to share, accept and take back. */
  readonly ring: KeyRing;
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    const environment = phoneEnvironment(options, [nativePhone]);
    super(environment);
    this.ring = new KeyRing(environment);
    this.#environment = environment;
  }

  /**
   * Pairs with a car whose pairing window is open.
   * @throws PhoneKeyError `usage.invalid`, `car.not-found`, `pairing.*`, `car.outcome-unknown` (the car may have
   *   enrolled this phone), and what `confirm` throws
   */
  pair(options: PairOptions): Promise<Car> {
    return bounded(() => this.#pair(options));
  }

  /**
   * Relays revocation lists of owners to their cars: to those this phone has a key for now, or with its next
   * command there; what is for none of them is handed to all cars in range.
   * @param uris `phonekey:revocation-list/...`
   * @throws PhoneKeyError `usage.invalid`; where there is no car to hand them to, as `connect`
   */
  relay(uris: readonly string[], options: RelayOptions = {}): Promise<Relayed> {
    return bounded(() => {
      check('what is to be relayed', uris, needed(listOf(text)));
      checkOptions(options, { id: text });
      return relay(this.#environment, uris, options, (car, { timeoutMs, signal }) =>
        this.deliver({ car: car.name, cars: [car], timeoutMs, signal }),
      );
    });
  }

  async #pair(options: PairOptions): Promise<Car> {
    checkOptions(options, { code: needed(text), id: text, confirm: callback });
    const code = parsePairingCode(options.code);
    const { confirm } = options;
    const environment = this.#environment;
    const deadline = Deadline.of(environment.clock, options);
    let heard = false;
    const seen = await findCar(
      environment,
      await environment.store.list(),
      {
        wants: ({ id, dialect, pairing }) => {
          if (dialect.pair === undefined || (options.id !== undefined && id !== options.id))
            return false;
          heard = true;
          return pairing;
        },
        first: options.id !== undefined,
        notFound: () =>
          heard
            ? new PhoneKeyError('pairing.closed', 'the pairing window of the car is closed')
            : new PhoneKeyError('car.not-found', 'no car was heard'),
      },
      deadline,
    );
    const pairOver = seen.dialect.pair?.(code, environment);
    if (!pairOver) throw new PhoneKeyError('internal', 'nobody can pair with this car');
    return overLink(environment, seen, deadline, async (link) => {
      const shown = await pairOver(link, deadline);
      const { attHandle } = link;
      const car = await enrolAt(
        environment,
        shown,
        attHandle,
        confirm && ((offer) => calledBack(() => confirm(offer))),
        deadline,
      );
      return carOf(environment.suite, car);
    });
  }
}
