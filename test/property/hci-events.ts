import { COMMANDS } from '../../air/controller/commands.js';
import { PacketType, Status } from '../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeAdvertisingSetTerminated,
  LeDirectedAdvertisingReport,
  LeExtendedAdvertisingReport,
  LeScanRequestReceived,
  LeScanTimeout,
} from '../../lib/hci/events/advertising.js';
import {
  CommandComplete,
  CommandStatus,
  DataBufferOverflow,
  HardwareErrorEvent,
  LeGenerateDhKeyComplete,
  LeReadLocalP256PublicKeyComplete,
  NumberOfCompletedPackets,
} from '../../lib/hci/events/general.js';
import {
  DisconnectionComplete,
  EncryptionChange,
  EncryptionKeyRefreshComplete,
  LeChannelSelectionAlgorithm,
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeDataLengthChange,
  LeEnhancedConnectionComplete,
  LeLongTermKeyRequest,
  LePhyUpdateComplete,
  LeReadRemoteFeaturesComplete,
  LeRemoteParameterRequest,
  ReadRemoteVersionComplete,
} from '../../lib/hci/events/links.js';
import { LE_META } from '../../lib/hci/packet.js';

/** Bytes of parameters of each event that a controller here sends (Vol 4 Part E 7.7). */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [DisconnectionComplete.code, 4],
  [EncryptionChange.code, 4],
  [ReadRemoteVersionComplete.code, 8],
  [CommandStatus.code, 4],
  [HardwareErrorEvent.code, 1],
  [NumberOfCompletedPackets.code, 5],
  [DataBufferOverflow.code, 1],
  [EncryptionKeyRefreshComplete.code, 3],
]);

/** The same of LE Meta events, with the subevent code; where data follows, up to its length byte. */
const LE_LENGTHS: ReadonlyMap<number, number> = new Map([
  [LeConnectionComplete.subevent, 19],
  [LeConnectionUpdateComplete.subevent, 10],
  [LeReadRemoteFeaturesComplete.subevent, 12],
  [LeLongTermKeyRequest.subevent, 13],
  [LeRemoteParameterRequest.subevent, 11],
  [LeDataLengthChange.subevent, 11],
  [LeReadLocalP256PublicKeyComplete.subevent, 66],
  [LeGenerateDhKeyComplete.subevent, 34],
  [LeEnhancedConnectionComplete.subevent, 31],
  [LeDirectedAdvertisingReport.subevent, 18],
  [LePhyUpdateComplete.subevent, 6],
  [LeScanTimeout.subevent, 1],
  [LeAdvertisingSetTerminated.subevent, 6],
  [LeScanRequestReceived.subevent, 9],
  [LeChannelSelectionAlgorithm.subevent, 4],
]);

/** What is wrong with a packet that a controller has sent; undefined when nothing is. */
export const complaint = (packet: Buffer): string | undefined => {
  if (packet[0] === PacketType.acl) return aclComplaint(packet);
  if (packet[0] !== PacketType.event) return 'neither event nor data';
  const [, code = 0, length] = packet;
  const parameters = packet.subarray(3);
  if (parameters.length !== length) return 'another length than it says';
  if (code === LE_META) return leComplaint(parameters);
  if (code === CommandComplete.code) return completeComplaint(parameters);
  return LENGTHS.get(code) === length ? undefined : 'an event of a wrong length, or of no kind';
};

/** The opcode that an event answers. */
export const answeredOpcode = (packet: Buffer): number | undefined => {
  if (packet[0] !== PacketType.event) return undefined;
  if (packet[1] === CommandComplete.code) return packet.readUInt16LE(4);
  return packet[1] === CommandStatus.code ? packet.readUInt16LE(5) : undefined;
};

const aclComplaint = (packet: Buffer): string | undefined => {
  const boundary = (packet.readUInt16LE(1) >> 12) & 0b1111;
  if (packet.readUInt16LE(3) !== packet.length - 5) return 'data of another length than it says';
  return boundary === 0b10 || boundary === 0b01 ? undefined : 'data with a wrong boundary flag';
};

const completeComplaint = (parameters: Buffer): string | undefined => {
  const command = COMMANDS.get(parameters.readUInt16LE(1));
  const returned = parameters.length - 4;
  const isUnknown = parameters.readUInt8(3) === Status.unknownCommand;
  if (isUnknown) return returned === 0 ? undefined : 'return parameters of an unknown command';
  if (command === undefined) return 'an answer to an unknown command';
  if (command.declared.answer === 'status') return 'Command Complete instead of Command Status';
  return returned === command.declared.returned.least - 1
    ? undefined
    : 'return parameters of a wrong length';
};

const leComplaint = (parameters: Buffer): string | undefined => {
  const subevent = parameters.readUInt8(0);
  const atLength = {
    [LeAdvertisingReport.subevent]: 10,
    [LeExtendedAdvertisingReport.subevent]: 25,
  }[subevent];
  if (atLength === undefined) {
    return LE_LENGTHS.get(subevent) === parameters.length ? undefined : 'a wrong LE event';
  }
  if (parameters.readUInt8(1) !== 1) return 'not one report';
  // A legacy report ends with the RSSI.
  const after = subevent === LeAdvertisingReport.subevent ? 1 : 0;
  const expected = atLength + 1 + parameters.readUInt8(atLength) + after;
  return parameters.length === expected ? undefined : 'a report of a wrong length';
};
