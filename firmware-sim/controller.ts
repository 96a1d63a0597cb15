import type { CarHost } from '../lib/car/host.js';
import { findKey, fingerprint } from '../lib/credentials/key-slot.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Allowance } from '../lib/credentials/policy.js';
import { covers } from '../lib/domain/roles.js';
import type { Role } from '../lib/domain/roles.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import type { Command } from '../lib/domain/commands.js';
import type { Closure, Door } from '../lib/domain/closures.js';
import { DONE, refused } from '../lib/domain/outcomes.js';
import type { Result } from '../lib/domain/outcomes.js';
import { newPairingCode } from '../lib/domain/pairing-code.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Logger } from '../lib/platform/logger.js';
import type { Answer, BehaviorContext } from './behavior.js';
import type { Behaviors } from './behaviors.js';
import { BodyRunner } from './body-runner.js';
import type { BodyInput, BodyRefusal } from './body.js';
import { bodyEvent } from './events.js';
import type { Actor, CarEvent, CarEventDetail, KeySummary } from './events.js';
import { advanceClock, setLostClock, timeOf } from './car-clock.js';
import { KeyManager } from './key-manager.js';
import type { KeyManagerOptions } from './key-manager.js';
import { actor, summarise } from './key-summary.js';
import { newRecord } from './memory/record.js';
import type { ClockRecord } from './memory/rights-record.js';
import { PairingManager } from './pairing-manager.js';
import type { Screen } from './pairing-manager.js';
import { PinLock } from './pin-lock.js';
import type { PinLockOptions } from './pin-lock.js';

export interface CarControllerOptions
  extends PinLockOptions, Pick<KeyManagerOptions, 'slots' | 'wallTime'> {
  /** 1 to 32 bytes of UTF-8. */
  readonly name: string;
  readonly behaviors: Behaviors;
  readonly log: Logger;
  readonly onEvent: (event: CarEvent) => void;
  /** The key is gone from the memory, or was suspended: drop its links. */
  readonly onKeyRemoved: (publicKey: Uint8Array) => void;
  /** The pairing window opened or closed: advertise that. */
  readonly onPairingChanged: () => void;
}

/** The key card on one of the readers. The pillar's reader is outside, and only locks and unlocks. */
export type CardTap =
  | { readonly reader: 'pillar' }
  | { readonly reader: 'console'; readonly purpose: 'drive' }
  | { readonly reader: 'console'; readonly purpose: 'pair'; readonly role?: Role };

/** What a person's hand does to the car. */
export type HandInput = Extract<BodyInput, { type: 'open' | 'close' | 'drive' | 'park' }>;

export interface CarReport {
  readonly name: string;
  /** Of the car's identity, 16 hex digits. */
  readonly fingerprint: string;
  readonly locked: boolean;
  readonly open: readonly Closure[];
  /** 0: driving is not authorised. */
  readonly driveSecondsLeft: number;
  readonly driving: boolean;
  readonly keys: readonly KeySummary[];
  /** How many keys the car can hold. */
  readonly slots: number;
  readonly pairing: Screen['state'];
  /** Pairing tries ever counted. */
  readonly pairingTries: number;
  /** How often it was re-keyed. */
  readonly epoch: number;
  /** Seconds since 1970; null when the car does not know. */
  readonly now: number | null;
  /** It asks for one before driving. */
  readonly pin: boolean;
}

/**
 * The car's computer: decides who may do what, and ties body, key slots, pairing window and memory
 * together. Phones reach it through the CarHost interface, the person beside it through the rest.
 */
export class CarController implements CarHost {
  readonly name: string;
  readonly pairing: PairingManager;
  readonly credentials: KeyManager;
  readonly #pin: PinLock;
  readonly #options: CarControllerOptions;
  readonly #body: BodyRunner;
  #identity: KeyPair;
  /** Slot of the key whose `start` was the last. */
  #starter: number | undefined;

