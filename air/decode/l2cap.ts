import { PacketBoundary } from '../../lib/hci/constants.js';
import { Layout } from '../../lib/hci/layout.js';
import type { Reader } from '../../lib/hci/reader.js';
import { wantedParameters } from '../../lib/hci/shared.js';
import { hexNumber } from '../../lib/hci/text.js';
import { parsed } from '../../lib/hci/reader.js';
import { concat, viewOf } from '../../lib/platform/bytes.js';
import { describeBytes } from './described.js';
import type { Fields } from './fields.js';

/** L2CAP (Vol 3 Part A): basic frames, and what goes over the two fixed channels beside ATT. */

export const Channel = { att: 0x0004, signalling: 0x0005, security: 0x0006 } as const;

export interface L2capPdu {
  readonly channel: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 4;

/**
 * Puts the fragments of one direction of a link together. Holds what has come of one PDU, never more than
 * the 65,539 bytes that its length field can announce.
 */
export class L2capReassembler {
  #parts: Uint8Array[] = [];
  #bytes = 0;

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

  #take(): L2capPdu | 'malformed' | undefined {
    if (this.#bytes < HEADER_BYTES) return undefined;
    const bytes = concat(...this.#parts);
    const end = HEADER_BYTES + viewOf(bytes).getUint16(0, true);
    if (bytes.length < end) {
      this.#parts = [bytes];
      return undefined;
    }
    this.#clear();
    if (bytes.length > end) return 'malformed';
    return { channel: viewOf(bytes).getUint16(2, true), payload: bytes.subarray(HEADER_BYTES) };
  }

  #clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}

/** Codes of the Security Manager (Vol 3 Part H 3.3). What they carry are keys, and is never told. */
const SECURITY: ReadonlyMap<number, string> = new Map([
  [0x01, 'Pairing Request'],
  [0x02, 'Pairing Response'],
  [0x03, 'Pairing Confirm'],
  [0x04, 'Pairing Random'],
  [0x05, 'Pairing Failed'],
  [0x06, 'Encryption Information'],
  [0x07, 'Central Identification'],
  [0x08, 'Identity Information'],
  [0x09, 'Identity Address Information'],
  [0x0a, 'Signing Information'],
  [0x0b, 'Security Request'],
  [0x0c, 'Pairing Public Key'],
  [0x0d, 'Pairing DHKey Check'],
  [0x0e, 'Pairing Keypress Notification'],
]);

const PARAMETER_UPDATE_REQUEST = 0x12;
const PARAMETER_UPDATE_RESPONSE = 0x13;

/** Codes of LE signalling (Vol 3 Part A 4). */
const SIGNALLING: ReadonlyMap<number, string> = new Map([
  [0x01, 'Command Reject'],
  [0x06, 'Disconnection Request'],
  [0x07, 'Disconnection Response'],
  [PARAMETER_UPDATE_REQUEST, 'Connection Parameter Update Request'],
  [PARAMETER_UPDATE_RESPONSE, 'Connection Parameter Update Response'],
  [0x14, 'LE Credit Based Connection Request'],
  [0x15, 'LE Credit Based Connection Response'],
  [0x16, 'Flow Control Credit'],
  [0x17, 'Credit Based Connection Request'],
  [0x18, 'Credit Based Connection Response'],
]);

const PROTOCOLS: ReadonlyMap<number, readonly [name: string, codes: ReadonlyMap<number, string>]> =
  new Map([
    [Channel.signalling, ['L2CAP', SIGNALLING]],
    [Channel.security, ['SMP', SECURITY]],
  ]);

/** A PDU of any channel but ATT: its name, and what may be told of it. */
export const describePdu = ({
  channel,
  payload,
}: L2capPdu): { readonly name: string; readonly fields: Fields } => {
  const fields = { bytes: payload.length };
  const [code] = payload;
  const [protocol, codes] = PROTOCOLS.get(channel) ?? [];
  if (code === undefined || protocol === undefined) {
    return { name: `L2CAP channel ${hexNumber(channel, 2)}`, fields };
  }
  const name = `${protocol} ${codes?.get(code) ?? `code ${hexNumber(code)}`}`;
  const told = channel === Channel.signalling ? parsed(payload, signallingFields) : undefined;
  return { name, fields: told ?? fields };
};

/** Code (1), identifier (1), length (2), data. */
const signallingFields = (reader: Reader): Fields => {
  const bytes = reader.left;
  const code = reader.u8();
  reader.bytes(3);
  if (code === PARAMETER_UPDATE_RESPONSE)
    return { result: reader.u16() === 0 ? 'accepted' : 'rejected' };
  return code === PARAMETER_UPDATE_REQUEST ? describeBytes(WANTED, reader.rest()) : { bytes };
};

/** Interval, latency and timeout, 8 bytes (4.20). */
const WANTED = new Layout(wantedParameters);
