import { concat } from '../platform/bytes.js';
import { PacketType } from './constants.js';
import { PacketError } from './reader.js';

/**
 * Most data bytes of an ACL packet that the framing lets through. Above every buffer size that a
 * controller here offers, and low enough that a peer cannot make us hold much.
 */
export const MAX_ACL_DATA = 1024;

/** The stream is out of step or hostile; nothing after this point can be trusted. */
export class H4Error extends Error {
  override readonly name = 'H4Error';
}

/** The length field of each type: where it is, and which bits of its 1 or 2 bytes count. */
const LENGTHS: ReadonlyMap<number, { readonly at: number; readonly mask: number }> = new Map([
  [PacketType.command, { at: 3, mask: 0xff }],
  [PacketType.acl, { at: 3, mask: 0xffff }],
  [PacketType.sco, { at: 3, mask: 0xff }],
  [PacketType.event, { at: 2, mask: 0xff }],
  [PacketType.iso, { at: 3, mask: 0x3fff }],
]);

/**
 * Length in bytes of the packet that `bytes` begins with (Vol 4 Part A section 2), or undefined while
 * too few bytes are there to tell.
 * @throws H4Error for an unknown type or more than MAX_ACL_DATA bytes of data
 */
export const packetLength = (bytes: Uint8Array): number | undefined => {
  const type = bytes[0];
  if (type === undefined) return undefined;
  const field = LENGTHS.get(type);
  if (field === undefined) throw new H4Error(`unknown packet type ${String(type)}`);
  const header = field.at + (field.mask > 0xff ? 2 : 1);
  if (bytes.length < header) return undefined;
  const dataLength = ((bytes[field.at] ?? 0) | ((bytes[field.at + 1] ?? 0) << 8)) & field.mask;
  if (dataLength > MAX_ACL_DATA) throw new H4Error(`packet of ${String(dataLength)} bytes`);
  return header + dataLength;
};

/** Cuts a byte stream, in chunks of any size, into H4 packets. Holds less than one packet. */
export class H4Decoder {
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * The packets that `chunk` completes.
   * @throws H4Error when the stream is malformed; the decoder is of no use afterwards
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    this.#rest = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    for (;;) {
      const length = packetLength(this.#rest);
      if (length === undefined || this.#rest.length < length) return;
      const packet = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield packet;
    }
  }
}

/** A command packet: type, opcode (2 bytes, little-endian), length (1), parameters (0 to 255). */
export const commandPacket = (
  opcode: number,
  parameters: Uint8Array = new Uint8Array(0),
): Uint8Array =>
  concat(
    Uint8Array.of(PacketType.command, opcode & 0xff, opcode >> 8, parameters.length),
    parameters,
  );

/** The header of an ACL packet after its type, 4 bytes. */
interface AclHeader {
  readonly handle: number;
  /** A PacketBoundary. */
  readonly boundary: number;
  /** 0: not a broadcast, which LE has none of. */
  readonly broadcast: number;
  /** Bytes of data. */
  readonly length: number;
}

/** Of a packet of 5 bytes or more (Vol 4 Part E 5.4.2). */
export const aclHeader = (packet: Uint8Array): AclHeader => {
  const [, low = 0, high = 0, lengthLow = 0, lengthHigh = 0] = packet;
  return {
    handle: low | ((high & 0x0f) << 8),
    boundary: (high >> 4) & 0b11,
    broadcast: high >> 6,
    length: lengthLow | (lengthHigh << 8),
  };
};

/** An ACL packet taken apart. */
export interface AclPacket extends AclHeader {
  readonly data: Uint8Array;
}

/** @throws PacketError for a packet that ends too early */
export const readAcl = (packet: Uint8Array): AclPacket => {
  const header = aclHeader(packet);
  const data = packet.subarray(5, 5 + header.length);
  if (packet.length < 5 || data.length < header.length)
    throw new PacketError('too few bytes of data');
  return { ...header, data };
};

/** An ACL packet: type, handle with flags (2), length (2), data. */
export const aclPacket = (handle: number, boundary: number, data: Uint8Array): Uint8Array => {
  const { length } = data;
  const flags = (handle >> 8) | (boundary << 4);
  return concat(
    Uint8Array.of(PacketType.acl, handle & 0xff, flags, length & 0xff, length >> 8),
    data,
  );
};
