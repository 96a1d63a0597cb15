import { PhoneKeyError } from '../errors.js';
import { parsePairingCode } from '../domain/pairing-code.js';
import { accept, keyUri, offer } from './accepting.js';
import type { AcceptOptions } from './accepting.js';
import { CarChannel } from '../native/phone/car-channel.js';
import { carry } from './carry.js';
import type { Carried, CarryOptions, Ways } from './carry.js';
import { chooseCar } from './choose.js';
import { Deadline, phoneEnvironment } from './environment.js';
import type { CallOptions, PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import { findCar } from './finder.js';
import { pairOver } from '../native/phone/pair.js';
import { Remote } from './remote.js';
import { judge, stamp } from './revoking.js';
import type { NoticeOptions, SignedNotice } from './revoking.js';
import { share } from './sharing.js';
import type { Share, ShareOptions } from './sharing.js';
import type { PairedCar } from './store.js';

export interface PairOptions extends CallOptions {
  /** The 8-digit code on the screen of the car. */
  readonly code: string;
  /** The radio's id of the car (`SeenCar.id`); without it, the nearest car that waits for pairing. */
  readonly id?: string;
}

/** A phone that is a key: a Remote that pairs, shares its keys and takes them back. */
export class PhoneKey extends Remote {
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    super(options);
    this.#environment = phoneEnvironment(options);
  }

  /**
   * Pairs with a car whose pairing window is open.
   * @throws PhoneKeyError `usage.invalid`, `car.not-found`, `pairing.closed`, `pairing.wrong-code`,
   *   `pairing.slots-full`, `car.outcome-unknown` (the car may have enrolled this phone)
   */
  async pair(options: PairOptions): Promise<PairedCar> {
    const code = parsePairingCode(options.code);
    const deadline = new Deadline(this.#environment.clock, options);
    let heard = false;
    const seen = await findCar(
      this.#environment,
      {
        wants: (car) => {
          if (options.id !== undefined && car.id !== options.id) return false;
          heard = true;
          return car.pairing;
        },
        first: options.id !== undefined,
        notFound: () =>
          heard
            ? new PhoneKeyError('pairing.closed', 'the pairing window of the car is closed')
            : new PhoneKeyError('car.not-found', 'no car was heard'),
      },
      deadline,
    );
    const channel = await CarChannel.connect(this.#environment, seen, deadline);
    try {
      return await pairOver(this.#environment, channel, code, deadline);
    } finally {
      // What the car answered counts, not how the link ended.
      await channel.close().catch(() => undefined);
    }
  }

  /** A fresh key to show to an owner, `phonekey:key/...`. Of a named car, the key that this phone has for it. */
  async offer({ car }: NoticeOptions = {}): Promise<string> {
    return car === undefined
      ? offer(this.#environment)
      : keyUri(await chooseCar(this.#environment, car));
  }

  /** Gives somebody else's key rights, by a grant that travels to their phone: `phonekey:grant/...`. */
  share(options: ShareOptions): Promise<Share> {
    return share(this.#environment, options);
  }

  /** Takes a grant for a key that this phone offered; the car takes the key at its first use. */
  accept(uri: string, options?: AcceptOptions): Promise<PairedCar> {
    return accept(this.#environment, uri, options);
  }

  /** @param which its fingerprint in hex, or the name that this phone shared it by */
  revoke(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    return judge(this.#environment, which, 'revoked', options);
  }

  /** As `revoke`, until `resume`. */
  suspend(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    return judge(this.#environment, which, 'suspended', options);
  }

  resume(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    return judge(this.#environment, which, undefined, options);
  }

  /** News for the car that nothing has changed: leases begin anew. */
  stamp(options: NoticeOptions = {}): Promise<SignedNotice> {
    return stamp(this.#environment, options);
  }

  /**
   * Carries notices of owners to their cars: to those this phone has a key for now, or with its next
   * command there; what is for none of them is handed to all cars in range.
   * @param uris `phonekey:notice/...`
   * @throws PhoneKeyError `usage.invalid`; where there is no car to hand them to, as `connect`
   */
  carry(uris: readonly string[], options: CarryOptions = {}): Promise<Carried> {
    const ways: Ways = {
      deliver: (car, rest) => this.deliver({ car, ...rest }),
      open: (seen, deadline) => CarChannel.connect(this.#environment, seen, deadline),
    };
    return carry(this.#environment, ways, uris, options);
  }
}
