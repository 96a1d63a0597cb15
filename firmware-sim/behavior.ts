import type { Allowance } from '../lib/credentials/policy.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { AnyCommand, CommandName } from '../lib/native/commands.js';
import type { Result } from '../lib/native/schema/gen/phonekey_pb.js';
import type { BodyInput, BodyState } from './body.js';
import type { CommandRefusal } from './events.js';
import type { CarRecord } from './memory/record.js';
import type { PinRefusal } from './pin-lock.js';

/**
 * What the car does on one command. Each lives in a file of its own in behaviors/ and exports it as
 * `behavior`. Whether the policy lets the key do it was checked before, and a use of it counted.
 */
export interface Behavior<N extends CommandName = CommandName> {
  readonly command: N;
  /** Gives what to answer, or why it was not done. */
  execute(
    context: BehaviorContext,
    command: Extract<AnyCommand, { case: N }>,
    key: KeySlot,
  ): Answer | Promise<Answer>;
}

export type Answer = Result | CommandRefusal;

/** The car as a behaviour sees it, for the command and the key in hand. */
export interface BehaviorContext {
  /** What the policy allows the key with this command. */
  readonly allowance: Allowance;
  /** Lets the body do something; gives its refusal, or `done`. */
  readonly act: (input: BodyInput) => Answer;
  readonly body: () => BodyState;
  readonly driveSecondsLeft: () => number;
  readonly record: () => CarRecord;
  readonly keys: () => readonly KeySlot[];
  /** First 8 bytes of SHA-512 of the public key. */
  readonly fingerprint: (key: KeySlot) => Uint8Array;
  readonly isSuspended: (key: KeySlot) => boolean;
  /** The PIN that was typed, empty for none. */
  readonly checkPin: (pin: string) => Promise<PinRefusal | undefined>;
  /** Empty: no PIN any more. */
  readonly setPin: (pin: string) => Promise<Answer>;
  /** These resolve when the change is durable. @throws PhoneKeyError `sim.storage` */
  readonly removeKey: (slot: number) => Promise<Answer>;
  readonly deliver: (notice: Uint8Array) => Promise<Answer>;
  readonly raiseEpoch: () => Promise<Answer>;
  readonly setTime: (seconds: number) => Promise<Answer>;
}
