import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { AnyCommand, CommandName } from '../lib/wire/commands.js';
import type { Result } from '../lib/wire/gen/phonekey_pb.js';
import type { BodyInput, BodyState } from './body.js';
import type { CommandRefusal } from './events.js';

/**
 * What the car does on one command. Each lives in a file of its own in behaviors/ and exports it as
 * `behavior`. Whether the key's role permits the command was checked before.
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
  /** Lets the body do something; gives its refusal, or `done`. */
  readonly act: (input: BodyInput) => Answer;
  readonly body: () => BodyState;
  readonly driveSecondsLeft: () => number;
  readonly keys: () => readonly KeySlot[];
  /** First 8 bytes of SHA-512 of the public key. */
  readonly fingerprint: (key: KeySlot) => Uint8Array;
  /**
   * Removes a key for good; resolves when that is durable. `check` sees the keys as they are at that
   * moment, and may refuse.
   * @throws PhoneKeyError `sim.storage`
   */
  readonly removeKey: (
    slot: number,
    check: (key: KeySlot, keys: readonly KeySlot[]) => CommandRefusal | undefined,
  ) => Promise<Answer>;
}
