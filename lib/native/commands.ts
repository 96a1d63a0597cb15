import type { Command } from './schema/gen/phonekey_pb.js';

/** The case names of the schema's Command: `unlock`, `lock`, ... */
export type CommandName = NonNullable<Command['command']['case']>;

/** A command as the car sees it, one case of the schema's oneof. */
export type AnyCommand = Extract<Command['command'], { case: CommandName }>;

/** The message that belongs to a command name. */
export type CommandMessage<N extends CommandName> = Extract<AnyCommand, { case: N }>['value'];
