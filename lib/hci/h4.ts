import { PacketType } from './constants.js';

/**
 * Most data bytes of an ACL packet that the framing lets through. Above every buffer size that a
 * controller here offers, and low enough that a peer cannot make us hold much.
 */
export const MAX_ACL_DATA = 1024;

/** The stream is out of step or hostile; nothing after this point can be trusted. */
export class H4Error extends Error {
  override readonly name = 'H4Error';
}

interface Header {
  /** Bytes up to and including the length field. */
  readonly length: number;
  dataLength(packet: Buffer): number;
}

const HEADERS: ReadonlyMap<number, Header> = new Map<number, Header>([
  [PacketType.command, { length: 4, dataLength: (packet) => packet.readUInt8(3) }],
  [PacketType.acl, { length: 5, dataLength: (packet) => packet.readUInt16LE(3) }],
  [PacketType.sco, { length: 4, dataLength: (packet) => packet.readUInt8(3) }],
  [PacketType.event, { length: 3, dataLength: (packet) => packet.readUInt8(2) }],
  [PacketType.iso, { length: 5, dataLength: (packet) => packet.readUInt16LE(3) & 0x3fff }],
]);

/**
 * Length in bytes of the packet that `bytes` begins with (Vol 4 Part A section 2), or undefined while
 * too few bytes are there to tell.
 * @throws H4Error for an unknown type or more than MAX_ACL_DATA bytes of data
 */
export const packetLength = (bytes: Buffer): number | undefined => {
  const type = bytes[0];
  if (type === undefined) return undefined;
  const header = HEADERS.get(type);
  if (header === undefined) throw new H4Error(`unknown packet type ${String(type)}`);
  if (bytes.length < header.length) return undefined;
  const dataLength = header.dataLength(bytes);
  if (dataLength > MAX_ACL_DATA) throw new H4Error(`packet of ${String(dataLength)} bytes`);
  return header.length + dataLength;
};

/** Cuts a byte stream, in chunks of any size, into H4 packets. Holds less than one packet. */
export class H4Decoder {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * The packets that `chunk` completes.
   * @throws H4Error when the stream is malformed; the decoder is of no use afterwards
   */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const length = packetLength(this.#rest);
      if (length === undefined || this.#rest.length < length) return;
      const packet = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield packet;
    }
  }
}
