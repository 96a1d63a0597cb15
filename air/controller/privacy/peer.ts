import { addressTypeByte } from '../../medium/pdu.js';
import type { DeviceAddress } from '../../medium/pdu.js';

/** Another device as the host is told of it. */
export interface Peer {
  /** Its identity where that is known, or else the address that it uses. */
  readonly address: DeviceAddress;
  /** The resolvable private address that it uses, where that was resolved. */
  readonly rpa?: DeviceAddress;
}

/** 0x00 public, 0x01 random; 0x02 and 0x03 the same of an identity whose private address was resolved. */
export const peerTypeByte = ({ address, rpa }: Peer): number =>
  addressTypeByte(address) | (rpa === undefined ? 0 : 0b10);

/** Of types above 1 the last bit counts. */
export const deviceAddress = (type: number, bytes: Uint8Array): DeviceAddress => ({
  type: (type & 1) === 1 ? 'random' : 'public',
  bytes,
});
