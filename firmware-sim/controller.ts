import type { CarHost } from '../lib/car/host.js';
import { refusal } from '../lib/car/link-machine.js';
import { findKey } from '../lib/credentials/find-key.js';
import { fingerprint } from '../lib/credentials/fingerprint.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import { permits, Role } from '../lib/credentials/roles.js';
import type { RoleName } from '../lib/credentials/roles.js';
import type { KeyPair, Suite } from '../lib/crypto/suite.js';
import { newPairingCode } from '../lib/pairing/code.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Clock } from '../lib/platform/clock.js';
import type { Logger } from '../lib/platform/logger.js';
import type { Random } from '../lib/platform/random.js';
import type { AnyCommand } from '../lib/wire/commands.js';
import type { Result } from '../lib/wire/gen/phonekey_pb.js';
import { done, refusalReason } from './answers.js';
import type { Answer, BehaviorContext } from './behavior.js';
import { BodyRunner } from './body-runner.js';
import type { BodyInput, BodyRefusal } from './body.js';
import type { Closure, Door } from './closures.js';
import { bodyEvent, windowEvent } from './events.js';
import type { Actor, CarEvent, CarEventDetail, CommandRefusal, KeySummary } from './events.js';
import { summarise } from './key-summary.js';
import type { Behaviors } from './load-behaviors.js';
import type { RecordStore } from './memory/store.js';
import { PairingDesk } from './pairing-desk.js';
import type { PairingDeskOptions, Screen } from './pairing-desk.js';

export interface DoorControllerOptions extends Pick<PairingDeskOptions, 'register' | 'slots'> {
  /** 1 to 32 bytes of UTF-8. */
  readonly name: string;
  readonly store: RecordStore;
  readonly behaviors: Behaviors;
  readonly suite: Suite;
  readonly clock: Clock;
  /** Milliseconds since 1970, for the events. */
  readonly wallTime: () => number;
  readonly random: Random;
  readonly log: Logger;
  readonly onEvent: (event: CarEvent) => void;
  /** The key is gone from the memory: drop its links. */
  readonly onKeyRemoved: (publicKey: Uint8Array) => void;
  /** The pairing window opened or closed: advertise that. */
  readonly onPairingChanged: () => void;
}

/** The key card on one of the readers. The pillar's reader is outside, and only locks and unlocks. */
export type CardTap =
  | { readonly reader: 'pillar' }
  | { readonly reader: 'console'; readonly purpose: 'drive' }
  | { readonly reader: 'console'; readonly purpose: 'pair'; readonly role?: RoleName };

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
}

/**
 * The car's computer: decides who may do what, and ties body, key slots, pairing window and memory
 * together. Phones reach it through the CarHost interface, the person beside it through the rest.
 */
export class DoorController implements CarHost {
  readonly name: string;
  readonly pairing: PairingDesk;
  readonly #options: DoorControllerOptions;
  readonly #body: BodyRunner;
  #identity: KeyPair;
  /** Slot of the key whose `start` was the last. */
  #starter: number | undefined;

