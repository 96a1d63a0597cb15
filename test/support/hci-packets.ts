import type { Field } from '../../lib/hci/fields.js';
import { PacketType } from '../../lib/hci/constants.js';
import { CommandComplete, CommandStatus } from '../../lib/hci/events/general.js';
import { aclPacket } from '../../lib/hci/h4.js';
import type { Layout, Shape, Values } from '../../lib/hci/layout.js';
import type { ListField } from '../../lib/hci/lists.js';
import type { HciCommand, HciEvent } from '../../lib/hci/packet.js';
import { toHex } from '../../lib/platform/bytes.js';

/** Values of some fields; the others are zeros. */
export type Given<S extends Shape> = {
  readonly [K in keyof S]?: S[K] extends ListField<infer I> ? readonly Given<I>[] : Values<S>[K];
};

/** With zeros for what is not given. */
export const filled = <S extends Shape>(layout: Layout<S>, given: Given<S>): Values<S> =>
  Object.fromEntries(
    layout.fields.map(([name, field]) => [name, valueOf(field, given[name])]),
  ) as Values<S>;

const valueOf = (field: Field<unknown>, given: unknown): unknown => {
  if (field.kind === 'list') {
    const { layout } = field as ListField;
    return ((given ?? []) as Given<Shape>[]).map((item) => filled(layout, item));
  }
  if (given !== undefined) return given;
  return field.kind === 'number' ? 0 : new Uint8Array(field.size ?? 0);
};

/** The bytes of hex digits. */
export const bytes = (digits: string): Uint8Array => Buffer.from(digits, 'hex');

/** An event packet with any parameters (0 to 255 bytes), also such as no event has. */
export const eventPacket = (code: number, parameters: Uint8Array): Uint8Array =>
  Uint8Array.of(PacketType.event, code, parameters.length, ...parameters);

/** An event as a test host notes it, in hex. */
export const event = <S extends Shape>(declared: HciEvent<S>, given: Given<S> = {}): string =>
  toHex(declared.packet(filled(declared.parameters, given)));

/** The parameters of an event that a test host has noted. @throws Error where it is another one */
export const readEvent = <S extends Shape>(
  { code, subevent, parameters }: HciEvent<S>,
  packet = '',
): Values<S> => {
  const noted = bytes(packet);
  if (noted[1] !== code || (subevent !== undefined && noted[3] !== subevent)) {
    throw new Error(`another event: ${packet}`);
  }
  return parameters.read(noted.subarray(subevent === undefined ? 3 : 4));
};

/** The Command Complete event that answers a command. */
export const completed = <P extends Shape, R extends Shape>(
  { opcode, returned }: HciCommand<P, R>,
  given: Given<HciCommand<P, R>['returned']['shape']> = {},
): string =>
  event(CommandComplete, { allowed: 1, opcode, returned: returned.build(filled(returned, given)) });

/** The Command Status event that answers a command. */
export const answered = ({ opcode }: HciCommand, status = 0): string =>
  event(CommandStatus, { status, allowed: 1, opcode });

/** An ACL packet; `data` in hex. */
export const acl = (handle: number, boundary: number, data: string): string =>
  toHex(aclPacket(handle, boundary, bytes(data)));
