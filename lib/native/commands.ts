import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Introduction } from '../credentials/key-slot.js';
import type { Command } from '../domain/commands.js';
import { checkName } from '../domain/names.js';
import { formFactors, knownFormFactor } from './numbers.js';
import { CommandSchema } from './schema/gen/phonekey_pb.js';
import { decode, encode } from './strict.js';

/** The schema's Command: its cases and their fields have the names of domain/commands.ts. */

type CommandInit = NonNullable<MessageInitShape<typeof CommandSchema>['command']>;

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
  const { $typeName: _, ...fields } = message.value ?? {};
  const command = message.case && ({ type: message.case, ...fields } as Command);
  if (grants.length === 0) return { command, introduction: undefined };
  const introduction = { grants, name: checkName(name), ...knownFormFactor(formFactor) };
  return { command, introduction };
};
