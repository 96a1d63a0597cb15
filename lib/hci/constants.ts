/** Numbers of the Host Controller Interface: Bluetooth Core Specification, Vol 4 Part E and Vol 1 Part F. */

/** First byte of an H4 packet (Vol 4 Part A). */
export const PacketType = { command: 0x01, acl: 0x02, sco: 0x03, event: 0x04, iso: 0x05 } as const;

/** Command opcodes: OGF << 10 | OCF. */
export const Opcode = {
  disconnect: 0x0406,
  readRemoteVersion: 0x041d,
  setEventMask: 0x0c01,
  reset: 0x0c03,
  readTransmitPower: 0x0c2d,
  setHostFlowControl: 0x0c31,
  hostBufferSize: 0x0c33,
  hostCompletedPackets: 0x0c35,
  setEventMaskPage2: 0x0c63,
  readLeHostSupport: 0x0c6c,
  writeLeHostSupport: 0x0c6d,
  readLocalVersion: 0x1001,
  readSupportedCommands: 0x1002,
  readLocalFeatures: 0x1003,
  readBufferSize: 0x1005,
  readBdAddr: 0x1009,
  readRssi: 0x1405,
  leSetEventMask: 0x2001,
  leReadBufferSize: 0x2002,
  leReadLocalFeatures: 0x2003,
  leSetRandomAddress: 0x2005,
  leSetAdvertisingParameters: 0x2006,
  leReadAdvertisingTxPower: 0x2007,
  leSetAdvertisingData: 0x2008,
  leSetScanResponseData: 0x2009,
  leSetAdvertisingEnable: 0x200a,
  leSetScanParameters: 0x200b,
  leSetScanEnable: 0x200c,
  leCreateConnection: 0x200d,
  leCreateConnectionCancel: 0x200e,
  leReadAcceptListSize: 0x200f,
  leClearAcceptList: 0x2010,
  leAddToAcceptList: 0x2011,
  leRemoveFromAcceptList: 0x2012,
  leConnectionUpdate: 0x2013,
  leSetHostChannelClassification: 0x2014,
  leReadChannelMap: 0x2015,
  leReadRemoteFeatures: 0x2016,
  leEncrypt: 0x2017,
  leRand: 0x2018,
  leEnableEncryption: 0x2019,
  leLongTermKeyReply: 0x201a,
  leLongTermKeyNegativeReply: 0x201b,
  leReadSupportedStates: 0x201c,
  leParameterRequestReply: 0x2020,
  leParameterRequestNegativeReply: 0x2021,
  leSetDataLength: 0x2022,
  leReadSuggestedDataLength: 0x2023,
  leWriteSuggestedDataLength: 0x2024,
  leReadLocalP256PublicKey: 0x2025,
  leGenerateDhKey: 0x2026,
  leAddToResolvingList: 0x2027,
  leRemoveFromResolvingList: 0x2028,
  leClearResolvingList: 0x2029,
  leReadResolvingListSize: 0x202a,
  leReadPeerResolvableAddress: 0x202b,
  leReadLocalResolvableAddress: 0x202c,
  leSetAddressResolutionEnable: 0x202d,
  leSetResolvableAddressTimeout: 0x202e,
  leReadMaximumDataLength: 0x202f,
  leReadPhy: 0x2030,
  leSetDefaultPhy: 0x2031,
  leSetPhy: 0x2032,
  leSetAdvertisingSetRandomAddress: 0x2035,
  leSetExtendedAdvertisingParameters: 0x2036,
  leSetExtendedAdvertisingData: 0x2037,
  leSetExtendedScanResponseData: 0x2038,
  leSetExtendedAdvertisingEnable: 0x2039,
  leReadMaximumAdvertisingDataLength: 0x203a,
  leReadNumberOfAdvertisingSets: 0x203b,
  leRemoveAdvertisingSet: 0x203c,
  leClearAdvertisingSets: 0x203d,
  leSetExtendedScanParameters: 0x2041,
  leSetExtendedScanEnable: 0x2042,
  leExtendedCreateConnection: 0x2043,
  leReadTransmitPower: 0x204b,
  leReadRfPathCompensation: 0x204c,
  leWriteRfPathCompensation: 0x204d,
  leSetPrivacyMode: 0x204e,
} as const;

export const EventCode = {
  disconnectionComplete: 0x05,
  encryptionChange: 0x08,
  readRemoteVersionComplete: 0x0c,
  commandComplete: 0x0e,
  commandStatus: 0x0f,
  hardwareError: 0x10,
  numberOfCompletedPackets: 0x13,
  dataBufferOverflow: 0x1a,
  encryptionKeyRefreshComplete: 0x30,
  leMeta: 0x3e,
} as const;

/** Subevents of the LE Meta event. */
export const LeEvent = {
  connectionComplete: 0x01,
  advertisingReport: 0x02,
  connectionUpdateComplete: 0x03,
  readRemoteFeaturesComplete: 0x04,
  longTermKeyRequest: 0x05,
  remoteParameterRequest: 0x06,
  dataLengthChange: 0x07,
  readLocalP256PublicKeyComplete: 0x08,
  generateDhKeyComplete: 0x09,
  enhancedConnectionComplete: 0x0a,
  directedAdvertisingReport: 0x0b,
  phyUpdateComplete: 0x0c,
  extendedAdvertisingReport: 0x0d,
  scanTimeout: 0x11,
  advertisingSetTerminated: 0x12,
  scanRequestReceived: 0x13,
  channelSelectionAlgorithm: 0x14,
} as const;

/** Error codes (Vol 1 Part F). */
export const Status = {
  success: 0x00,
  unknownCommand: 0x01,
  unknownConnection: 0x02,
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
  terminatedByLocalHost: 0x16,
  unsupportedRemoteFeature: 0x1a,
  responseTimeout: 0x22,
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
} as const;

export const ConnectionRole = { central: 0x00, peripheral: 0x01 } as const;
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
