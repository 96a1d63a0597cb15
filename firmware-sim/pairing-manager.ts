import type { EnrolRefusal, PairingHost, PairingWindow } from '../lib/car/host.js';
import type { Role } from '../lib/domain/roles.js';
import type { Applicant } from '../lib/credentials/key-slot.js';
import type { Enrolment } from '../lib/domain/outcomes.js';
import type { Cancel, Clock } from '../lib/platform/clock.js';
import { runningTime } from './rights/clock.js';
import { pairKey } from './rights/pairing.js';
import type { PairedKey } from './rights/pairing.js';
import { signingTerms } from './rights/terms.js';
import type { KeyManagerOptions } from './key-manager.js';
import type { CarRecord } from './memory/record.js';
import { closedWindow, isOpen, MAX_TRIES, stepWindow } from './pairing-window.js';
import type { WindowEffect, WindowInput, WindowState } from './pairing-window.js';

export interface PairingManagerOptions extends Pick<
  KeyManagerOptions,
  'store' | 'suite' | 'slots' | 'wallTime'
> {
  readonly clock: Clock;
  readonly onWindow: (effect: WindowEffect) => void;
  /** Whether there is a window that takes tries has changed: advertise that. */
  readonly onPairingChanged: () => void;
  /** A key is durable. */
  readonly onKey: (paired: PairedKey<CarRecord>) => void;
}

/** What the car's screen shows. The only place where the pairing code appears. */
export type Screen =
  | { readonly state: 'idle' }
  /** The last try, or the writing of a key, is under way. */
  | { readonly state: 'checking' }
  | {
      readonly state: 'pairing';
      /** 8 digits. */
      readonly code: string;
      readonly secondsLeft: number;
      readonly triesLeft: number;
      /** What the window gives. */
      readonly role: Role;
    };

/** Runs the pairing window on a clock and a memory. Each window has a handle of its own. */
export class PairingManager implements PairingHost {
  readonly #options: PairingManagerOptions;
  #state: WindowState = closedWindow;
  #handle: PairingWindow | undefined;
  #timer: Cancel | undefined;

  constructor(options: PairingManagerOptions) {
    this.#options = options;
  }

  /**
   * A card tap: opens a window with this code; one that was open is replaced. A car without an owner
   * makes its next key one, whatever was asked.
   */
  open(code: string, asked: Role = 'driver'): void {
    const { keys } = this.#options.store.record;
    const role = keys.some((key) => key.role === 'owner') ? asked : 'owner';
    this.#input({ type: 'open', code, role }, { code, role });
  }

  window(): PairingWindow | undefined {
    this.#input({ type: 'tick' });
    return this.#state.phase === 'open' ? this.#handle : undefined;
  }

  async countTry(window: PairingWindow): Promise<boolean> {
    // Taken off the window at once, so that parallel links share the three tries.
    if (window !== this.#handle || !this.#input({ type: 'try' })) return false;
    const counted = this.#options.store.update((record) => ({
      record: { ...record, pairingTries: record.pairingTries + 1 },
      value: undefined,
    }));
    try {
      await counted;
    } catch (error) {
      this.returnTry(window); // nobody gets an answer, so nobody has guessed
      throw error;
    }
    this.#input({ type: 'tick' });
    return window === this.#handle && isOpen(this.#state);
  }

  async enrol(window: PairingWindow, phone: Applicant): Promise<Enrolment | EnrolRefusal> {
    const { store, suite, slots, wallTime, onKey } = this.#options;
    if (window !== this.#handle || !isOpen(this.#state)) return 'closed';
    const pair = (record: CarRecord): PairedKey<CarRecord> | EnrolRefusal =>
      pairKey(record, phone, window.role, { suite, wallMs: wallTime(), slots });
    // Looked at before, so that a refusal leaves the window as it is.
    const refusal = pair(store.record);
    if (refusal === 'name-invalid') this.#input({ type: 'return-try' });
    if (typeof refusal === 'string') return refusal;
    if (!this.#input({ type: 'enrol' })) return 'closed';
    let paired: PairedKey<CarRecord> | EnrolRefusal = 'closed';
    try {
      paired = await store.update<PairedKey<CarRecord> | EnrolRefusal>((record) => {
        const value = pair(record);
        return typeof value === 'string'
          ? { value }
          : { record: value.rights, erases: value.before !== undefined, value };
      });
      if (typeof paired !== 'string') onKey(paired);
    } finally {
      // A newer window may have been opened meanwhile; it stays.
      if (window === this.#handle) {
        this.#input({ type: typeof paired === 'string' ? 'enrol-failed' : 'enrolled' });
      }
    }
    return typeof paired === 'string' ? paired : this.#told(paired);
  }

  returnTry(window: PairingWindow): void {
    if (window === this.#handle) this.#input({ type: 'return-try' });
  }

  screen(): Screen {
    this.#input({ type: 'tick' });
    const state = this.#state;
    if (state.phase === 'closed') return { state: 'idle' };
    if (state.phase !== 'open') return { state: 'checking' };
    return {
      state: 'pairing',
      code: state.code,
      secondsLeft: Math.ceil((state.until - this.#options.clock.now()) / 1000),
      triesLeft: MAX_TRIES - state.tries,
      role: state.role,
    };
  }

  /** Closes the window, for a factory reset or because the card that opened it is removed. */
  shut(why: 'reset' | 'card-removed'): void {
    this.#input({ type: why });
  }

  /** Cancels the timer. */
  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  #told({ key, before, rights }: PairedKey<CarRecord>): Enrolment {
    const context = { suite: this.#options.suite, wallMs: this.#options.wallTime() };
    return {
      slot: key.slot,
      role: key.role,
      ...(before && { formerRole: before.role }),
      ...signingTerms(rights, key, 'status', context),
      epoch: rights.epoch,
      time: runningTime(rights.clock, context.wallMs) ?? 0,
    };
  }

  #input(input: WindowInput, handle = this.#handle): boolean {
    const { clock, onWindow, onPairingChanged } = this.#options;
    const before = this.#state.phase;
    const { state, effects, accepted } = stepWindow(this.#state, input, clock.now());
    this.#state = state;
    this.#handle = state.phase === 'closed' ? undefined : handle;
    this.#rearm();
    for (const effect of effects) onWindow(effect);
    if ((before === 'open') !== (state.phase === 'open')) onPairingChanged();
    return accepted;
  }

  #rearm(): void {
    this.stop();
    if (!isOpen(this.#state)) return;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(0, this.#state.until - clock.now()), () => {
      this.#input({ type: 'tick' });
    });
  }
}
