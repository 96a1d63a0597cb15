import { bytes } from '../fields.js';
import { command, commandWithStatus, read } from '../packet.js';

/** Commands about cryptography that concern no link (Vol 4 Part E 7.8.22, 7.8.23, 7.8.36 and 7.8.37). */

export const LeEncrypt = command(
  0x2017,
  [27, 6],
  { key: bytes(16), block: bytes(16) },
  { block: bytes(16) },
);
export const LeRand = read(0x2018, [27, 7], { random: bytes(8) });
export const LeReadLocalP256PublicKey = commandWithStatus(0x2025, [34, 1], {});
/** X and Y, 32 bytes each. */
export const LeGenerateDhKey = commandWithStatus(0x2026, [34, 2], { publicKey: bytes(64) });
