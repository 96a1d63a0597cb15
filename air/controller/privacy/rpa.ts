import type { Random } from '../../../lib/platform/random.js';
import type { DeviceAddress } from '../../medium/pdu.js';
import { encryptBlock } from '../security/cipher.js';

/** The random address hash function (Vol 3 Part H 2.2.2), little-endian: key 16 bytes, r 3, hash 3. */
export const ah = (key: Buffer, r: Uint8Array): Buffer =>
  encryptBlock(key, Buffer.concat([r, Buffer.alloc(13)])).subarray(0, 3);

/** The two most significant bits of a resolvable private address (Vol 6 Part B 1.3.2.2). */
const RESOLVABLE = 0b01;

export const isResolvable = ({ type, bytes }: DeviceAddress): boolean =>
  type === 'random' && (bytes[5] ?? 0) >> 6 === RESOLVABLE;

/** True when the address was made with this identity resolving key (16 bytes, little-endian). */
export const resolves = (irk: Buffer, address: DeviceAddress): boolean =>
  isResolvable(address) && ah(irk, address.bytes.subarray(3)).equals(address.bytes.subarray(0, 3));

/** A new resolvable private address. */
export const generateRpa = (irk: Buffer, random: Random): DeviceAddress => {
  for (;;) {
    const prand = Buffer.from(random(3));
    const value = prand.readUIntLE(0, 3) & 0x3fffff;
    // The random part must be neither all zeros nor all ones.
    if (value === 0 || value === 0x3fffff) continue;
    prand.writeUIntLE((RESOLVABLE << 22) | value, 0, 3);
    return { type: 'random', bytes: Buffer.concat([ah(irk, prand), prand]) };
  }
};