  constructor(options: DoorControllerOptions) {
    const { clock, store } = options;
    this.#options = options;
    this.name = options.name;
    this.#identity = options.suite.x25519KeyPair(store.record.privateKey);
    this.#body = new BodyRunner(clock, (effect, by) => {
      this.#emit(bodyEvent(effect, by));
    });
    this.pairing = new PairingDesk({
      ...options,
      onWindow: (effect) => {
        this.#emit(windowEvent(effect));
        options.onPairingChanged();
      },
      onKey: (key, replaced) => {
        this.#emit({ type: 'key-added', key: summarise(options.suite, key), replaced });
      },
    });
  }

  get identity(): KeyPair {
    return this.#identity;
  }

  keys(): readonly KeySlot[] {
    return this.#options.store.record.keys;
  }

  async execute(command: AnyCommand, asking: KeySlot): Promise<Result> {
    // As it is enrolled now: it may have been removed, or got another role, since the proof.
    const key = findKey(this.#options.suite, this.keys(), asking.publicKey);
    const answer = key === undefined ? 'not-permitted' : await this.#answer(command, key);
    if (typeof answer !== 'string') return answer;
    this.#emit({
      type: 'command-refused',
      command: command.case,
      reason: answer,
      by: actor(asking),
    });
    return refusal(refusalReason(answer));
  }

  /** A card on a reader. A tap for driving never opens pairing, nor the other way round. */
  tap(tap: CardTap): BodyRefusal | undefined {
    const { reader } = tap;
    const purpose = reader === 'pillar' ? 'lock' : tap.purpose;
    this.#emit({ type: 'card-tapped', reader, purpose });
    if (reader === 'pillar') return this.#body.apply({ type: 'toggle-lock' }, 'card');
    if (tap.purpose === 'drive') {
      this.#starter = undefined;
      return this.#body.apply({ type: 'authorise-drive' }, 'card');
    }
    // A car without an owner makes its next key one, whatever was asked.
    const ownerless = !this.keys().some(({ role }) => role === Role.OWNER);
    this.pairing.open(newPairingCode(this.#options.random), ownerless ? 'owner' : tap.role);
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

  screen(): Screen {
    return this.pairing.screen();
  }

  status(): CarReport {
    const { store, suite, slots } = this.#options;
    const { locked, open, drive } = this.#body.state();
    return {
      name: this.name,
      fingerprint: this.#ownFingerprint(),
      locked,
      open,
      driveSecondsLeft: this.#body.driveSecondsLeft(),
      driving: drive.phase === 'driving',
      keys: store.record.keys.map((key) => summarise(suite, key)),
      slots,
      pairing: this.screen().state,
      pairingTries: store.record.pairingTries,
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
      record: { privateKey: random(32), pairingTries, keys: [] },
      erases: true,
      value: undefined,
    }));
    this.#identity = suite.x25519KeyPair(store.record.privateKey);
    this.#body.apply({ type: 'revoke-drive', reason: 'reset' });
    this.#emit({ type: 'factory-reset', fingerprint: this.#ownFingerprint() });
    return undefined;
  }

  /** Cancels every timer. */
  stop(): void {
    this.#body.stop();
    this.pairing.stop();
  }

  async #answer(command: AnyCommand, key: KeySlot): Promise<Answer> {
    if (!permits(key.role, command.case)) return 'not-permitted';
    const behavior = this.#options.behaviors.get(command.case);
    if (behavior === undefined) return 'unknown-command';
    return behavior.execute(this.#context(key), command, key);
  }

  #context(key: KeySlot): BehaviorContext {
    return {
      act: (input) => {
        if (input.type === 'authorise-drive') this.#starter = key.slot;
        return this.#body.apply(input, actor(key)) ?? done();
      },
      body: () => this.#body.state(),
      driveSecondsLeft: () => this.#body.driveSecondsLeft(),
      keys: () => this.keys(),
      fingerprint: ({ publicKey }) => fingerprint(this.#options.suite, publicKey),
      removeKey: (slot, check) => this.#removeKey(slot, check, key),
    };
  }

  async #removeKey(
    slot: number,
    check: (key: KeySlot, keys: readonly KeySlot[]) => CommandRefusal | undefined,
    by: KeySlot,
  ): Promise<Answer> {
    const removed = await this.#options.store.update<KeySlot | CommandRefusal>((record) => {
      const { keys } = record;
      // Whoever asks may have been removed while this waited its turn.
      const asking = findKey(this.#options.suite, keys, by.publicKey);
      if (asking === undefined) return { value: 'not-permitted' };
      const key = keys.find((candidate) => candidate.slot === slot);
      if (key === undefined) return { value: 'no-such-key' };
      const reason = check(key, keys);
      if (reason !== undefined) return { value: reason };
      return {
        record: { ...record, keys: keys.filter((other) => other !== key) },
        erases: true,
        value: key,
      };
    });
    if (typeof removed === 'string') return removed;
    this.#emit({
      type: 'key-removed',
      key: summarise(this.#options.suite, removed),
      by: actor(by),
    });
    if (this.#starter === removed.slot) {
      this.#body.apply({ type: 'revoke-drive', reason: 'key-removed' });
    }
    this.#options.onKeyRemoved(removed.publicKey);
    return done();
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

const actor = ({ slot, name }: KeySlot): Actor => ({ slot, name });
