import { faultWord } from '../errors.js';
import type { CarDialect, CarEnvironment, CarLink, CarLinkEvent } from '../car/dialect.js';
import { findKey } from '../credentials/key-slot.js';
import type { KeyPair, Suite } from '../crypto/suite.js';
import { refusedResult } from '../domain/outcomes.js';
import { MessageLink } from '../link/message-link.js';
import type { Cancel } from '../platform/clock.js';
import { perObject } from '../platform/per-object.js';
import type { Trial } from '../radio/patience.js';
import type { Link } from '../radio/types.js';
import { advertisementKey, encodeAdvertisement, nativeAdvertising } from './advertisement.js';
import { stepLink } from './car/link-machine.js';
import { openLink, REFUSAL_DELAY_MS } from './car/link-state.js';
import type { LinkContext, LinkEffect, LinkInput, LinkState, LinkStep } from './car/link-state.js';
import { decodeToCar, encodeFromCar } from './codec.js';
import { nativeMessages } from './describe.js';
import { sessionKeyObserver } from './inspect/session-key-line.js';
import { nativeProfile } from './profile.js';
import type { ToCar } from './schema/gen/phonekey.js';
import { carSecrets } from './session/car.js';

/** Prepared once for a car, because every proof needs them; another identity after a reset is another car. */
const secretsOf = perObject((identity: KeyPair, suite: Suite) => carSecrets(suite, identity));

/** The native dialect of a car (docs/PROTOCOL.md). */
export const nativeCar: CarDialect = {
  profile: nativeProfile,
  advertising: ({ suite, random, host: { identity, pairing } }) =>
    nativeAdvertising(
      encodeAdvertisement(
        suite,
        advertisementKey(suite, identity.publicKey),
        pairing.window() !== undefined,
        random,
      ),
    ),
  serve: (link, car, onEvent) => new NativeCarLink(link, car, onEvent),
};

/** Runs the state machine of one link: carries out its effects and feeds it what comes of them. */
class NativeCarLink implements CarLink {
  readonly #car: CarEnvironment;
  readonly #onEvent: (event: CarLinkEvent) => void;
  readonly #constant: Omit<LinkContext, 'now' | 'unprovenMs'>;
  readonly #link: MessageLink;
  readonly #peer: string;
  #state: LinkState | undefined;
  #arrivedAt = 0;
  readonly #trial: Trial;
  #stopIdle: Cancel | undefined;
  #stopRefusal: Cancel | undefined;
  #closed = false;

