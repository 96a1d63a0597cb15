import { createCipheriv } from 'node:crypto';

/** AES-128 of one block; key and block (16 bytes each) in the byte order of HCI, little-endian. */
export const encryptBlock = (key: Uint8Array, block: Uint8Array): Buffer => {
  const cipher = createCipheriv('aes-128-ecb', Buffer.from(key).reverse(), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.from(block).reverse()), cipher.final()]).reverse();
};
