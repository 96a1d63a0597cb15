import type { Values } from '../../lib/hci/layout.js';
import type { dataLength, linkVersion, wantedParameters } from '../../lib/hci/shared.js';

/**
 * What two link layers say to each other (LL control PDUs, Vol 6 Part B 2.4.2), reduced to what a host
 * can tell apart. All of it crosses the medium unenciphered; no key does.
 */
export type ControlPdu =
  | EncryptionRequestPdu
  | EncryptionStartPdu
  | { readonly kind: 'encryption-started' }
  | { readonly kind: 'encryption-reject'; readonly reason: number }
  /** The peripheral asks for connection parameters, and is refused; a granted request is an update. */
  | { readonly kind: 'parameters-request'; readonly wanted: ParameterRange }
  | { readonly kind: 'parameters-reject'; readonly reason: number }
  | { readonly kind: 'channel-map'; readonly map: Uint8Array }
  | ProcedurePdu;

/** Units of LinkParameters. */
export type ParameterRange = Values<typeof wantedParameters>;

export type ProcedurePdu =
  | { readonly kind: 'version-request' | 'features-request' }
  | { readonly kind: 'version-response'; readonly data: Values<typeof linkVersion> }
  | { readonly kind: 'features-response'; readonly data: Uint8Array }
  | { readonly kind: 'length-request' | 'length-response'; readonly tx: DataLength }
  | PhyPdu;

export interface EncryptionRequestPdu {
  readonly kind: 'encryption-request';
  /** 8 bytes: with the diversifier, which key is meant. */
  readonly random: Uint8Array;
  /** 2 bytes. */
  readonly diversifier: Uint8Array;
  /** The central's half of the session key diversifier, 8 bytes. */
  readonly skd: Uint8Array;
}

export interface EncryptionStartPdu {
  readonly kind: 'encryption-start';
  /** The peripheral's half of the session key diversifier, 8 bytes. */
  readonly skd: Uint8Array;
  /** 16 bytes that stand for the first enciphered packet: only who has the key can make them. */
  readonly proof: Uint8Array;
}

/** In a request the sets that the sender prefers, in a response what its peer is to use. */
export interface PhyPdu {
  readonly kind: 'phy-request' | 'phy-response';
  readonly tx: number;
  readonly rx: number;
}

/** Most payload of a data packet, in bytes and in microseconds on the air. */
export type DataLength = Values<typeof dataLength>;
