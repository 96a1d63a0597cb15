import { utf8Prefix } from '../lib/platform/bytes.js';
import { PacketType } from '../lib/hci/constants.js';
import { commandPacket, parseCommandComplete } from '../lib/hci/packets.js';

/**
 * Vendor commands (OGF 0x3f) with which a host says where its controller is. All are answered by
 * Command Complete with a status byte: 0x00, or 0x12 for a value out of bounds.
 *
 *     0xfc01  Set Position           x (4 bytes), y (4 bytes): signed, little-endian, centimetres
 *     0xfc02  Set Label              1 to 32 bytes of UTF-8: a name for people, under which a hub
 *                                    remembers places
 *     0xfc03  Set TX Power           1 byte, signed: dBm, -40 to 20
 *     0xfc04  Set Default Position   as Set Position, unless the air remembers a place for the label
 */
export const VendorOpcode = {
  setPosition: 0xfc01,
  setLabel: 0xfc02,
  setTxPower: 0xfc03,
  setDefaultPosition: 0xfc04,
} as const;

export const MAX_LABEL_BYTES = 32;
export const TX_POWER_RANGE = { min: -40, max: 20 } as const;

const MAX_CENTIMETRES = 0x7fffffff;
/** In both directions of both axes. */
export const FARTHEST_METRES = MAX_CENTIMETRES / 100;

/** Set Position; metres, cut to centimetres. */
export const setPositionCommand = (x: number, y: number): Buffer =>
  commandPacket(VendorOpcode.setPosition, centimetres(x, y));

/** Set Default Position; metres, cut to centimetres. */
export const setDefaultPositionCommand = (x: number, y: number): Buffer =>
  commandPacket(VendorOpcode.setDefaultPosition, centimetres(x, y));

/** Set Label; cut to 32 bytes at a character boundary. */
export const setLabelCommand = (label: string): Buffer =>
  commandPacket(VendorOpcode.setLabel, utf8Prefix(label, MAX_LABEL_BYTES));

/** Set TX Power; dBm. */
export const setTxPowerCommand = (dbm: number): Buffer =>
  commandPacket(VendorOpcode.setTxPower, Buffer.from([Math.round(dbm) & 0xff]));

/**
 * True for an H4 packet that is one of these commands, or the answer to one: between a program and the
 * air, it is no part of what a Bluetooth host does.
 */
export const isVendorPacket = (packet: Buffer): boolean => {
  const command = packet[0] === PacketType.command && packet.length >= 3;
  const opcode = command ? packet.readUInt16LE(1) : parseCommandComplete(packet)?.opcode;
  return opcode !== undefined && OPCODES.has(opcode);
};

const OPCODES: ReadonlySet<number> = new Set(Object.values(VendorOpcode));

const centimetres = (x: number, y: number): Buffer => {
  const parameters = Buffer.alloc(8);
  parameters.writeInt32LE(toCentimetres(x), 0);
  parameters.writeInt32LE(toCentimetres(y), 4);
  return parameters;
};

const toCentimetres = (metres: number): number =>
  Math.max(-MAX_CENTIMETRES, Math.min(MAX_CENTIMETRES, Math.round(metres * 100) || 0));
