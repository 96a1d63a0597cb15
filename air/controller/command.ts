import { Status } from '../hci/constants.js';
import type { VirtualController } from './controller.js';

/** What a command gives: a status, and what is to happen once the host has been answered. */
export interface Outcome {
  readonly status: number;
  /** Return parameters after the status byte; on failure zeros take their place. */
  readonly returned?: Buffer;
  readonly then?: () => void;
}

export interface Command {
  /** Bytes of parameters, exactly, or at most where there is a `minimum`. */
  readonly length: number;
  readonly minimum?: number;
  /** The answering event. */
  readonly answer: 'complete' | 'status';
  /** Bytes of return parameters after the status byte. */
  readonly returns: number;
  /** Octet and bit in Read Local Supported Commands (Vol 4 Part E 6.27); none for vendor commands. */
  readonly supported?: readonly [octet: number, bit: number];
  run(controller: VirtualController, parameters: Buffer): number | Outcome;
}

/** Success with return parameters. */
export const ok = (returned: Buffer): Outcome => ({ status: Status.success, returned });

export type Options = Partial<Pick<Command, 'answer' | 'returns' | 'minimum'>>;

/** An entry of the table of commands. */
export const command = (
  opcode: number,
  supported: Command['supported'],
  length: number,
  run: Command['run'],
  options: Options = {},
): readonly [number, Command] => [
  opcode,
  { length, answer: 'complete', returns: 0, ...(supported && { supported }), run, ...options },
];

export const status: Options = { answer: 'status' };
