/** Numbers of the Host Controller Interface that are no packets: Bluetooth Core Specification, Vol 4 Part E and Vol 1 Part F. */

/** First byte of an H4 packet (Vol 4 Part A). */
export const PacketType = { command: 0x01, acl: 0x02, sco: 0x03, event: 0x04, iso: 0x05 } as const;

/** Error codes (Vol 1 Part F). */
export const Status = {
  success: 0x00,
  unknownCommand: 0x01,
  unknownConnection: 0x02,
  authenticationFailure: 0x05,
  keyMissing: 0x06,
  memoryCapacityExceeded: 0x07,
  connectionTimeout: 0x08,
  connectionLimitExceeded: 0x09,
  connectionAlreadyExists: 0x0b,
  commandDisallowed: 0x0c,
  unsupportedFeature: 0x11,
  invalidParameters: 0x12,
  remoteUserTerminated: 0x13,
  lowResources: 0x14,
  remotePowerOff: 0x15,
  terminatedByLocalHost: 0x16,
  unsupportedRemoteFeature: 0x1a,
  unspecifiedError: 0x1f,
  responseTimeout: 0x22,
  instantPassed: 0x28,
  unacceptableConnectionParameters: 0x3b,
  advertisingTimeout: 0x3c,
  micFailure: 0x3d,
  connectionNotEstablished: 0x3e,
  unknownAdvertisingIdentifier: 0x42,
  limitReached: 0x43,
  packetTooLong: 0x45,
} as const;

/** Codes of the Hardware Error event, which the specification leaves to the implementation. */
export const HardwareError = {
  /** A packet from the host that is none; it was dropped. */
  malformedPacket: 0x01,
  /** The H4 stream cannot be followed any more, and the connection ends. */
  outOfStep: 0x02,
  /** There is no controller for the host: no place, or no air. The connection ends. */
  noController: 0x03,
} as const;

export const ConnectionRole = { central: 0x00, peripheral: 0x01 } as const;
/** 0: central, 1: peripheral. */
export type ConnectionRole = (typeof ConnectionRole)[keyof typeof ConnectionRole];

/** Most bytes of data in extended advertising (Vol 4 Part E 7.8.54). */
export const MAX_ADVERTISING_DATA = 1650;

/** Bits of an advertising set's properties (7.8.53) and of an extended report's event type (7.7.65.13). */
export const AdvertisingBit = {
  connectable: 0b00001,
  scannable: 0b00010,
  legacy: 0b10000,
} as const;

/** Packet boundary flag of an ACL packet, bits 12 and 13 of the handle field (Vol 4 Part E 5.4.2). */
export const PacketBoundary = {
  /** From the host: first fragment, not automatically flushable. */
  firstFromHost: 0b00,
  continuing: 0b01,
  /** From the controller: first fragment. */
  first: 0b10,
} as const;
