import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Allowance } from '../lib/credentials/policy.js';
import type { CommandName, CommandOf } from '../lib/domain/commands.js';
import type { Outcome } from '../lib/domain/outcomes.js';
import type { Refusal } from '../lib/domain/refusals.js';
import type { BodyInput, BodyState } from './body.js';
import type { CardSummary } from './cards.js';
import type { KeySummary } from './events.js';

/**
 * What the car does on one command: gives what to answer, or why it was not done. Whether the policy lets
 * the key do it was checked before, and a use of it counted.
 */
export type Behavior<N extends CommandName = CommandName> = (
  context: BehaviorContext,
  command: CommandOf<N>,
  key: KeySlot,
) => Answer | Promise<Answer>;

/** Undefined: done. */
export type Answer = Outcome | Refusal | undefined;

/** The car as a behaviour sees it, for the command and the key in hand. */
export interface BehaviorContext {
  /** What the policy allows the key with this command. */
  readonly allowance: Allowance;
  /** Lets the body do something; gives its refusal. */
  readonly act: (input: BodyInput) => Answer;
  readonly body: () => BodyState;
  readonly driveSecondsLeft: () => number;
  readonly keys: () => readonly KeySummary[];
  readonly cards: () => readonly CardSummary[];
  readonly pinNeeded: () => boolean;
  /** The PIN that was typed, empty for none; and whether the key may do it still, now that it was checked. */
  readonly checkPin: (pin: string) => Promise<Refusal | undefined>;
  /** Empty: no PIN any more; no old one typed. */
  readonly setPin: (pin: string, oldPin: string) => Promise<Answer>;
  /** These resolve when the change is durable. @throws PhoneKeyError `sim.storage` */
  readonly removeKey: (slot: number | undefined) => Promise<Answer>;
  readonly deliver: (revocationList: Uint8Array) => Promise<Answer>;
  readonly raiseEpoch: () => Promise<Answer>;
  readonly setTime: (seconds: number) => Promise<Answer>;
  readonly listRevocations: (page: number) => Answer;
}
