import { createCipheriv } from 'node:crypto';

/** AES-128 of one block; key and block (16 bytes each) in the byte order of HCI, little-endian. */
export const encryptBlock = (key: Uint8Array, block: Uint8Array): Uint8Array =>
  createCipheriv('aes-128-ecb', key.toReversed(), null).update(block.toReversed()).reverse();
