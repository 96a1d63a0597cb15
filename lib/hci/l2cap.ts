import { concat, viewOf } from '../platform/bytes.js';
import { PacketBoundary } from './constants.js';
import { rest, u16, u8 } from './fields.js';
import { aclPacket } from './h4.js';
import { Layout } from './layout.js';

/** L2CAP over LE (Vol 3 Part A): basic frames on its fixed channels, and how ACL packets carry them. */

export const Channel = { att: 0x0004, signalling: 0x0005, security: 0x0006 } as const;

/** Codes of LE signalling (4) that are acted upon. */
export const SignallingCode = {
  commandReject: 0x01,
  disconnectionRequest: 0x06,
  parameterUpdateRequest: 0x12,
  parameterUpdateResponse: 0x13,
} as const;

/** A command of the signalling channel; `length` is that of its data. */
export const SignallingCommand = new Layout({
  code: u8(),
  identifier: u8({ min: 1 }),
  length: u16(),
  data: rest(),
});

/** Codes of the Security Manager (Part H 3.3) that are acted upon. */
export const SecurityCode = { pairingRequest: 0x01, pairingFailed: 0x05 } as const;

export interface L2capPdu {
  readonly channel: number;
  readonly payload: Uint8Array;
}

export const L2CAP_HEADER_BYTES = 4;

/** A basic frame (3.1): length of the payload (2 bytes), channel (2), payload (at most 65,535). */
export const L2capFrame = new Layout({ length: u16(), channel: u16(), payload: rest() });

export const l2capFrame = (channel: number, payload: Uint8Array): Uint8Array =>
  L2capFrame.build({ length: payload.length, channel, payload });

/** The H4 packets that carry a frame from the host, each with at most `mostBytes` of it (7.2). */
export const aclPackets = (handle: number, frame: Uint8Array, mostBytes: number): Uint8Array[] => {
  const { firstFromHost, continuing } = PacketBoundary;
  return Array.from({ length: Math.ceil(frame.length / mostBytes) }, (_, index) => {
    const fragment = frame.subarray(index * mostBytes, (index + 1) * mostBytes);
    return aclPacket(handle, index === 0 ? firstFromHost : continuing, fragment);
  });
};

/**
 * Puts the fragments of one direction of a link together. Holds what has come of one frame, never more than
 * its header and `mostPayload` bytes.
 */
export class L2capReassembler {
  readonly #mostPayload: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** @param mostPayload bytes; a frame that announces more is malformed (default 65,535, all that one can) */
  constructor(mostPayload = 0xffff) {
    this.#mostPayload = mostPayload;
  }

  /** The PDU that this fragment completes; `malformed` for one that fits nowhere, which is dropped. */
  push(boundary: number, fragment: Uint8Array): L2capPdu | 'malformed' | undefined {
    const begins = boundary !== PacketBoundary.continuing;
    const outOfPlace = begins ? this.#bytes > 0 : this.#bytes === 0;
    if (begins) this.#clear();
    else if (outOfPlace) return 'malformed';
    this.#parts.push(fragment);
    this.#bytes += fragment.length;
    const whole = this.#take();
    // What a new beginning cuts short is lost; it matters less than what comes now.
    return whole ?? (outOfPlace ? 'malformed' : undefined);
  }

  /** Drops what has come of a frame, and gives it. */
  abandon(): Uint8Array {
    const bytes = concat(...this.#parts);
    this.#clear();
    return bytes;
  }

  #take(): L2capPdu | 'malformed' | undefined {
    if (this.#bytes < L2CAP_HEADER_BYTES) return undefined;
    const bytes = concat(...this.#parts);
    const length = viewOf(bytes).getUint16(0, true);
    const end = L2CAP_HEADER_BYTES + length;
    const tooLong = length > this.#mostPayload;
    if (bytes.length < end && !tooLong) {
      this.#parts = [bytes];
      return undefined;
    }
    this.#clear();
    if (bytes.length > end || tooLong) return 'malformed';
    return {
      channel: viewOf(bytes).getUint16(2, true),
      payload: bytes.subarray(L2CAP_HEADER_BYTES),
    };
  }

  #clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
