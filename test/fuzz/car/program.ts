import { COMMANDS, MESSAGES, OPERATIONS } from './operations.js';
import { KEY_HOLDERS } from './key-holders.js';
import { SAYINGS, SIGNERS, TERMS } from './sharing-operations.js';

/** One step of a program, eight bytes of an input: all of them numbers from 0 to 255. */
export interface Step {
  readonly operation: number;
  readonly link: number;
  readonly person: number;
  readonly message: number;
  /** What the operation wants to know beside. */
  readonly parameter: number;
  readonly at: number;
  readonly xor: number;
  /** Bytes of a chunk; 0: as many as fit. */
  readonly chunk: number;
}

export const STEP_BYTES = 8;
export const MOST_STEPS = 48;

/** The same for people to write; what is left out is 0. */
export interface NamedStep extends Partial<Omit<Step, 'operation' | 'person' | 'message'>> {
  readonly do: keyof typeof OPERATIONS;
  readonly person?: keyof typeof KEY_HOLDERS;
  readonly message?: keyof typeof MESSAGES;
  /** In place of the parameter. */
  readonly command?: keyof typeof COMMANDS;
  readonly terms?: keyof typeof TERMS;
  readonly says?: keyof typeof SAYINGS;
  /** In place of the message. */
  readonly by?: keyof typeof SIGNERS;
  /** Bytes that follow, for the operations that send some. */
  readonly payload?: Uint8Array;
}

const number = (table: object, name: string | undefined): number =>
  name === undefined ? 0 : Object.keys(table).indexOf(name);

/** A program as an input. */
export const program = (...steps: readonly NamedStep[]): Uint8Array =>
  Uint8Array.from(steps.flatMap((step) => [...encode(step)]));

const encode = (step: NamedStep): Uint8Array => {
  const { link = 0, at = 0, xor = 0, chunk = 0, payload = new Uint8Array(0) } = step;
  const { command, terms, says, parameter = payload.length } = step;
  const named = [number(COMMANDS, command), number(TERMS, terms), number(SAYINGS, says)];
  const records = Math.ceil(payload.length / STEP_BYTES);
  const bytes = new Uint8Array((1 + records) * STEP_BYTES);
  bytes.set([
    number(OPERATIONS, step.do),
    link,
    number(KEY_HOLDERS, step.person),
    Math.max(number(MESSAGES, step.message), number(SIGNERS, step.by)),
    Math.max(parameter, ...named),
    at,
    xor,
    chunk,
  ]);
  bytes.set(payload, STEP_BYTES);
  return bytes;
};

/** The step at an offset of an input; undefined at its end. */
export const stepAt = (input: Uint8Array, offset: number): Step | undefined => {
  if (offset + STEP_BYTES > input.length) return undefined;
  const [
    operation = 0,
    link = 0,
    person = 0,
    message = 0,
    parameter = 0,
    at = 0,
    xor = 0,
    chunk = 0,
  ] = input.subarray(offset, offset + STEP_BYTES);
  return { operation, link, person, message, parameter, at, xor, chunk };
};
