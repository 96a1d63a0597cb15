import { commandPacket } from './packets.js';

/**
 * Vendor commands (OGF 0x3f) with which a host says where its controller is. All are answered by
 * Command Complete with a status byte: 0x00, or 0x12 for a value out of bounds.
 *
 *     0xfc01  Set Position   x (4 bytes), y (4 bytes): signed, little-endian, centimetres
 *     0xfc02  Set Label      1 to 32 bytes of UTF-8: a name for people, nothing depends on it
 *     0xfc03  Set TX Power   1 byte, signed: dBm, -40 to 20
 */
export const VendorOpcode = { setPosition: 0xfc01, setLabel: 0xfc02, setTxPower: 0xfc03 } as const;

export const MAX_LABEL_BYTES = 32;
export const TX_POWER_RANGE = { min: -40, max: 20 } as const;

const MAX_CENTIMETRES = 0x7fffffff;

/** Set Position; metres, cut to centimetres. */
export const setPositionCommand = (x: number, y: number): Buffer => {
  const parameters = Buffer.alloc(8);
  parameters.writeInt32LE(toCentimetres(x), 0);
  parameters.writeInt32LE(toCentimetres(y), 4);
  return commandPacket(VendorOpcode.setPosition, parameters);
};

/** Set Label; cut to 32 bytes at a character boundary. */
export const setLabelCommand = (label: string): Buffer =>
  commandPacket(VendorOpcode.setLabel, truncateLabel(label));

/** Set TX Power; dBm. */
export const setTxPowerCommand = (dbm: number): Buffer =>
  commandPacket(VendorOpcode.setTxPower, Buffer.from([Math.round(dbm) & 0xff]));

const toCentimetres = (metres: number): number =>
  Math.max(-MAX_CENTIMETRES, Math.min(MAX_CENTIMETRES, Math.round(metres * 100) || 0));

const truncateLabel = (label: string): Buffer => {
  let bytes = Buffer.alloc(0);
  for (const character of label) {
    const next = Buffer.concat([bytes, Buffer.from(character)]);
    if (next.length > MAX_LABEL_BYTES) break;
    bytes = next;
  }
  return bytes;
};
