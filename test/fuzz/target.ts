import { PhoneKeyError } from '../../lib/errors.js';

/**
 * Something that takes bytes from outside. `targets/index.ts` lists them all; a new parser is a line
 * there or in one of the files beside it.
 */
export interface Target {
  readonly name: string;
  /** Good inputs, made by the project's own code, from which mutation starts. */
  readonly seeds: () => readonly Uint8Array[];
  /** Byte strings that are worth inserting. */
  readonly dictionary?: readonly Uint8Array[];
  /** Bytes of the longest input that is tried (default 512). */
  readonly maxLength?: number;
  /** Inputs are records of this many bytes, which are moved, copied and removed as wholes. */
  readonly stride?: number;
  /** Share of the time box beside the other targets (default 1). */
  readonly weight?: number;
  /**
   * How many inputs run between two looks at the coverage, which cost half a millisecond each
   * (default 256). Targets that return a promise, or take as long themselves: 1.
   */
  readonly batch?: number;
  /** Milliseconds of processor time that one input may take (default 50). */
  readonly limitMs?: number;
  /** Throws, or rejects, when something is wrong; returns for inputs that were taken or refused well. */
  run(input: Uint8Array): void | Promise<void>;
}

/** What was thrown is not what a hostile input may cause, or a promise was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation unless `holds` */
export function demand(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new Violation(promise);
}

/** The result, or undefined where it was refused with a PhoneKeyError of one of these codes. */
export const refusing = <T>(codes: readonly string[], parse: () => T): T | undefined => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PhoneKeyError && codes.includes(error.code)) return undefined;
    throw error;
  }
};
