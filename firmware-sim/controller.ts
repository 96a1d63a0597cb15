import type { CarHost } from '../lib/car/host.js';
import type { LinkHolder } from '../lib/car/sessions.js';
import { findKey, fingerprint } from '../lib/credentials/key-slot.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Allowance } from '../lib/credentials/policy.js';
import { covers } from '../lib/domain/roles.js';
import type { Role } from '../lib/domain/roles.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import type { Command } from '../lib/domain/commands.js';
import type { Door } from '../lib/domain/closures.js';
import { DONE, refused } from '../lib/domain/outcomes.js';
import type { Refusal } from '../lib/domain/refusals.js';
import type { Result } from '../lib/domain/outcomes.js';
import { newPairingCode } from '../lib/domain/pairing-code.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Logger } from '../lib/platform/logger.js';
import type { Answer, BehaviorContext } from './behavior.js';
import type { Behaviors } from './behaviors.js';
import { BodyRunner } from './body-runner.js';
import type { BodyInput, BodyRefusal } from './body.js';
import { cardNamed } from './cards.js';
import { reportOf } from './car-report.js';
import type { CarReport, RecordReport } from './car-report.js';
import { bodyEvent } from './events.js';
import type { CarEvent, CarEventDetail, Via } from './events.js';
import { advanceClock } from './rights/clock.js';
import type { ClockRecord } from './rights/clock.js';
import { revocationPage, signingTerms } from './rights/terms.js';
import { KeyManager } from './key-manager.js';
import type { KeyManagerOptions } from './key-manager.js';
import { actor, summarise } from './key-summary.js';
import { newRecord } from './memory/record.js';
import { OutcomeMemory } from './outcome-memory.js';
import { PairingManager } from './pairing-manager.js';
import type { PairingManagerOptions } from './pairing-manager.js';
import { PinLock } from './pin-lock.js';
import type { PinLockOptions } from './pin-lock.js';

export interface CarControllerOptions
  extends
    PinLockOptions,
    Pick<KeyManagerOptions, 'slots' | 'wallTime'>,
    Pick<PairingManagerOptions, 'onPairingChanged'> {
  /** 1 to 32 bytes of UTF-8. */
  readonly name: string;
  readonly behaviors: Behaviors;
  readonly log: Logger;
  readonly onEvent: (event: CarEvent) => void;
  /** The key is gone from the memory, or was suspended: drop its links. */
  readonly onKeyRemoved: (publicKey: Uint8Array) => void;
  /** Who has the links of the car now. */
  readonly holders: () => readonly (LinkHolder & Via)[];
}

/** A key card on one of the readers. The pillar's reader is outside, and only locks and unlocks. */
export type CardTap = {
  /** The name of the card; the car's first one by default. */
  readonly card?: string;
} & (
  | { readonly reader: 'pillar' }
  | { readonly reader: 'console'; readonly purpose: 'drive' }
  | { readonly reader: 'console'; readonly purpose: 'pair'; readonly role?: Role }
);

/** What a person's hand does to the car. */
export type HandInput = Extract<BodyInput, { type: 'open' | 'close' | 'drive' | 'park' }>;

/**
 * The car's computer: decides who may do what, and ties body, key slots, pairing window and memory
 * together. Phones reach it through the CarHost interface, the person beside it through the rest.
 */
export class CarController implements CarHost {
  readonly name: string;
  readonly pairing: PairingManager;
  readonly credentials: KeyManager;
  readonly #pin: PinLock;
  readonly #outcomes: OutcomeMemory;
  readonly #options: CarControllerOptions;
  readonly #body: BodyRunner;
  #identity: KeyPair;
  /** Slot of the key or card that authorised driving last. */
  #starter: number | undefined;
  /** Slot of the card that opened the pairing window last. */
  #pairingCard: number | undefined;