  constructor(options: CarControllerOptions) {
    const { clock, store } = options;
    this.#options = options;
    this.name = options.name;
    this.#identity = options.suite.x25519KeyPair(store.record.privateKey);
    this.#body = new BodyRunner(clock, (effect, by) => {
      this.#emit(bodyEvent(effect, by));
    });
    this.#pin = new PinLock(options);
    this.credentials = new KeyManager({
      ...options,
      identity: () => this.#identity,
      emit: (detail) => {
        this.#emit(detail);
      },
      onKeyWeakened: (key, reason) => {
        this.#weaken(key, reason);
      },
    });
    this.pairing = new PairingManager({
      ...options,
      onWindow: (effect) => {
        this.#emit(effect);
        options.onPairingChanged();
      },
      onKey: ({ key, former, gone }) => {
        const summary = summarise(options.suite, key, store.record);
        this.#emit({ type: 'key-added', key: summary, replaced: former !== undefined });
        if (former && !covers(key.role, former.role)) this.#weaken(former, 'key-removed');
        this.credentials.gone(gone, 'card');
      },
    });
  }

  get identity(): KeyPair {
    return this.#identity;
  }

  keys(): readonly KeySlot[] {
    return this.#options.store.record.keys;
  }

  async execute(command: Command, asking: KeySlot): Promise<Result> {
    // As it is enrolled now: it may have been removed, or got another role, since the proof.
    const key = findKey(this.#options.suite, this.keys(), asking.publicKey);
    const answer =
      key === undefined ? 'not-permitted' : ((await this.#answer(command, key)) ?? DONE);
    if (typeof answer === 'string') {
      const by = actor(asking);
      this.#emit({ type: 'command-refused', command: command.type, reason: answer, by });
    }
    // What else the phone needs to know: that the car lost the time, and to owners, the epoch.
    const { clock, epoch } = this.#options.store.record;
    return {
      outcome: typeof answer === 'string' ? refused(answer) : answer,
      clockLost: clock.lost,
      epoch: key?.role === 'owner' ? epoch : 0,
    };
  }

  /** A card on a reader. A tap for driving never opens pairing, nor the other way round. */
  tap(tap: CardTap): BodyRefusal | undefined {
    const { reader } = tap;
    const purpose = reader === 'pillar' ? 'lock' : tap.purpose;
    this.#emit({ type: 'card-tapped', reader, purpose });
    if (reader === 'pillar') return this.#body.apply({ type: 'toggle-lock' }, 'card');
    if (tap.purpose === 'drive') {
      this.#starter = undefined;
      this.#pin.clearTries().catch((error: unknown) => {
        this.#options.log.warn('the PIN stays as it was', { error: String(error) });
      });
      return this.#body.apply({ type: 'authorise-drive' }, 'card');
    }
    this.pairing.open(newPairingCode(this.#options.random), tap.role);
    return undefined;
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
    const { store, slots } = this.#options;
    const { locked, open, drive } = this.#body.state();
    return {
      name: this.name,
      fingerprint: this.#ownFingerprint(),
      locked,
      open,
      driveSecondsLeft: this.#body.driveSecondsLeft(),
      driving: drive.phase === 'driving',
      keys: this.#summaries(),
      slots,
      pairing: this.pairing.screen().state,
      pairingTries: store.record.pairingTries,
      epoch: store.record.epoch,
      now: timeOf(store.record.clock, this.#options.wallTime()) ?? null,
      pin: this.#pin.isSet,
    };
  }

  /**
   * Factory reset: forgets every key and takes a new identity, so that phones of the past neither
   * get in nor recognise the car. Only the count of pairing tries stays.
   * @throws PhoneKeyError `sim.storage`; then nothing is forgotten
   */
  async reset(): Promise<BodyRefusal | undefined> {
    const { store, suite, random } = this.#options;
    if (this.#body.state().drive.phase === 'driving') return 'driving';
    // First, so that no phone can enrol in between.
    this.pairing.reset();
    await store.update(({ pairingTries }) => ({
      record: { ...newRecord(random(32)), pairingTries },
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
  advanceClock(seconds: number): Promise<void> {
    return this.#setClock('hand', (clock) => advanceClock(clock, seconds));
  }

  /** Cancels every timer. */
  stop(): void {
    this.#body.stop();
    this.pairing.stop();
  }

  async #answer(command: Command, key: KeySlot): Promise<Answer> {
    const allowance = await this.credentials.ask(key, command.type);
    if (typeof allowance === 'string') return allowance;
    const behavior = this.#options.behaviors.get(command.type);
    if (behavior === undefined) return 'unknown-command';
    return behavior(this.#context(key, allowance, command.type), command, key);
  }

  #context(key: KeySlot, allowance: Allowance, command: Command['type']): BehaviorContext {
    const by = actor(key);
    return {
      allowance,
      act: (input) => {
        if (input.type === 'authorise-drive') this.#starter = key.slot;
        return this.#body.apply(input, by);
      },
      body: () => this.#body.state(),
      driveSecondsLeft: () => this.#body.driveSecondsLeft(),
      keys: () => this.#summaries(),
      pinNeeded: () => this.#pin.isSet,
      // Slow on purpose: the key may have been removed or suspended meanwhile.
      checkPin: async (pin) =>
        (await this.#pin.check(pin, key)) ?? this.credentials.askAgain(key, command),
      setPin: async (pin) => {
        const refused = await this.#pin.set(pin, () => this.credentials.askAgain(key, command));
        if (refused === undefined) this.#emit({ type: 'pin-changed', set: pin !== '', by });
        return refused;
      },
      removeKey: (slot) => this.credentials.remove(slot, key),
      deliver: (revocationList) => this.credentials.deliver(revocationList),
      raiseEpoch: () => this.credentials.raiseEpoch(by),
      setTime: (seconds) => this.#setClock(by, (clock, now) => setLostClock(clock, seconds, now)),
    };
  }

  /** Drops its links, and what it authorised. */
  #weaken({ slot, publicKey }: KeySlot, reason: 'key-removed' | 'key-suspended'): void {
    if (this.#starter === slot) this.#body.apply({ type: 'revoke-drive', reason });
    this.#options.onKeyRemoved(publicKey);
  }

  async #setClock(
    by: Actor,
    change: (clock: ClockRecord, wallMs: number) => ClockRecord,
  ): Promise<undefined> {
    if (await this.#changeClock(change)) {
      this.#emit({ type: 'clock-set', now: this.status().now ?? 0, by });
    }
  }

  /** Whether it was another one before. */
  #changeClock(change: (clock: ClockRecord, wallMs: number) => ClockRecord): Promise<boolean> {
    const { store, wallTime } = this.#options;
    return store.update((record) => {
      const clock = change(record.clock, wallTime());
      const value = clock !== record.clock;
      return { ...(value && { record: { ...record, clock } }), value };
    });
  }

  #summaries(): readonly KeySummary[] {
    const { store, suite } = this.#options;
    return this.keys().map((key) => summarise(suite, key, store.record));
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
