import { PacketType } from '../constants.js';
import { as, bytes, rest, u16, u8 } from '../fields.js';
import type { Shape, Values } from '../layout.js';
import { countedList } from '../lists.js';
import { event, leEvent } from '../packet.js';
import type { HciCommand } from '../packet.js';
import { HANDLE_MASK, status, untoldHandle } from '../shared.js';
import { hexNumber } from '../text.js';

/** Events about commands, buffers and the controller itself (Vol 4 Part E 7.7.14 to 7.7.26). */

/** `allowed`: how many more commands the host may send now. */
export const CommandComplete = event(0x0e, {
  allowed: u8(),
  opcode: u16(),
  returned: rest({ max: 252 }),
});
export const CommandStatus = event(0x0f, { status, allowed: u8(), opcode: u16() });

export const HardwareErrorEvent = event(0x10, {
  code: as('code', u8(), (value) => hexNumber(value)),
});

/** Of those that one event is told to be about. */
const MOST_TOLD = 16;

export const NumberOfCompletedPackets = event(0x13, {
  completed: as(
    'completed',
    countedList({ handle: untoldHandle, count: u16() }),
    (items): string[] =>
      items
        .slice(0, MOST_TOLD)
        .map(
          ({ handle, count }) => `handle ${hexNumber(handle & HANDLE_MASK, 2)}: ${String(count)}`,
        ),
  ),
});
/** Hosts send one command at a time. */
const ALLOWED = 1;

/** The Command Complete packet for a command. */
export const completed = <P extends Shape, R extends Shape>(
  { opcode, returned }: HciCommand<P, R>,
  values: Values<HciCommand<P, R>['returned']['shape']>,
): Uint8Array =>
  CommandComplete.packet({ allowed: ALLOWED, opcode, returned: returned.build(values) });

/** The opcode and the return parameters (status first) of a Command Complete packet; undefined for others. */
export const parseCommandComplete = (
  packet: Uint8Array,
): { readonly opcode: number; readonly returned: Uint8Array } | undefined => {
  const isOne = packet[0] === PacketType.event && packet[1] === CommandComplete.code;
  return isOne && packet.length >= 7
    ? CommandComplete.parameters.read(packet.subarray(3))
    : undefined;
};

/** 1: of ACL data. */
export const DataBufferOverflow = event(0x1a, { linkType: u8({ max: 2 }) });

/** X and Y, 32 bytes each. */
export const LeReadLocalP256PublicKeyComplete = leEvent(0x08, {
  status: u8(),
  publicKey: bytes(64),
});
export const LeGenerateDhKeyComplete = leEvent(0x09, { status: u8(), key: bytes(32) });
