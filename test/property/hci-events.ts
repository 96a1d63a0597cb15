import { COMMANDS } from '../../air/controller/commands.js';
import { EventCode, LeEvent, PacketType, Status } from '../../lib/hci/constants.js';

/** Bytes of parameters of each event that a controller here sends (Vol 4 Part E 7.7). */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [EventCode.disconnectionComplete, 4],
  [EventCode.encryptionChange, 4],
  [EventCode.readRemoteVersionComplete, 8],
  [EventCode.commandStatus, 4],
  [EventCode.hardwareError, 1],
  [EventCode.numberOfCompletedPackets, 5],
  [EventCode.dataBufferOverflow, 1],
  [EventCode.encryptionKeyRefreshComplete, 3],
]);

/** The same of LE Meta events, with the subevent code; where data follows, up to its length byte. */
const LE_LENGTHS: ReadonlyMap<number, number> = new Map([
  [LeEvent.connectionComplete, 19],
  [LeEvent.connectionUpdateComplete, 10],
  [LeEvent.readRemoteFeaturesComplete, 12],
  [LeEvent.longTermKeyRequest, 13],
  [LeEvent.remoteParameterRequest, 11],
  [LeEvent.dataLengthChange, 11],
  [LeEvent.readLocalP256PublicKeyComplete, 66],
  [LeEvent.generateDhKeyComplete, 34],
  [LeEvent.enhancedConnectionComplete, 31],
  [LeEvent.directedAdvertisingReport, 18],
  [LeEvent.phyUpdateComplete, 6],
  [LeEvent.scanTimeout, 1],
  [LeEvent.advertisingSetTerminated, 6],
  [LeEvent.scanRequestReceived, 9],
  [LeEvent.channelSelectionAlgorithm, 4],
]);

/** What is wrong with a packet that a controller has sent; undefined when nothing is. */
export const complaint = (packet: Buffer): string | undefined => {
  if (packet[0] === PacketType.acl) return aclComplaint(packet);
  if (packet[0] !== PacketType.event) return 'neither event nor data';
  const [, code = 0, length] = packet;
  const parameters = packet.subarray(3);
  if (parameters.length !== length) return 'another length than it says';
  if (code === EventCode.leMeta) return leComplaint(parameters);
  if (code === EventCode.commandComplete) return completeComplaint(parameters);
  return LENGTHS.get(code) === length ? undefined : 'an event of a wrong length, or of no kind';
};

/** The opcode that an event answers. */
export const answeredOpcode = (packet: Buffer): number | undefined => {
  if (packet[0] !== PacketType.event) return undefined;
  if (packet[1] === EventCode.commandComplete) return packet.readUInt16LE(4);
  return packet[1] === EventCode.commandStatus ? packet.readUInt16LE(5) : undefined;
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
  if (command.answer === 'status') return 'Command Complete instead of Command Status';
  return returned === command.returns ? undefined : 'return parameters of a wrong length';
};

const leComplaint = (parameters: Buffer): string | undefined => {
  const subevent = parameters.readUInt8(0);
  const atLength = { [LeEvent.advertisingReport]: 10, [LeEvent.extendedAdvertisingReport]: 25 }[
    subevent
  ];
  if (atLength === undefined) {
    return LE_LENGTHS.get(subevent) === parameters.length ? undefined : 'a wrong LE event';
  }
  if (parameters.readUInt8(1) !== 1) return 'not one report';
  // A legacy report ends with the RSSI.
  const after = subevent === LeEvent.advertisingReport ? 1 : 0;
  const expected = atLength + 1 + parameters.readUInt8(atLength) + after;
  return parameters.length === expected ? undefined : 'a report of a wrong length';
};