  constructor(options: CarControllerOptions) {
    const { clock, store } = options;
    this.#options = options;
    this.name = options.name;
    this.#identity = options.suite.x25519KeyPair(store.record.privateKey);
    this.#body = new BodyRunner(clock, (effect, by) => {
      this.#emit(bodyEvent(effect, by));
    });
    this.#pin = new PinLock(options);
    this.#outcomes = new OutcomeMemory(options);
    this.credentials = new KeyManager({
      ...options,
      identity: () => this.#identity,
      emit: (detail) => {
        this.#emit(detail);
      },
      onKeyWeakened: (key, reason) => {
        this.#weaken(key, reason);
      },
      onCardRemoved: ({ slot }) => {
        if (this.#starter === slot)
          this.#body.apply({ type: 'revoke-drive', reason: 'key-removed' });
        if (this.#pairingCard === slot) this.pairing.shut('card-removed');
      },
    });
    this.pairing = new PairingManager({
      ...options,
      onWindow: (effect) => {
        this.#emit(effect);
      },
      onKey: ({ key, before, gone }) => {
        const summary = summarise(options.suite, key, store.record);
        this.#emit({ type: 'key-added', key: summary, replaced: before !== undefined });
        if (before && !covers(key.role, before.role)) this.#weaken(before, 'key-removed');
        this.credentials.left(gone, 'card');
      },
    });
  }

  get identity(): KeyPair {
    return this.#identity;
  }

  keys(): readonly KeySlot[] {
    return this.#options.store.record.keys;
  }

  execute(command: Command, asking: KeySlot): Promise<Result> {
    return this.perform(command, asking);
  }

  /** As `execute`, of a phone that may be far away. */
  async perform(command: Command, asking: KeySlot, via?: 'cloud'): Promise<Result> {
    // As it is enrolled now: it may have been removed, or got another role, since the proof.
    const key = findKey(this.#options.suite, this.keys(), asking.publicKey);
    const answer =
      key === undefined
        ? 'not-permitted'
        : ((await this.#outcomes.once(command, key, () => this.#answer(command, key, via))) ??
          DONE);
    if (typeof answer === 'string') {
      const by = actor(asking, via);
      this.#emit({ type: 'command-refused', command: command.type, reason: answer, by });
    }
    const { store, suite, wallTime } = this.#options;
    return {
      outcome: typeof answer === 'string' ? refused(answer) : answer,
      clockLost: store.record.clock.lost,
      ...signingTerms(store.record, key, command.type, { suite, wallMs: wallTime() }),
    };
  }

  /** A card on a reader. A tap for driving never opens pairing, nor the other way round. */
  tap(tap: CardTap): BodyRefusal | 'card-unknown' | undefined {
    const { reader } = tap;
    const card = cardNamed(this.#options.store.record.cards, tap.card);
    if (card === undefined) {
      this.#emit({ type: 'card-refused', reader, card: tap.card ?? '' });
      return 'card-unknown';
    }
    const purpose = reader === 'pillar' ? 'lock' : tap.purpose;
    this.#emit({ type: 'card-tapped', reader, purpose, card: card.name });
    if (reader === 'pillar') return this.#body.apply({ type: 'toggle-lock' }, 'card');
    if (tap.purpose === 'drive') {
      this.#starter = card.slot;
      this.#pin.clearTries().catch((error: unknown) => {
        this.#options.log.warn('the PIN stays as it was', { error: String(error) });
      });
      return this.#body.apply({ type: 'authorise-drive' }, 'card');
    }
    this.#pairingCard = card.slot;
    this.pairing.open(newPairingCode(this.#options.random), tap.role);
    return undefined;
  }

  /** A person at the screen, with a card on the console. @throws PhoneKeyError `sim.storage` */
  async clearPin(card?: string): Promise<Refusal | undefined> {
    const refused = await this.#pin.clear((record) => this.credentials.refuseCard(card, record));
    if (refused === undefined) this.#emit({ type: 'pin-changed', set: false, by: 'card' });
    return refused;
  }

  /** Pulls the outer handle of a door: opens it unless the car is locked or driven. */
  pullHandle(door: Door): BodyRefusal | undefined {
    const reason = this.hand({ type: 'open', closure: door });
    if (reason !== undefined) this.#emit({ type: 'handle-refused', door, reason });
    return reason;
  }

  hand(input: HandInput): BodyRefusal | undefined {
    return this.#body.apply(input, 'hand');
  }

  status(): CarReport {
    const { slots } = this.#options;
    const { locked, open, drive } = this.#body.state();
    return {
      name: this.name,
      fingerprint: this.#ownFingerprint(),
      locked,
      open,
      driveSecondsLeft: this.#body.driveSecondsLeft(),
      driving: drive.phase === 'driving',
      slots,
      pairing: this.pairing.screen().state,
      links: this.#options.holders().map(({ key, heldMs, via }) => ({
        key: key === undefined ? null : { slot: key.slot, name: key.name },
        ...(via && { via }),
        seconds: Math.floor(heldMs / 1000),
      })),
      ...this.#report(),
    };
  }

  /**
   * Factory reset: forgets every key and takes a new identity, so that phones of the past neither
   * get in nor recognise the car. Only the count of pairing tries stays.
   * @param card the name of the one key card that it knows from then on (default: card)
   * @throws PhoneKeyError `sim.storage`; then nothing is forgotten
   */
  async reset(card?: string): Promise<BodyRefusal | undefined> {
    const { store, suite, random } = this.#options;
    if (this.#body.state().drive.phase === 'driving') return 'driving';
    // First, so that no phone can enrol in between.
    this.pairing.shut('reset');
    await store.update(({ pairingTries }) => ({
      record: { ...newRecord(random(32), card), pairingTries },
      erases: true,
      value: undefined,
    }));
    this.#identity = suite.x25519KeyPair(store.record.privateKey);
    this.#body.apply({ type: 'revoke-drive', reason: 'reset' });
    this.#emit({ type: 'factory-reset', fingerprint: this.#ownFingerprint() });
    return undefined;
  }

  /** The clock in the car stands still, and loses the time. @throws PhoneKeyError `sim.storage` */
  async loseClock(): Promise<void> {
    await this.#changeClock((clock) => ({ ...clock, lost: true }));
    this.#emit({ type: 'clock-lost' });
  }

  /** As if so much time had passed. @throws PhoneKeyError `sim.storage` */
  async advanceClock(seconds: number): Promise<void> {
    await this.#changeClock((clock) => advanceClock(clock, seconds));
    this.#emit({ type: 'clock-set', now: this.status().now ?? 0, by: 'hand' });
  }

  /** Cancels every timer. */
  stop(): void {
    this.#body.stop();
    this.pairing.stop();
  }

  async #answer(command: Command, key: KeySlot, via?: 'cloud'): Promise<Answer> {
    const allowance = await this.credentials.ask(key, command.type);
    if (typeof allowance === 'string') return allowance;
    const behavior = this.#options.behaviors.get(command.type);
    if (behavior === undefined) return 'unknown-command';
    return behavior(this.#context(key, allowance, command.type, via), command, key);
  }

  #context(
    key: KeySlot,
    allowance: Allowance,
    command: Command['type'],
    via?: 'cloud',
  ): BehaviorContext {
    const by = actor(key, via);
    return {
      allowance,
      act: (input) => {
        if (input.type === 'authorise-drive') this.#starter = key.slot;
        return this.#body.apply(input, by);
      },
      body: () => this.#body.state(),
      driveSecondsLeft: () => this.#body.driveSecondsLeft(),
      keys: () => this.#report().keys,
      cards: () => this.#report().cards,
      pinNeeded: () => this.#pin.isSet,
      // Slow on purpose: the key may have been removed or suspended meanwhile.
      checkPin: async (pin) =>
        (await this.#pin.check(pin, key)) ?? this.credentials.askAgain(key, command),
      setPin: async (pin, oldPin) => {
        const refused = await this.#pin.set(pin, oldPin, key, () =>
          this.credentials.askAgain(key, command),
        );
        if (refused === undefined) this.#emit({ type: 'pin-changed', set: pin !== '', by });
        return refused;
      },
      removeKey: (slot) => this.credentials.remove(slot, key),
      deliver: (revocationList) => this.credentials.deliver(revocationList),
      raiseEpoch: () => this.credentials.raiseEpoch(by),
      setTime: (seconds) => this.credentials.setTime(seconds, by),
      listRevocations: (page) => ({
        type: 'revocations',
        ...revocationPage(this.#options.store.record, key, page, this.#options),
      }),
    };
  }

  #changeClock(change: (clock: ClockRecord) => ClockRecord): Promise<void> {
    return this.#options.store.update((record) => ({
      record: { ...record, clock: change(record.clock) },
      value: undefined,
    }));
  }

  /** Drops its links, and what it authorised. */
  #weaken({ slot, publicKey }: KeySlot, reason: 'key-removed' | 'key-suspended'): void {
    if (this.#starter === slot) this.#body.apply({ type: 'revoke-drive', reason });
    this.#options.onKeyRemoved(publicKey);
  }

  #report(): RecordReport {
    const { store, suite, wallTime } = this.#options;
    return reportOf(store.record, suite, wallTime());
  }

  #ownFingerprint(): string {
    return toHex(fingerprint(this.#options.suite, this.#identity.publicKey));
  }

  #emit(detail: CarEventDetail): void {
    const { clock, wallTime, log, onEvent } = this.#options;
    const time = new Date(wallTime()).toISOString();
    try {
      onEvent({ at: clock.now(), time, ...detail });
    } catch (error) {
      // A listener's fault must not stop a door.
      log.warn('an event listener failed', { error: String(error) });
    }
  }
}
