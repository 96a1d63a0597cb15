import { ATT_PDUS } from '../../lib/hci/att/pdus.js';
import { PacketError, Reader } from '../../lib/hci/reader.js';
import { hexNumber, uuidText } from '../../lib/hci/text.js';

export const attName = (opcode: number): string =>
  ATT_PDUS.get(opcode)?.name ?? `ATT opcode ${hexNumber(opcode)}`;

/** A part of a PDU that says something about one attribute. */
export interface Attribute {
  readonly handle: number;
  /** Where the PDU itself tells the type. */
  readonly uuid?: string;
  readonly endHandle?: number;
  readonly value?: Uint8Array;
}

/** What the layout of a PDU tells; what it means depends on the request before it (att-decoder.ts). */
export interface FollowedPdu {
  readonly opcode: number;
  readonly mtu?: number;
  /** First and last handle that are searched, and the type that is looked for. */
  readonly range?: { readonly start: number; readonly end: number; readonly uuid?: string };
  readonly error?: { readonly request: number; readonly handle: number; readonly code: number };
  readonly attributes?: readonly Attribute[];
  /** A value whose handle was in the request. */
  readonly value?: Uint8Array;
}

/** The fields that PDUs have, under the names that they have in all of them. */
interface AttFields extends Pick<FollowedPdu, 'mtu' | 'value'> {
  readonly start?: number;
  readonly end?: number;
  readonly type?: Uint8Array;
  readonly request?: number;
  readonly code?: number;
  readonly handle?: number;
  readonly offset?: number;
  readonly attributes?: readonly (Omit<Attribute, 'uuid'> & { readonly type?: Uint8Array })[];
}

/** @throws PacketError */
export const followedPdu = (payload: Uint8Array): FollowedPdu => {
  const reader = new Reader(payload);
  const opcode = reader.u8();
  const fields: AttFields = ATT_PDUS.get(opcode)?.parameters.take(reader) ?? {};
  const { mtu, start, end, type, request, code, handle, attributes, value } = fields;
  if (mtu !== undefined) return { opcode, mtu };
  if (start !== undefined && end !== undefined) {
    return { opcode, range: { start, end, ...(type && { uuid: typeText(type) }) } };
  }
  if (attributes !== undefined) {
    return {
      opcode,
      attributes: attributes.map(({ type: found, ...attribute }) => ({
        ...attribute,
        ...(found && { uuid: uuidText(found) }),
      })),
    };
  }
  if (handle === undefined) return { opcode, ...(value && { value }) };
  if (request !== undefined && code !== undefined)
    return { opcode, error: { request, handle, code } };
  // Nothing is prepared by a part without a value.
  const hasValue = value !== undefined && (fields.offset === undefined || value.length > 0);
  return { opcode, attributes: [{ handle, ...(hasValue && { value }) }] };
};

/** A type has 2 or 16 bytes. */
const typeText = (type: Uint8Array): string => {
  if (type.length !== 2 && type.length < 16) throw new PacketError('a UUID of another length');
  return uuidText(type.subarray(0, 16));
};
