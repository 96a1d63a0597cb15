import { PacketBoundary } from '../../lib/hci/constants.js';
import { aclHeader, readAcl } from '../../lib/hci/h4.js';
import type { AclPacket } from '../../lib/hci/h4.js';
import { L2CAP_HEADER_BYTES, L2capReassembler } from '../../lib/hci/l2cap.js';
import type { L2capPdu } from '../../lib/hci/l2cap.js';
import { PacketError } from '../../lib/hci/reader.js';
import { concat, viewOf } from '../../lib/platform/bytes.js';

/** What the fragments of one direction of a link come to. */
export type Followed =
  /** Of its payload `cut` bytes at the end are missing. */
  | { readonly kind: 'pdu'; readonly pdu: L2capPdu; readonly cut: number }
  /** Fits nowhere. */
  | { readonly kind: 'malformed' }
  /** So much of it has come, and nothing more will. */
  | { readonly kind: 'unfinished'; readonly bytes: number }
  /** The capture has cut into its header: what it was, and where it ends, nobody knows. */
  | { readonly kind: 'headless'; readonly bytes: number; readonly cut: number };

/** Of a PDU into which the capture has cut. */
interface Rest {
  readonly channel: number;
  readonly payload: Uint8Array;
  readonly cut: number;
  /** Bytes that are still to come, of which none is kept. */
  readonly left: number;
}

/** An ACL packet, of which a capture may have kept less than it says. @throws PacketError */
export const aclOf = (packet: Uint8Array, isCut: boolean): AclPacket => {
  if (!isCut) return readAcl(packet);
  if (packet.length < 5) throw new PacketError('the header of the packet is cut');
  const header = aclHeader(packet);
  return { ...header, data: packet.subarray(5, 5 + header.length) };
};

/** Puts the PDUs of one direction of a link together, and says of those that are not whole what is there. */
export class PduFollower {
  readonly #frames = new L2capReassembler();
  #rest: Rest | 'headless' | undefined;

  push({ boundary, data, length }: AclPacket): Followed[] {
    const begins = boundary !== PacketBoundary.continuing;
    const told = begins ? this.end() : [];
    // What continues a PDU of which not even the header is known ends nobody knows where.
    if (this.#rest === 'headless') return told;
    if (this.#rest !== undefined) return this.#continued(this.#rest, length);
    const cut = length - data.length;
    if (cut > 0) return [...told, ...this.#cut(begins, data, cut)];
    const pdu = this.#frames.push(boundary, data);
    if (pdu === undefined) return told;
    return [...told, pdu === 'malformed' ? { kind: pdu } : { kind: 'pdu', pdu, cut: 0 }];
  }

  /** What was there of a PDU, when no more of it can come. */
  end(): Followed[] {
    const rest = this.#rest;
    this.#rest = undefined;
    const held = this.#frames.abandon().length;
    const bytes =
      rest === undefined || rest === 'headless'
        ? held
        : L2CAP_HEADER_BYTES + rest.payload.length + rest.cut - rest.left;
    return bytes === 0 ? [] : [{ kind: 'unfinished', bytes }];
  }

  #cut(begins: boolean, data: Uint8Array, cut: number): Followed[] {
    const before = this.#frames.abandon();
    if (!begins && before.length === 0) return [{ kind: 'malformed' }];
    const bytes = concat(before, data);
    if (bytes.length < L2CAP_HEADER_BYTES) {
      this.#rest = 'headless';
      return [{ kind: 'headless', bytes: bytes.length, cut }];
    }
    const [length, channel] = [0, 2].map((at) => viewOf(bytes).getUint16(at, true)) as [
      number,
      number,
    ];
    const payload = bytes.subarray(L2CAP_HEADER_BYTES);
    const missing = length - payload.length;
    return this.#continued({ channel, payload, cut: missing, left: missing }, cut);
  }

  #continued(rest: Rest, length: number): Followed[] {
    const { channel, payload, cut } = rest;
    const left = rest.left - length;
    this.#rest = left > 0 ? { ...rest, left } : undefined;
    if (left > 0) return [];
    return [left < 0 ? { kind: 'malformed' } : { kind: 'pdu', pdu: { channel, payload }, cut }];
  }
}
