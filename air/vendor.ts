import { PacketType } from '../lib/hci/constants.js';
import { parseCommandComplete } from '../lib/hci/events/general.js';
import { as, i32, i8, rest, u8 } from '../lib/hci/fields.js';
import { command, HciCommand, named } from '../lib/hci/packet.js';
import type { Named } from '../lib/hci/packet.js';
import { utf8Prefix } from '../lib/platform/bytes.js';

/**
 * Vendor commands (OGF 0x3f) with which a host says where its controller is. All are answered by
 * Command Complete with a status byte: 0x00, or 0x12 for a value out of bounds.
 */

export const MAX_LABEL_BYTES = 32;
export const TX_POWER_RANGE = { min: -40, max: 20 } as const;

const metres = (name: string): ReturnType<typeof i32> =>
  as(name, i32(), (centimetres) => centimetres / 100);

/** Centimetres. */
const position = { x: metres('xMetres'), y: metres('yMetres') };

export const VendorSetPosition = command(0xfc01, undefined, position);
/** A name for people, in UTF-8, under which a hub remembers places. */
export const VendorSetLabel = command(0xfc02, undefined, {
  label: as('label', rest({ min: 1, max: MAX_LABEL_BYTES })),
});
/** dBm. */
export const VendorSetTxPower = command(0xfc03, undefined, {
  power: as('powerDbm', i8(TX_POWER_RANGE)),
});
/** As Set Position, unless the air remembers a place for the label. */
export const VendorSetDefaultPosition = command(0xfc04, undefined, { x: i32(), y: i32() });
/** How many links in the peripheral role there may be at one time. */
export const VendorSetPeripheralLinks = command(0xfc05, undefined, {
  links: as('links', u8({ min: 1 })),
});

const DECLARED = {
  VendorSetPosition,
  VendorSetLabel,
  VendorSetTxPower,
  VendorSetDefaultPosition,
  VendorSetPeripheralLinks,
};

/** By opcode. */
export const VENDOR_DECLARATIONS: ReadonlyMap<number, Named<HciCommand>> = new Map(
  named(HciCommand, DECLARED).map((declared) => [declared.opcode, declared]),
);

const MAX_CENTIMETRES = 0x7fffffff;
/** In both directions of both axes. */
export const FARTHEST_METRES = MAX_CENTIMETRES / 100;

/** Set Position; metres, cut to centimetres. */
export const setPositionCommand = (x: number, y: number): Uint8Array =>
  VendorSetPosition.packet({ x: toCentimetres(x), y: toCentimetres(y) });

/** Set Default Position; metres, cut to centimetres. */
export const setDefaultPositionCommand = (x: number, y: number): Uint8Array =>
  VendorSetDefaultPosition.packet({ x: toCentimetres(x), y: toCentimetres(y) });

/** Set Label; cut to 32 bytes at a character boundary. */
export const setLabelCommand = (label: string): Uint8Array =>
  VendorSetLabel.packet({ label: utf8Prefix(label, MAX_LABEL_BYTES) });

/** Set Peripheral Links; 1 to 255. */
export const setPeripheralLinksCommand = (links: number): Uint8Array =>
  VendorSetPeripheralLinks.packet({ links });

/** Set TX Power; dBm. */
export const setTxPowerCommand = (dbm: number): Uint8Array =>
  VendorSetTxPower.packet({ power: Math.round(dbm) });

/**
 * True for an H4 packet that is one of these commands, or the answer to one: between a program and the
 * air, it is no part of what a Bluetooth host does.
 */
export const isVendorPacket = (packet: Uint8Array): boolean => {
  const [type, low = 0, high = 0] = packet;
  if (type === PacketType.command && packet.length >= 3)
    return VENDOR_DECLARATIONS.has(low | (high << 8));
  const opcode = parseCommandComplete(packet)?.opcode;
  return opcode !== undefined && VENDOR_DECLARATIONS.has(opcode);
};

const toCentimetres = (distance: number): number =>
  Math.max(-MAX_CENTIMETRES, Math.min(MAX_CENTIMETRES, Math.round(distance * 100) || 0));
