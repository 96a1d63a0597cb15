import { PacketBoundary } from '../../lib/hci/constants.js';
import { SETUP } from '../two-devices.js';
import { aclPacket } from '../../lib/hci/h4.js';

/** What noble and bleno send in a round trip: ATT on its channel of L2CAP, in ACL packets of H4. */
export const writeRequest = (handle: number): Uint8Array => attPacket(handle, [0x12, 3, 0], VALUE);

/** The answer and the notification, 10 and 44 bytes. */
export const echo = (handle: number): [Uint8Array, Uint8Array] => [
  attPacket(handle, [0x13], Buffer.alloc(0)),
  attPacket(handle, [0x1b, 5, 0], VALUE),
];

const VALUE = Buffer.alloc(SETUP.roundTripBytes, 1);

const attPacket = (handle: number, head: readonly number[], value: Buffer): Uint8Array => {
  const length = head.length + value.length;
  const data = Buffer.concat([Buffer.from([length, 0, 4, 0, ...head]), value]);
  return aclPacket(handle, PacketBoundary.firstFromHost, data);
};
