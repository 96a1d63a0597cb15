import { concat, sameBytes } from '../../../lib/platform/bytes.js';
import type { Random } from '../../../lib/platform/random.js';
import type { DeviceAddress } from '../../medium/pdu.js';
import { encryptBlock } from '../security/cipher.js';

/** The random address hash function (Vol 3 Part H 2.2.2), little-endian: key 16 bytes, r 3, hash 3. */
export const ah = (key: Uint8Array, r: Uint8Array): Uint8Array =>
  encryptBlock(key, concat(r, new Uint8Array(13))).subarray(0, 3);

/** The two most significant bits of a resolvable private address (Vol 6 Part B 1.3.2.2). */
const RESOLVABLE = 0b01;

export const isResolvable = ({ type, bytes }: DeviceAddress): boolean =>
  type === 'random' && (bytes[5] ?? 0) >> 6 === RESOLVABLE;

/** True when the address was made with this identity resolving key (16 bytes, little-endian). */
export const resolves = (irk: Uint8Array, { type, bytes }: DeviceAddress): boolean =>
  isResolvable({ type, bytes }) && sameBytes(ah(irk, bytes.subarray(3)), bytes.subarray(0, 3));

/** A new resolvable private address. */
export const generateRpa = (irk: Uint8Array, random: Random): DeviceAddress => {
  for (;;) {
    const [low = 0, middle = 0, high = 0] = random(3);
    const value = low | (middle << 8) | ((high & 0x3f) << 16);
    // The random part must be neither all zeros nor all ones.
    if (value === 0 || value === 0x3fffff) continue;
    const prand = Uint8Array.of(low, middle, (RESOLVABLE << 6) | (high & 0x3f));
    return { type: 'random', bytes: concat(ah(irk, prand), prand) };
  }
};
