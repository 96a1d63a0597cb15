import { Channel, SecurityCode, SignallingCode } from '../../lib/hci/l2cap.js';
import type { L2capPdu } from '../../lib/hci/l2cap.js';
import { Layout } from '../../lib/hci/layout.js';
import type { Reader } from '../../lib/hci/reader.js';
import { wantedParameters } from '../../lib/hci/shared.js';
import { hexNumber } from '../../lib/hci/text.js';
import { parsed } from '../../lib/hci/reader.js';
import { describeBytes } from './described.js';
import type { Fields } from './fields.js';

/** What goes over the two fixed channels of L2CAP beside ATT. */

/** Codes of the Security Manager (Vol 3 Part H 3.3). What they carry are keys, and is never told. */
const SECURITY: ReadonlyMap<number, string> = new Map([
  [SecurityCode.pairingRequest, 'Pairing Request'],
  [0x02, 'Pairing Response'],
  [0x03, 'Pairing Confirm'],
  [0x04, 'Pairing Random'],
  [SecurityCode.pairingFailed, 'Pairing Failed'],
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

/** Codes of LE signalling (Vol 3 Part A 4). */
const SIGNALLING: ReadonlyMap<number, string> = new Map([
  [SignallingCode.commandReject, 'Command Reject'],
  [SignallingCode.disconnectionRequest, 'Disconnection Request'],
  [0x07, 'Disconnection Response'],
  [SignallingCode.parameterUpdateRequest, 'Connection Parameter Update Request'],
  [SignallingCode.parameterUpdateResponse, 'Connection Parameter Update Response'],
  [0x14, 'LE Credit Based Connection Request'],
  [0x15, 'LE Credit Based Connection Response'],
  [0x16, 'Flow Control Credit'],
  [0x17, 'Credit Based Connection Request'],
  [0x18, 'Credit Based Connection Response'],
]);

const PROTOCOLS: ReadonlyMap<number, readonly [name: string, codes: ReadonlyMap<number, string>]> =
  new Map([
    [Channel.att, ['ATT', new Map()]],
    [Channel.signalling, ['L2CAP', SIGNALLING]],
    [Channel.security, ['SMP', SECURITY]],
  ]);

/** What a capture has not kept; nothing where it has kept everything. */
export const describeCut = (bytes = 0): string =>
  bytes === 0 ? '' : `the capture has cut off ${String(bytes)} B`;

/**
 * A PDU of any channel, but one of ATT only where nothing of it is there: its name, and what may be told of it.
 * @param cut bytes that are missing at the end of its payload
 */
export const describePdu = (
  { channel, payload }: L2capPdu,
  cut = 0,
): { readonly name: string; readonly fields: Fields } => {
  const fields = { bytes: payload.length + cut };
  const [code] = payload;
  const [protocol, codes] = PROTOCOLS.get(channel) ?? [];
  if (protocol !== undefined && code === undefined && cut > 0) {
    return { name: `${protocol} PDU`, fields };
  }
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
  if (code === SignallingCode.parameterUpdateResponse)
    return { result: reader.u16() === 0 ? 'accepted' : 'rejected' };
  return code === SignallingCode.parameterUpdateRequest
    ? describeBytes(WANTED, reader.rest())
    : { bytes };
};

/** Interval, latency and timeout, 8 bytes (4.20). */
const WANTED = new Layout(wantedParameters);
