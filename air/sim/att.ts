import { AttributeType } from '../../lib/hci/att/attributes.js';
import { Att } from '../../lib/hci/att/pdus.js';
import type { AttDeclaration } from '../../lib/hci/att/pdus.js';
import { rest, u16 } from '../../lib/hci/fields.js';
import { Layout } from '../../lib/hci/layout.js';
import type { Shape, Values } from '../../lib/hci/layout.js';
import { Channel } from '../decode/l2cap.js';

// The Attribute Protocol between a SimCentral and a SimPeripheral (Vol 3 Part F 3.4): opcodes, handles and
// sizes are the real ones, and so are MTUs, chunks and values.

/** ATT_MTU before any exchange (Vol 3 Part G 5.2.1). */
export const DEFAULT_ATT_MTU = 23;
/** The longest attribute value and what goes before it (Vol 3 Part F 3.2.9). */
export const MAX_MTU = 517;

/** A PDU of L2CAP (Vol 3 Part A 3.1). */
const FRAME = new Layout({ length: u16(), channel: u16(), payload: rest() });

const EMPTY = new Uint8Array(0);

export interface SimAttPdu {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** An L2CAP PDU on the channel of ATT. */
export const l2capFrame = (payload: Uint8Array): Uint8Array =>
  FRAME.build({ length: payload.length, channel: Channel.att, payload });

export const attFrame = <S extends Shape>(
  declared: AttDeclaration<S>,
  parameters: Values<S>,
): Uint8Array => l2capFrame(declared.build(parameters));

/** Undefined for what is no whole PDU of ATT. */
export const parseAttFrame = (data: Uint8Array): SimAttPdu | undefined => {
  const { length, channel, payload = EMPTY } = FRAME.exact(data) ?? {};
  const [opcode] = payload;
  if (opcode === undefined || payload.length !== length || channel !== Channel.att)
    return undefined;
  return { opcode, parameters: payload.subarray(1) };
};

/** What stands behind the handle of a service that a search has found. */
export const ServiceFound = new Layout({ lastHandle: u16(), uuid: rest() });

/** Services are groups, and looked for as such (Vol 3 Part G 4.4.1). */
export const searchFor = (type: string): typeof Att.readByTypeRequest =>
  type === AttributeType.primaryService ? Att.readByGroupTypeRequest : Att.readByTypeRequest;
