import { accept, keyUri, offer } from './accepting.js';
import type { AcceptOptions } from './accepting.js';
import { check, having, needed, text } from '../platform/check.js';
import { bounded } from './boundary.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import { chooseCar } from './choose.js';
import type { CarChoice } from './choose.js';
import { ringEnvironment } from './environment.js';
import type { KeyRingOptions, RingEnvironment } from './environment.js';
import { statusIn } from './own-list.js';
import { setKeyStatus, refresh } from './revoking.js';
import type { SignedRevocationList } from './revoking.js';
import type { Mailbox } from './mailbox.js';
import { share } from './sharing.js';
import type { Share, ShareOptions } from './sharing.js';
import type { SharedKey } from './store.js';
import type { Synced } from './sync.js';

/** A key that this phone has shared, and what it has said of it since. */
export interface KnownSharedKey extends SharedKey {
  /** Name of the car. */
  readonly car: string;
  /** Void: it needs a new grant, because what this owner signed until then counts no more. */
  readonly status: 'valid' | 'revoked' | 'suspended' | 'void';
}

const A_TEXT = needed(text);
const A_MAILBOX = needed(
  having('a mailbox', 'cars', 'revocationLists', 'leaveRevocationList', 'grants', 'leaveGrant'),
);

/**
 * The keys of a phone, and what their owner does with them without a car or a radio: shows them, shares
 * them, takes them back. What it signs travels by whatever way people have. All throw PhoneKeyError.
 */
export class KeyRing {
  readonly #environment: RingEnvironment;

  constructor(options: KeyRingOptions) {
    this.#environment = ringEnvironment(options);
  }

  /** The cars this phone has a key for. */
  cars(): Promise<readonly Car[]> {
    return bounded(async () => {
      const { store, suite } = this.#environment;
      return (await store.list()).map((car) => carOf(suite, car));
    });
  }

  /** Deletes this phone's key for a car, which still has it in a slot. False where there is none. */
  forget(car: string): Promise<boolean> {
    return bounded(() => {
      check('the car', car, A_TEXT);
      return this.#environment.store.remove(car);
    });
  }

  /** A fresh key to show to an owner, `phonekey:key/...`. Of a named car, the key that this phone has for it. */
  offer({ car }: CarChoice = {}): Promise<string> {
    return bounded(async () =>
      car === undefined
        ? offer(this.#environment)
        : keyUri(await chooseCar(this.#environment.store, car)),
    );
  }

  /** Gives somebody else's key rights, by a grant that travels to their phone: `phonekey:grant/...`. */
  share(options: ShareOptions): Promise<Share> {
    return bounded(() => share(this.#environment, options));
  }

  /** What this phone has shared, of one car or of all, as it remembers it: no car is asked. */
  shared({ car }: CarChoice = {}): Promise<readonly KnownSharedKey[]> {
    return bounded(async () => {
      const cars = await this.#environment.store.list();
      const named = cars.filter(({ name }) => car === undefined || name === car);
      return named.flatMap((car) => {
        const status = statusIn(car);
        return (car.shared ?? []).map((key) => ({ ...key, car: car.name, status: status(key) }));
      });
    });
  }

  /** Takes a grant for a key that this phone offered; the car takes the key at its first use. */
  accept(uri: string, options?: AcceptOptions): Promise<Car> {
    return bounded(async () =>
      carOf(this.#environment.suite, await accept(this.#environment, uri, options)),
    );
  }

  /**
   * Exchanges signed objects with the mailbox in the cloud, both ways: revocation lists for the cars of this phone, and
   * grants. It may be interrupted anywhere and done again; nothing that the mailbox brings displaces what is here.
   * @throws PhoneKeyError `cloud.*`; what was exchanged until then stays
   */
  sync(mailbox: Mailbox): Promise<Synced> {
    return bounded(async () => {
      check('the mailbox', mailbox, A_MAILBOX);
      // Only where it is needed: it recognises cars as one who is at them does.
      const { sync } = await import('./sync.js');
      return sync(this.#environment, mailbox);
    });
  }

  /**
   * Takes a key away for good: signs a revocation list, which waits in the outbox for the car.
   * @param which its fingerprint in hex, or the name that this phone shared it by
   */
  revoke(which: string, options?: CarChoice): Promise<SignedRevocationList> {
    return bounded(() => setKeyStatus(this.#environment, which, 'revoked', options));
  }

  /** As `revoke`, until `resume`. */
  suspend(which: string, options?: CarChoice): Promise<SignedRevocationList> {
    return bounded(() => setKeyStatus(this.#environment, which, 'suspended', options));
  }

  /** Gives a suspended key back, by a revocation list as `revoke` signs. */
  resume(which: string, options?: CarChoice): Promise<SignedRevocationList> {
    return bounded(() => setKeyStatus(this.#environment, which, 'resumed', options));
  }

  /** Signs the list anew as it is: leases begin anew. */
  refresh(options?: CarChoice): Promise<SignedRevocationList> {
    return bounded(() => refresh(this.#environment, options));
  }
}
