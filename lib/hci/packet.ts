import { PacketType } from './constants.js';
import { Layout } from './layout.js';
import type { Shape, Values } from './layout.js';
import { status } from './shared.js';

const NO_FIELDS = {};
type None = typeof NO_FIELDS;

/** The event that answers a command; `failure`: Command Complete, but only when it fails. */
export type AnswerKind = 'complete' | 'status' | 'failure';

/** Octet and bit in Read Local Supported Commands (Vol 4 Part E 6.27); none for vendor commands. */
export type SupportedBit = readonly [octet: number, bit: number];

type Returned<R extends Shape> = { readonly status: typeof status } & R;

/** An HCI command as the specification declares it. */
export class HciCommand<P extends Shape = Shape, R extends Shape = Shape> {
  readonly parameters: Layout<P>;
  /** Return parameters: the status, and what follows it. */
  readonly returned: Layout<Returned<R>>;

  constructor(
    readonly opcode: number,
    readonly supported: SupportedBit | undefined,
    parameters: P,
    returned: R,
    readonly answer: AnswerKind,
  ) {
    this.parameters = new Layout(parameters);
    this.returned = new Layout({ status, ...returned });
  }

  /** The H4 packet: type, opcode (2 bytes), length (1), parameters (0 to 255). */
  packet(parameters: Values<P>): Uint8Array {
    const packet = this.parameters.build(parameters, 4);
    packet.set([PacketType.command, this.opcode & 0xff, this.opcode >> 8, packet.length - 4]);
    return packet;
  }
}

/** What the parameters of a command or an event are. */
export type ParametersOf<D extends { readonly parameters: Layout<Shape> }> = Values<
  D['parameters']['shape']
>;

/** A command, with what it returns after the status. Its answer is Command Complete, unless it says otherwise. */
export const command = <P extends Shape, R extends Shape = None>(
  opcode: number,
  supported: SupportedBit | undefined,
  parameters: P,
  returned: R = NO_FIELDS as R,
  answer: AnswerKind = 'complete',
): HciCommand<P, R> => new HciCommand(opcode, supported, parameters, returned, answer);

/** A command without parameters, which reads something. */
export const read = <R extends Shape>(
  opcode: number,
  supported: SupportedBit,
  returned: R,
): HciCommand<None, R> => command(opcode, supported, NO_FIELDS, returned);

/** A command that is answered by Command Status, and later by an event of its own. */
export const commandWithStatus = <P extends Shape>(
  opcode: number,
  supported: SupportedBit,
  parameters: P,
): HciCommand<P, None> => command(opcode, supported, parameters, NO_FIELDS, 'status');

/** An HCI event as the specification declares it, or a subevent of LE Meta. */
export class HciEvent<S extends Shape = Shape, N extends number | undefined = number | undefined> {
  readonly parameters: Layout<S>;
  readonly #header: readonly number[];

  constructor(
    readonly code: number,
    parameters: S,
    readonly subevent: N,
  ) {
    this.parameters = new Layout(parameters);
    this.#header = [PacketType.event, code, 0, ...(subevent === undefined ? [] : [subevent])];
  }

  /** The H4 packet: type, code (1 byte), length (1), subevent of LE Meta (1), parameters. */
  packet(parameters: Values<S>): Uint8Array {
    const packet = this.parameters.build(parameters, this.#header.length);
    packet.set(this.#header);
    packet[2] = packet.length - 3;
    return packet;
  }
}

export const event = <S extends Shape>(code: number, parameters: S): HciEvent<S, undefined> =>
  new HciEvent(code, parameters, undefined);

/** Code of the LE Meta event (Vol 4 Part E 7.7.65). */
export const LE_META = 0x3e;

export const leEvent = <S extends Shape>(subevent: number, parameters: S): HciEvent<S, number> =>
  new HciEvent(LE_META, parameters, subevent);

/** A declaration under its name. */
export type Named<D> = D & { readonly name: string };

/** What modules declare of a kind, named after its constants as the specification writes it: `LE Set PHY`. */
export const named = <D extends object>(
  kind: abstract new (...parameters: never[]) => D,
  ...modules: readonly object[]
): readonly Named<D>[] =>
  modules
    .flatMap((module) => Object.entries(module))
    .flatMap(([constant, declared]: readonly [string, unknown]) =>
      declared instanceof kind ? [Object.assign(declared, { name: nameOf(constant) })] : [],
    );

const nameOf = (constant: string): string =>
  constant
    .replace(/Event$/, '')
    .replace(/(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Z])/g, ' ')
    .replace(/\b(Le|Phy|Tx|Rssi|Rf|Dh)\b/g, (word) => word.toUpperCase())
    .replace('Bd Addr', 'BD_ADDR');
