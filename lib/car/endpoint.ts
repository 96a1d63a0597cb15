import { defaultSuite } from '../crypto/index.js';
import { bounded } from '../errors.js';
import type { PhoneKeyError } from '../errors.js';
import { nativeCar } from '../native/car.js';
import * as rule from '../platform/check.js';
import { checkOptions } from '../platform/check.js';
import { systemClock } from '../platform/clock.js';
import type { Cancel } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Optional } from '../platform/optional.js';
import { systemRandom } from '../platform/random.js';
import { Patience } from '../radio/patience.js';
import type { Link, Peripheral } from '../radio/types.js';
import type { CarDialect, CarEnvironment, CarLink, CarLinkEvent } from './dialect.js';
import { hostWith, NO_PAIRING } from './host-with.js';
import type { CarHost } from './host.js';
import { Sessions } from './sessions.js';
import type { LinkHolder } from './sessions.js';

/** How a car comes on the air; `host` and `peripheral` are all that it needs. */
export interface CarEndpointOptions extends Optional<
  Omit<CarEnvironment, 'host' | 'patience' | 'admits'>
> {
  /** Is asked what to do. */
  readonly host: CarHost;
  /** The radio; the endpoint has it for itself, and closes it when it stops. */
  readonly peripheral: Peripheral;
  /**
   * Whether phones pair over this radio (default true). False, for one that reaches far: as if no window were ever
   * open, which it does not advertise either.
   */
  readonly pairs?: boolean | undefined;
  /** What it speaks, each over a service of its own (default: the native dialect). */
  readonly dialects?: readonly CarDialect[] | undefined;
  /** Is told of every link from its beginning to its end. Must not throw. */
  readonly onEvent?: ((event: CarLinkEvent) => void) | undefined;
  /** The radio failed for good. */
  readonly onRadioError?: ((error: PhoneKeyError) => void) | undefined;
}

const RULES = {
  host: rule.needed(
    rule.record({
      identity: rule.needed(rule.having('a pair of keys')),
      name: rule.needed(rule.text),
      keys: rule.needed(rule.callback),
      execute: rule.needed(rule.callback),
      pairing: rule.needed(rule.having('an object', 'window', 'countTry', 'enrol')),
      credentials: rule.having('an object', 'admit', 'receive'),
    }),
  ),
  peripheral: rule.needed(rule.having('a radio', 'start', 'advertise', 'close')),
  pairs: rule.yesOrNo,
  dialects: rule.listOf(rule.having('a dialect', 'advertising', 'serve'), 1),
  clock: rule.clock,
  suite: rule.having('a suite', 'x25519KeyPair'),
  random: rule.callback,
  log: rule.having('a log', 'debug', 'info', 'warn'),
  trace: rule.callback,
  keyLog: rule.callback,
  onEvent: rule.callback,
  onRadioError: rule.callback,
};

/** How long a car advertises the same, in milliseconds: what tells it from others gets familiar. */
export const ROTATION_MS = 15 * 60 * 1000;

/**
 * A car on the air: advertises, serves every phone that connects, and asks its CarHost what to do. Give
 * it any CarHost to make a car of your own; firmware-sim has a complete one.
 */
export class CarEndpoint {
  readonly #options: CarEndpointOptions;
  readonly #dialects: readonly CarDialect[];
  readonly #car: CarEnvironment;
  readonly #sessions: Sessions;
  #stopRotation: Cancel | undefined;
  #running = false;

  /** @throws PhoneKeyError `usage.invalid` */
  constructor(options: CarEndpointOptions) {
    checkOptions(options, RULES);
    const { clock = systemClock, suite = defaultSuite, pairs = true } = options;
    this.#options = options;
    this.#sessions = new Sessions(clock, suite, options.peripheral.mostLinks);
    this.#dialects = options.dialects ?? [nativeCar];
    this.#car = {
      host: pairs ? options.host : hostWith(options.host, { pairing: NO_PAIRING }),
      suite,
      clock,
      random: options.random ?? systemRandom,
      log: options.log ?? silentLogger,
      patience: new Patience(clock),
      admits: (key) => this.#sessions.admits(key),
      trace: options.trace,
      keyLog: options.keyLog,
    };
  }

  /**
   * Offers the service and advertises; resolves when it does.
   * @throws PhoneKeyError `radio.unavailable`, `radio.closed`
   */
  start(): Promise<void> {
    return bounded('starting the radio', 'radio.unavailable', () => this.#start());
  }

  async #start(): Promise<void> {
    const { peripheral, onRadioError } = this.#options;
    this.#running = true;
    const services = this.#dialects.map((dialect) => ({
      profile: dialect.profile,
      onLink: (link: Link) => {
        this.#accept(dialect, link);
      },
    }));
    await peripheral.start(services, onRadioError);
    await this.#advertise();
  }

  /** Closes every link, stops advertising and closes the radio. Twice is allowed. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopRotation?.();
    await Promise.allSettled(this.#sessions.links().map((link) => link.close()));
    const { peripheral } = this.#options;
    await bounded('closing the radio', 'radio.closed', () => peripheral.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Call when a key was removed: its links drop at once. */
  keyRemoved(publicKey: Uint8Array): void {
    for (const link of this.#sessions.links()) link.keyRemoved(publicKey);
  }

  /** Who has its links now, in the order in which they came. */
  holders(): readonly LinkHolder[] {
    return this.#sessions.holders();
  }

  /** Call when the pairing window opened or closed: the advertisement says so, on a radio that pairs. */
  pairingChanged(): void {
    // Another nonce just now would tell it, too.
    if (this.#options.pairs !== false) this.#advertiseAnew();
  }

  #advertiseAnew(): void {
    this.#advertise().catch((error: unknown) => {
      this.#car.log.warn('advertising failed', { error: String(error) });
    });
  }

  #accept(dialect: CarDialect, radioLink: Link): void {
    const { log } = this.#car;
    if (!this.#running) {
      radioLink.close().catch((error: unknown) => {
        log.debug('closing failed', { error: String(error) });
      });
      return;
    }
    const link = dialect.serve(radioLink, this.#car, (event) => {
      const noted = this.#note(link, event);
      this.#options.onEvent?.(noted);
    });
    this.#sessions.add(link);
    link.open().catch(async (error: unknown) => {
      log.debug('a link failed to open', { error: String(error) });
      await link.close().catch(() => undefined);
    });
  }

  #note(link: CarLink, event: CarLinkEvent): CarLinkEvent {
    if (event.type === 'authenticated') this.#sessions.begin(link, event.key);
    if (event.type !== 'link-closed') return event;
    const key = this.#sessions.remove(link);
    return key === undefined ? event : { ...event, key };
  }

  /** What each dialect advertises now, and again before that gets familiar. */
  async #advertise(): Promise<void> {
    if (!this.#running) return;
    this.#stopRotation?.();
    this.#stopRotation = this.#car.clock.after(ROTATION_MS, () => {
      this.#advertiseAnew();
    });
    await this.#options.peripheral.advertise(
      this.#dialects.map((dialect) => dialect.advertising(this.#car)),
    );
  }
}
