import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import { systemClock } from '../platform/clock.js';
import type { Cancel, Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import { Patience } from '../radio/patience.js';
import type { Link, Peripheral } from '../radio/types.js';
import { carSecrets } from '../native/session/car.js';
import type { CarSecrets } from '../native/session/car.js';
import type { OnSessionKeys } from '../native/session/session-keys.js';
import { advertisementKey, encodeAdvertisement, ROTATION_MS } from '../native/advertisement.js';
import { nativeAdvertising, nativeProfile } from '../native/profile.js';
import type { Trace } from '../link/message-link.js';
import { CarLink } from '../native/car/car-link.js';
import type { CarLinkEvent } from '../native/car/car-link.js';
import type { CarHost } from './host.js';
import type { PhoneKeyError } from '../errors.js';

export interface CarEndpointOptions {
  readonly host: CarHost;
  readonly peripheral: Peripheral;
  readonly suite?: Suite;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Sees every message that goes over the air, without any key. */
  readonly trace?: Trace;
  /** Is given the keys of every session, for a key log: see PhoneKeyOptions. */
  readonly onSessionKeys?: OnSessionKeys | undefined;
  readonly onEvent?: (event: CarLinkEvent) => void;
  /** The radio failed for good. */
  readonly onRadioError?: (error: PhoneKeyError) => void;
}

/**
 * A car on the air: advertises, challenges every phone that connects, and asks its CarHost what to
 * do. Give it any CarHost to make a car of your own; firmware-sim has a complete one.
 */
export class CarEndpoint {
  readonly #options: CarEndpointOptions;
  readonly #suite: Suite;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #secrets: CarSecrets;
  readonly #advertisementKey: Uint8Array;
  readonly #links = new Set<CarLink>();
  readonly #patience: Patience;
  #stopRotation: Cancel | undefined;
  #running = false;

  constructor(options: CarEndpointOptions) {
    this.#options = options;
    this.#suite = options.suite ?? defaultSuite;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#patience = new Patience(this.#clock);
    this.#secrets = carSecrets(this.#suite, options.host.identity);
    this.#advertisementKey = advertisementKey(this.#suite, options.host.identity.publicKey);
  }

  /** @throws PhoneKeyError `radio.unavailable` */
  async start(): Promise<void> {
    const { peripheral, onRadioError } = this.#options;
    this.#running = true;
    const onLink = (link: Link): void => {
      this.#accept(link);
    };
    await peripheral.start([{ profile: nativeProfile, onLink }], onRadioError);
    await this.#advertise();
  }

  /** Closes every link, stops advertising and closes the radio. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopRotation?.();
    await Promise.allSettled([...this.#links].map((link) => link.close()));
    await this.#options.peripheral.close();
  }

  /** Call when a key was removed: its links drop at once. */
  keyRemoved(publicKey: Uint8Array): void {
    for (const link of this.#links) link.keyRemoved(publicKey);
  }

  /** Call when the pairing window opened or closed: the advertisement says so. */
  pairingChanged(): void {
    this.#advertise().catch((error: unknown) => {
      this.#log.warn('advertising failed', { error: String(error) });
    });
  }

  #accept(radioLink: Link): void {
    if (!this.#running) {
      radioLink.close().catch((error: unknown) => {
        this.#log.debug('closing failed', { error: String(error) });
      });
      return;
    }
    const link: CarLink = new CarLink(radioLink, {
      suite: this.#suite,
      random: this.#random,
      clock: this.#clock,
      log: this.#log,
      secrets: this.#secrets,
      host: this.#options.host,
      patience: this.#patience,
      trace: this.#options.trace,
      onSessionKeys: this.#options.onSessionKeys,
      onEvent: (event) => {
        if (event.type === 'link-closed') this.#links.delete(link);
        this.#options.onEvent?.(event);
      },
    });
    this.#links.add(link);
    link.open().catch(async (error: unknown) => {
      this.#log.debug('a link failed to open', { error: String(error) });
      await link.close().catch(() => undefined);
    });
  }

  /** A new nonce each time, and again before the old one gets familiar. */
  async #advertise(): Promise<void> {
    if (!this.#running) return;
    this.#stopRotation?.();
    this.#stopRotation = this.#clock.after(ROTATION_MS, () => {
      this.pairingChanged();
    });
    const pairing = this.#options.host.pairing.window() !== undefined;
    const [suite, key] = [this.#suite, this.#advertisementKey];
    const data = encodeAdvertisement(suite, key, pairing, this.#random);
    await this.#options.peripheral.advertise([nativeAdvertising(data)]);
  }

  get #log(): Logger {
    return this.#options.log ?? silentLogger;
  }
}
