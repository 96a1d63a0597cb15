import { Status } from '../../../lib/hci/constants.js';
import type { Field } from '../../../lib/hci/fields.js';
import type { Layout, Shape, Values } from '../../../lib/hci/layout.js';
import type { HciCommand } from '../../../lib/hci/packet.js';
import type { Connection } from '../connection/connection.js';
import type { CommandOutcome } from '../outcome.js';
import type { AdvertisingFamily, Controller } from '../parts.js';

/** What a host is answered; the return parameters begin with the status. */
export interface HostAnswer {
  readonly status: number;
  readonly returned: Uint8Array;
  readonly then?: (() => void) | undefined;
}

/** Of a declaration, what does not depend on its fields. */
interface Declared extends Pick<HciCommand, 'opcode' | 'supported' | 'answer'> {
  readonly parameters: Pick<Layout<Shape>, 'least' | 'most'>;
  readonly returned: { readonly least: number; readonly shape: object };
}

/** A command that a controller knows. */
export interface CommandHandler {
  readonly declared: Declared;
  readonly family?: AdvertisingFamily;
  /** `parameters` are as many as the declaration allows. */
  run(controller: Controller, parameters: Uint8Array): HostAnswer;
}

/** Nothing is success. */
type Result<R extends Shape> = number | CommandOutcome<Values<R>> | void;

/** A command whose bytes `run` takes apart itself, because it has something to say of bad ones. */
export const onBytes = <P extends Shape, R extends Shape>(
  declared: HciCommand<P, R>,
  run: (controller: Controller, parameters: Uint8Array) => Result<R>,
): CommandHandler => ({
  declared,
  run: (controller, parameters) => {
    const result = run(controller, parameters) ?? Status.success;
    const { status, returned, then } = typeof result === 'number' ? { status: result } : result;
    if (returned === undefined) return { ...failed(declared, status, parameters), then };
    return { status, returned: declared.returned.build({ status, ...returned }), then };
  },
});

/** A command, and what it does. */
export const on = <P extends Shape, R extends Shape>(
  declared: HciCommand<P, R>,
  run: (controller: Controller, parameters: Values<P>) => Result<R>,
): CommandHandler =>
  onBytes(declared, (controller, bytes) => {
    const parameters = declared.parameters.exact(bytes);
    return parameters === undefined ? Status.invalidParameters : run(controller, parameters);
  });

/** A command of which any value out of its bounds is refused before all else. */
export const onValid: typeof on = (declared, run) =>
  on(declared, (controller, parameters) =>
    declared.parameters.allows(parameters) ? run(controller, parameters) : Status.invalidParameters,
  );

/** A command about one link. */
export const onLink = <P extends Shape & { readonly handle: Field<number> }, R extends Shape>(
  declared: HciCommand<P, R>,
  run: (connection: Connection, parameters: Values<P>, controller: Controller) => Result<R>,
): CommandHandler =>
  on(declared, (controller, parameters) => {
    const connection = controller.connections.get(parameters.handle);
    if (connection === undefined) return Status.unknownConnection;
    return run(connection, parameters, controller);
  });

export const ofFamily = (family: AdvertisingFamily, commands: CommandHandler[]): CommandHandler[] =>
  commands.map((command) => ({ ...command, family }));

/** Zeros after the status, but for the handle of a link: that of the parameters. */
export const failed = (
  { returned: { least, shape } }: Declared,
  status: number,
  parameters: Uint8Array = new Uint8Array(0),
): HostAnswer => {
  const returned = new Uint8Array(least);
  returned[0] = status;
  if ('handle' in shape) returned.set(parameters.subarray(0, 2), 1);
  return { status, returned };
};
