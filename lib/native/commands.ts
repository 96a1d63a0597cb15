import type { Introduction } from '../credentials/key-slot.js';
import type { Command } from '../domain/commands.js';
import { checkName } from '../domain/names.js';
import { formFactors, knownFormFactor } from './numbers.js';
import { CommandSchema } from './schema/gen/phonekey.js';
import type * as schema from './schema/gen/phonekey.js';
import { decode, encode } from './wire.js';
import type { Init } from './wire.js';

/** The schema's Command: its cases and their fields have the names of domain/commands.ts. */

type CommandInit = NonNullable<Init<schema.Command>['command']>;

export const encodeCommand = (
  { type, ...value }: Command,
  introduction?: Introduction,
): Uint8Array =>
  encode(CommandSchema, {
    command: { case: type, value } as CommandInit,
    ...(introduction === undefined
      ? {}
      : { ...introduction, formFactor: formFactors.of(introduction.formFactor ?? 'unknown') }),
  });

export interface Request {
  /** Undefined for a command that this version does not know. */
  readonly command: Command | undefined;
  readonly introduction: Introduction | undefined;
}

/** @throws PhoneKeyError `protocol.malformed` */
export const decodeRequest = (bytes: Uint8Array): Request => {
  const { command: message, grants, name, formFactor } = decode(CommandSchema, bytes);
  const command = message.case && ({ type: message.case, ...message.value } as Command);
  if (grants.length === 0) return { command, introduction: undefined };
  const introduction = { grants, name: checkName(name), ...knownFormFactor(formFactor) };
  return { command, introduction };
};
