import { AttributeType } from '../../lib/hci/att/attributes.js';
import { Att } from '../../lib/hci/att/pdus.js';
import type { AttDeclaration } from '../../lib/hci/att/pdus.js';
import { rest, u16 } from '../../lib/hci/fields.js';
import { Channel, L2capFrame, l2capFrame } from '../../lib/hci/l2cap.js';
import { Layout } from '../../lib/hci/layout.js';
import type { Shape, Values } from '../../lib/hci/layout.js';

// The Attribute Protocol between a SimCentral and a SimPeripheral (Vol 3 Part F 3.4): opcodes, handles and
// sizes are the real ones, and so are MTUs, chunks and values.

export interface SimAttPdu {
  /** All of it. */
  readonly bytes: Uint8Array;
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

export const attFrame = <S extends Shape>(
  declared: AttDeclaration<S>,
  parameters: Values<S>,
): Uint8Array => l2capFrame(Channel.att, declared.build(parameters));

/** Undefined for what is no whole PDU of ATT. */
export const parseAttFrame = (data: Uint8Array): SimAttPdu | undefined => {
  const frame = L2capFrame.exact(data);
  if (frame?.channel !== Channel.att || frame.payload.length !== frame.length) return undefined;
  const [opcode] = frame.payload;
  if (opcode === undefined) return undefined;
  return { bytes: frame.payload, opcode, parameters: frame.payload.subarray(1) };
};

/** What stands behind the handle of a service that a search has found. */
export const ServiceFound = new Layout({ lastHandle: u16(), uuid: rest() });

/** Services are groups, and looked for as such (Vol 3 Part G 4.4.1). */
export const searchFor = (type: string): typeof Att.readByTypeRequest =>
  type === AttributeType.primaryService ? Att.readByGroupTypeRequest : Att.readByTypeRequest;
