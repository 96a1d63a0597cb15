import { ok } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Controller } from '../parts.js';

/** Commands of one family are refused once a host has used the other one (Vol 4 Part E 3.1.1). */
export type AdvertisingFamily = 'legacy' | 'extended';

export interface Command {
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
  run(controller: Controller, parameters: Buffer): number | Outcome;
}

export type Options = Partial<Pick<Command, 'answer' | 'returns' | 'minimum' | 'family'>>;

export type Entry = readonly [opcode: number, command: Command];

/** An entry of the table of commands. */
export const command = (
  opcode: number,
  supported: Command['supported'],
  length: number,
  run: Command['run'],
  options: Options = {},
): Entry => [
  opcode,
  { length, answer: 'complete', returns: 0, ...(supported && { supported }), run, ...options },
];

/** A command without parameters that reads `returns` bytes. */
export const read = (
  opcode: number,
  supported: Command['supported'],
  returns: number,
  run: (controller: Controller) => Buffer,
  options: Options = {},
): Entry => command(opcode, supported, 0, (c) => ok(run(c)), { returns, ...options });

export const status: Options = { answer: 'status' };
export const legacy: Options = { family: 'legacy' };
export const extended: Options = { family: 'extended' };