  constructor(link: Link, car: CarEnvironment, onEvent: (event: CarLinkEvent) => void) {
    this.#car = car;
    this.#onEvent = onEvent;
    this.#peer = link.peer;
    const { suite, random, host, keyLog, patience } = car;
    this.#trial = link.trial ?? patience.begin();
    this.#constant = {
      suite,
      random,
      secrets: secretsOf(host.identity, suite),
      onSessionKeys: keyLog && sessionKeyObserver(keyLog),
      carName: host.name,
      findKey: (publicKey) => findKey(suite, host.keys(), publicKey),
      pairingWindow: () => host.pairing.window(),
      admits: (key) => car.admits(key),
    };
    this.#link = new MessageLink(link, {
      ...nativeMessages,
      clock: car.clock,
      sends: 'from-car',
      trace: car.trace,
      message: this.#onMessage,
      closed: (reason, error) => {
        this.#end(error?.code ?? reason);
      },
    });
  }

  async open(): Promise<void> {
    this.#onEvent({ type: 'link-opened' });
    await this.#link.open();
    if (!this.#closed) this.#run('opening', () => openLink(this.#context()));
  }

  /** Ends the session of this phone, if this is its link. */
  keyRemoved(publicKey: Uint8Array): void {
    this.#input({ type: 'key-removed', publicKey });
  }

  turnOver(): void {
    this.#input({ type: 'turn-over' });
  }

  async close(): Promise<void> {
    this.#end('stopped');
    await this.#link.close();
  }

  readonly #onMessage = (bytes: Uint8Array): void => {
    this.#arrivedAt = this.#car.clock.now();
    let message: ToCar['message'];
    try {
      message = decodeToCar(bytes);
    } catch {
      this.#input({ type: 'malformed' });
      return;
    }
    this.#input({ type: 'message', message });
  };

  #input(input: LinkInput): void {
    const state = this.#state;
    if (state === undefined || this.#closed) return;
    const during = input.type === 'message' ? (input.message.case ?? input.type) : input.type;
    this.#run(during, () => stepLink(state, input, this.#context()));
  }

  /** What is thrown here is a fault of ours: the machine answers what is wrong with a message. */
  #run(during: string, step: () => LinkStep): void {
    try {
      const { state, effects } = step();
      this.#state = state;
      for (const effect of effects) this.#carryOut(effect);
    } catch (error) {
      this.#state = { phase: 'closed' };
      this.#tellFault(during, error);
      this.#closeAfterSending('internal error');
    }
  }

  #tellFault(during: string, error: unknown): void {
    const told = { during, error: faultWord(error) };
    this.#car.log.warn('internal error of the car', told);
    this.#onEvent({ type: 'internal-error', ...told });
  }

  #carryOut(effect: LinkEffect): void {
    const { clock, host } = this.#car;
    switch (effect.type) {
      case 'send':
        this.#link.send(encodeFromCar(effect.message)).catch((error: unknown) => {
          this.#car.log.debug('sending failed', { error: String(error) });
          // The phone would wait for it, and the next message would not open.
          this.#closeAfterSending('sending failed');
        });
        break;
      case 'execute':
        void this.#await(
          'execute',
          () => host.execute(effect.command, effect.key, this.#peer),
          (result) => ({ type: 'executed', result: result ?? refusedResult('fault') }),
        );
        break;
      case 'admit':
        void this.#await(
          'admit',
          async () => host.credentials?.admit(effect.publicKey, effect.introduction),
          (outcome) => ({ type: 'admitted', outcome: outcome ?? 'grant-invalid' }),
        );
        break;
      case 'receive-revocation-list':
        host.credentials?.receive(effect.revocationList).catch((error: unknown) => {
          this.#tellFault('revocation list', error);
        });
        break;
      case 'count-try':
        void this.#await(
          'count try',
          () => host.pairing.countTry(effect.window),
          (allowed) => ({ type: 'try-counted', allowed: allowed ?? 'fault' }),
        );
        break;
      case 'return-try':
        host.pairing.returnTry?.(effect.window);
        break;
      case 'enrol':
        this.#trial.proved();
        void this.#await(
          'enrol',
          () => host.pairing.enrol(effect.window, effect.phone),
          (outcome) => ({ type: 'enrolled', outcome: outcome ?? 'fault' }),
        );
        break;
      case 'refuse-later':
        this.#stopRefusal = clock.after(
          Math.max(0, this.#arrivedAt + REFUSAL_DELAY_MS - clock.now()),
          () => {
            this.#input({ type: 'refusal-due' });
          },
        );
        break;
      case 'idle-after':
        this.#stopIdle?.();
        this.#stopIdle = clock.after(effect.ms, () => {
          this.#input({ type: 'idle' });
        });
        break;
      case 'authenticated':
      case 'turned-away':
        this.#trial.proved();
        this.#onEvent(effect);
        break;
      case 'refused':
        this.#onEvent(effect);
        break;
      case 'internal-error':
        this.#tellFault(effect.during, effect.error);
        break;
      case 'close':
        this.#closeAfterSending(effect.why);
        break;
    }
  }

  /** The host may reject or throw; the link then says so (`fault`), and log and event have the reason. */
  async #await<T>(
    what: string,
    work: () => Promise<T>,
    input: (value: T | undefined) => LinkInput,
  ): Promise<void> {
    let value: T | undefined;
    try {
      value = await work();
    } catch (error) {
      this.#tellFault(what, error);
    }
    this.#input(input(value));
  }

  /** What was sent before goes out first. */
  #closeAfterSending(why: string): void {
    this.#link
      .flush()
      .then(() => {
        this.#end(why);
        return this.#link.close();
      })
      .catch((error: unknown) => {
        this.#car.log.debug('closing failed', { error: String(error) });
      });
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopIdle?.();
    this.#stopRefusal?.();
    this.#trial.over();
    this.#onEvent({ type: 'link-closed', why });
  }

  #context(): LinkContext {
    return { ...this.#constant, now: this.#car.clock.now(), unprovenMs: this.#trial.leftMs };
  }
}
