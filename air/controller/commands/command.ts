import { Status } from '../../../lib/hci/constants.js';
import type { VirtualController } from '../controller.js';

/** What a command gives: a status, and what is to happen once the host has been answered. */
export interface CommandOutcome {
  readonly status: number;
  /** Return parameters after the status byte; on failure zeros take their place. */
  readonly returned?: Uint8Array;
  readonly then?: () => void;
}

/** Commands of one family are refused once a host has used the other one (Vol 4 Part E 3.1.1). */
export type AdvertisingFamily = 'legacy' | 'extended';

export interface CommandHandler {
  /** Bytes of parameters, exactly, or at most where there is a `minimum`. */
  readonly length: number;
  readonly minimum?: number;
  /** The answering event; `failure`: Command Complete, but only when the command fails. */
  readonly answer: 'complete' | 'status' | 'failure';
  /** Bytes of return parameters after the status byte. */
  readonly returns: number;
  /** Octet and bit in Read Local Supported Commands (Vol 4 Part E 6.27); none for vendor commands. */
  readonly supported?: readonly [octet: number, bit: number];
  readonly family?: AdvertisingFamily;
  run(controller: VirtualController, parameters: Buffer): number | CommandOutcome;
}

/** Success with return parameters. */
export const ok = (returned: Uint8Array): CommandOutcome => ({ status: Status.success, returned });

export type Options = Partial<Pick<CommandHandler, 'answer' | 'returns' | 'minimum' | 'family'>>;

export type CommandEntry = readonly [opcode: number, command: CommandHandler];

/** An entry of the table of commands. */
export const command = (
  opcode: number,
  supported: CommandHandler['supported'],
  length: number,
  run: CommandHandler['run'],
  options: Options = {},
): CommandEntry => [
  opcode,
  { length, answer: 'complete', returns: 0, ...(supported && { supported }), run, ...options },
];

/** A command without parameters that reads `returns` bytes. */
export const read = (
  opcode: number,
  supported: CommandHandler['supported'],
  returns: number,
  run: (controller: VirtualController) => Uint8Array,
  options: Options = {},
): CommandEntry => command(opcode, supported, 0, (c) => ok(run(c)), { returns, ...options });

export const answersStatus: Options = { answer: 'status' };
export const legacy: Options = { family: 'legacy' };
export const extended: Options = { family: 'extended' };
