import { LeEvent, ConnectionRole } from '../../lib/hci/constants.js';
import type { ByteReader } from './reader.js';

/** Events about links, and of LE Meta about connections (Vol 4 Part E 7.7). */

/** LE Enhanced Connection Complete [v2], of newer controllers than ours (7.7.65.10). */
const ENHANCED_CONNECTION_COMPLETE_V2 = 0x29;

/** The 12 bits of a connection handle. */
export const HANDLE_MASK = 0x0fff;

const ANY_ADDRESS = '00:00:00:00:00:00';

export interface DecodedLinkParameters {
  readonly intervalMs: number;
  readonly latency: number;
  readonly timeoutMs: number;
}

export interface ConnectionComplete extends DecodedLinkParameters {
  readonly status: number;
  readonly handle: number;
  readonly role: 'central' | 'peripheral';
  readonly peer: string;
  /** Resolvable private addresses that were used, where there are any. */
  readonly localRpa?: string;
  readonly peerRpa?: string;
}

export interface ConnectionUpdate extends DecodedLinkParameters {
  readonly status: number;
  readonly handle: number;
}

/** Interval, latency and supervision timeout, 6 bytes. */
export const linkParameters = (reader: ByteReader): DecodedLinkParameters => ({
  intervalMs: reader.u16() * 1.25,
  latency: reader.u16(),
  timeoutMs: reader.u16() * 10,
});

export interface WantedParameters {
  readonly intervalMinMs: number;
  readonly intervalMaxMs: number;
  readonly latency: number;
  readonly timeoutMs: number;
}

/** What is asked for: shortest and longest interval, latency and supervision timeout, 8 bytes. */
export const wantedParameters = (reader: ByteReader): WantedParameters => {
  const intervalMinMs = reader.u16() * 1.25;
  const { intervalMs: intervalMaxMs, latency, timeoutMs } = linkParameters(reader);
  return { intervalMinMs, intervalMaxMs, latency, timeoutMs };
};

/**
 * Any of the three forms, after the subevent code; undefined for other subevents.
 * @throws Truncated
 */
export const connectionComplete = (
  subevent: number,
  reader: ByteReader,
): ConnectionComplete | undefined => {
  const enhanced =
    subevent === LeEvent.enhancedConnectionComplete || subevent === ENHANCED_CONNECTION_COMPLETE_V2;
  if (!enhanced && subevent !== LeEvent.connectionComplete) return undefined;
  const status = reader.u8();
  const handle = reader.u16() & HANDLE_MASK;
  const role = reader.u8() === ConnectionRole.central ? 'central' : 'peripheral';
  reader.u8(); // type of the peer's address
  const peer = reader.address();
  const rpas = enhanced ? { localRpa: reader.address(), peerRpa: reader.address() } : {};
  const used = Object.entries(rpas).filter(([, address]) => address !== ANY_ADDRESS);
  return { status, handle, role, peer, ...Object.fromEntries(used), ...linkParameters(reader) };
};

/** LE Connection Update Complete, after the subevent code. @throws Truncated */
export const connectionUpdate = (reader: ByteReader): ConnectionUpdate => ({
  status: reader.u8(),
  handle: reader.u16() & HANDLE_MASK,
  ...linkParameters(reader),
});

/** Disconnection Complete. @throws Truncated */
export const disconnection = (
  reader: ByteReader,
): { readonly status: number; readonly handle: number; readonly reason: number } => ({
  status: reader.u8(),
  handle: reader.u16() & HANDLE_MASK,
  reason: reader.u8(),
});

/** Encryption Change. @throws Truncated */
export const encryptionChange = (
  reader: ByteReader,
): { readonly status: number; readonly handle: number; readonly encrypted: boolean } => ({
  status: reader.u8(),
  handle: reader.u16() & HANDLE_MASK,
  encrypted: reader.u8() !== 0,
});

const PHYS = ['?', '1M', '2M', 'coded'] as const;

/** LE PHY Update Complete, after the subevent code. @throws Truncated */
export const phyUpdate = (
  reader: ByteReader,
): {
  readonly status: number;
  readonly handle: number;
  readonly txPhy: string;
  readonly rxPhy: string;
} => ({
  status: reader.u8(),
  handle: reader.u16() & HANDLE_MASK,
  txPhy: phyName(reader.u8()),
  rxPhy: phyName(reader.u8()),
});

/** LE Data Length Change, after the subevent code. @throws Truncated */
export const dataLengthChange = (
  reader: ByteReader,
): { readonly handle: number; readonly txBytes: number; readonly rxBytes: number } => {
  const handle = reader.u16() & HANDLE_MASK;
  const txBytes = reader.u16();
  reader.u16(); // time
  return { handle, txBytes, rxBytes: reader.u16() };
};

const phyName = (phy: number): string => PHYS[phy] ?? '?';
