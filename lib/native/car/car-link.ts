import { PhoneKeyError } from '../../errors.js';
import { findKey } from '../../credentials/find-key.js';
import type { Introduction, KeySlot } from '../../credentials/key-slot.js';
import type { Suite } from '../../crypto/suite.js';
import { refusedResult } from '../../domain/outcomes.js';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import type { Random } from '../../platform/random.js';
import type { Patience } from '../../radio/patience.js';
import type { Link } from '../../radio/types.js';
import type { CarSecrets } from '../session/car.js';
import type { OnSessionKeys } from '../session/session-keys.js';
import { decodeToCar, encodeFromCar } from '../codec.js';
import { nativeMessages } from '../describe.js';
import type { ToCar } from '../schema/gen/phonekey.js';
import { MessageLink } from '../../link/message-link.js';
import type { Trace } from '../../link/message-link.js';
import type { AdmissionRefusal, CarHost } from '../../car/host.js';
import { openLink, REFUSAL_DELAY_MS, stepLink } from './link-machine.js';
import type { LinkContext, LinkEffect, LinkInput, LinkState, Step } from './link-machine.js';

export interface CarLinkOptions {
  readonly suite: Suite;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: CarSecrets;
  readonly host: CarHost;
  /** With links that prove nothing. */
  readonly patience: Patience;
  readonly trace: Trace | undefined;
  readonly onSessionKeys: OnSessionKeys | undefined;
  onEvent(event: CarLinkEvent): void;
}

export type CarLinkEvent =
  | { readonly type: 'link-opened' }
  | { readonly type: 'authenticated'; readonly key: KeySlot }
  /** A proof that was not valid; nobody knows whose. */
  | { readonly type: 'refused' }
  | { readonly type: 'link-closed'; readonly why: string };

/** Runs the state machine of one link: carries out its effects and feeds it what comes of them. */
export class CarLink {
  readonly #options: CarLinkOptions;
  readonly #link: MessageLink;
  #state: LinkState | undefined;
  #arrivedAt = 0;
  /** Undefined once the phone has proved itself, or was enrolled. */
  #unprovenSince: number | undefined;
  #stopIdle: Cancel | undefined;
  #stopRefusal: Cancel | undefined;
  #closed = false;

  constructor(link: Link, options: CarLinkOptions) {
    this.#options = options;
    this.#link = new MessageLink(link, {
      ...nativeMessages,
      clock: options.clock,
      sends: 'from-car',
      trace: options.trace,
      message: (message) => {
        this.#onMessage(message);
      },
      closed: (reason, error) => {
        this.#end(error?.code ?? reason);
      },
    });
  }

  async open(): Promise<void> {
    this.#options.onEvent({ type: 'link-opened' });
    this.#unprovenSince = this.#options.clock.now();
    await this.#link.open();
    if (!this.#closed) this.#run(openLink(this.#context()));
  }

  /** Ends the session of this phone, if this is its link. */
  keyRemoved(publicKey: Uint8Array): void {
    this.#input({ type: 'key-removed', publicKey });
  }

  async close(): Promise<void> {
    this.#end('stopped');
    await this.#link.close();
  }

  #onMessage(bytes: Uint8Array): void {
    this.#arrivedAt = this.#options.clock.now();
    let message: ToCar['message'];
    try {
      message = decodeToCar(bytes);
    } catch {
      this.#input({ type: 'malformed' });
      return;
    }
    this.#input({ type: 'message', message });
  }

  #input(input: LinkInput): void {
    if (this.#state === undefined || this.#closed) return;
    this.#run(stepLink(this.#state, input, this.#context()));
  }

  #run(step: Step): void {
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #carryOut(effect: LinkEffect): void {
    const { clock, host } = this.#options;
    switch (effect.type) {
      case 'send':
        this.#link.send(encodeFromCar(effect.message)).catch((error: unknown) => {
          this.#options.log.debug('sending failed', { error: String(error) });
          // The phone would wait for it, and the next message would not open.
          this.#closeAfterSending('sending failed');
        });
        break;
      case 'execute':
        this.#await(
          'execute',
          () => host.execute(effect.command, effect.key),
          (result) => ({ type: 'executed', result: result ?? refusedResult('fault') }),
        );
        break;
      case 'admit':
        this.#await(
          'admit',
          () => this.#admit(effect.publicKey, effect.introduction),
          (outcome) => ({ type: 'admitted', outcome: outcome ?? 'grant-invalid' }),
        );
        break;
      case 'receive-notice':
        this.#receiveNotice(effect.notice);
        break;
      case 'count-try':
        this.#await(
          'count try',
          () => host.pairing.countTry(effect.window),
          (allowed) => ({ type: 'try-counted', allowed: allowed ?? false }),
        );
        break;
      case 'enrol':
        this.#unprovenSince = undefined;
        this.#await(
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
        this.#unprovenSince = undefined;
        this.#options.onEvent(effect);
        break;
      case 'refused':
        this.#options.onEvent(effect);
        break;
      case 'close':
        this.#closeAfterSending(effect.why);
        break;
    }
  }

  async #admit(
    publicKey: Uint8Array,
    introduction: Introduction,
  ): Promise<KeySlot | AdmissionRefusal> {
    return (
      (await this.#options.host.credentials?.admit(publicKey, introduction)) ?? 'grant-invalid'
    );
  }

  #receiveNotice(notice: Uint8Array): void {
    this.#options.host.credentials?.receive(notice).catch((error: unknown) => {
      this.#options.log.warn('a notice could not be taken', { error: String(error) });
    });
  }

  /** The host may reject or throw; the link then says so (`fault`), and the log has the reason. */
  #await<T>(
    what: string,
    work: () => Promise<T>,
    input: (value: T | undefined) => LinkInput,
  ): void {
    const done = async (): Promise<T> => work();
    done()
      .catch((error: unknown) => {
        const code = error instanceof PhoneKeyError ? error.code : String(error);
        this.#options.log.warn(`${what} failed`, { error: code });
        return undefined;
      })
      .then((value) => {
        this.#input(input(value));
      })
      .catch((error: unknown) => {
        this.#options.log.warn('internal error on a link', { error: String(error) });
        this.#closeAfterSending('internal error');
      });
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
        this.#options.log.debug('closing failed', { error: String(error) });
      });
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopIdle?.();
    this.#stopRefusal?.();
    const { clock, patience } = this.#options;
    if (this.#unprovenSince !== undefined) patience.waited(clock.now() - this.#unprovenSince);
    this.#options.onEvent({ type: 'link-closed', why });
  }

  #context(): LinkContext {
    const { suite, random, secrets, onSessionKeys, clock, host, patience } = this.#options;
    return {
      suite,
      random,
      secrets,
      onSessionKeys,
      carName: host.name,
      now: clock.now(),
      unprovenMs: patience.ms,
      findKey: (publicKey) => findKey(suite, host.keys(), publicKey),
      pairingWindow: () => host.pairing.window(),
    };
  }
}
