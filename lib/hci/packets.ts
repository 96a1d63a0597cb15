import { EventCode, PacketType } from './constants.js';

/** An H4 command packet: type, opcode (2 bytes, little-endian), length (1), parameters (0 to 255). */
export const commandPacket = (opcode: number, parameters: Uint8Array = Buffer.alloc(0)): Buffer => {
  const packet = Buffer.alloc(4 + parameters.length);
  packet.writeUInt8(PacketType.command, 0);
  packet.writeUInt16LE(opcode, 1);
  packet.writeUInt8(parameters.length, 3);
  packet.set(parameters, 4);
  return packet;
};

/** An H4 event packet: type, code (1), length (1), parameters (0 to 255). */
export const eventPacket = (code: number, parameters: Uint8Array): Buffer => {
  const packet = Buffer.alloc(3 + parameters.length);
  packet.writeUInt8(PacketType.event, 0);
  packet.writeUInt8(code, 1);
  packet.writeUInt8(parameters.length, 2);
  packet.set(parameters, 3);
  return packet;
};

/** An H4 ACL packet: type, handle with flags (2), length (2), data. */
export const aclPacket = (handle: number, boundary: number, data: Uint8Array): Buffer => {
  const packet = Buffer.alloc(5 + data.length);
  packet.writeUInt8(PacketType.acl, 0);
  packet.writeUInt16LE(handle | (boundary << 12), 1);
  packet.writeUInt16LE(data.length, 3);
  packet.set(data, 5);
  return packet;
};

/** Hardware Error; `code` is a HardwareError. */
export const hardwareError = (code: number): Buffer =>
  eventPacket(EventCode.hardwareError, Buffer.from([code]));

/** Num_HCI_Command_Packets: how many more commands the host may send now. */
const ALLOWED_COMMANDS = 1;

/** Command Complete; `returned` begins with the status byte. */
export const commandComplete = (opcode: number, returned: Uint8Array): Buffer =>
  eventPacket(
    EventCode.commandComplete,
    Buffer.concat([Buffer.from([ALLOWED_COMMANDS, opcode & 0xff, opcode >> 8]), returned]),
  );

export const commandStatus = (opcode: number, status: number): Buffer =>
  eventPacket(
    EventCode.commandStatus,
    Buffer.from([status, ALLOWED_COMMANDS, opcode & 0xff, opcode >> 8]),
  );

/** Opcode and return parameters (status first) of a Command Complete event; undefined for others. */
export const parseCommandComplete = (
  packet: Buffer,
): { readonly opcode: number; readonly returned: Buffer } | undefined => {
  if (packet.length < 7 || packet[0] !== PacketType.event) return undefined;
  if (packet[1] !== EventCode.commandComplete) return undefined;
  return { opcode: packet.readUInt16LE(4), returned: packet.subarray(6) };
};
