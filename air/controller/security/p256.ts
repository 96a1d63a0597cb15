import { createECDH } from 'node:crypto';
import type { ECDH } from 'node:crypto';
import { concat } from '../../../lib/platform/bytes.js';
import type { Random } from '../../../lib/platform/random.js';

const CURVE = 'prime256v1';
const COORDINATE = 32;

/** First byte of a point that is written out in full. */
const UNCOMPRESSED = Uint8Array.of(0x04);

/** A P-256 key pair for LE Secure Connections (Vol 3 Part H 2.3.5.6.1), in the byte order of HCI. */
export class P256KeyPair {
  readonly #ecdh: ECDH = createECDH(CURVE);

  /**
   * @param privateKey 32 bytes, little-endian
   * @throws Error for one that is not in the group
   */
  constructor(privateKey: Uint8Array) {
    this.#ecdh.setPrivateKey(reverseEach(privateKey));
  }

  static generate(random: Random): P256KeyPair {
    for (;;) {
      try {
        return new P256KeyPair(random(COORDINATE));
      } catch {
        // Of 2^32 numbers, one is not below the order of the group.
      }
    }
  }

  /** X and Y, 64 bytes, little-endian each. */
  get publicKey(): Uint8Array {
    return reverseEach(this.#ecdh.getPublicKey().subarray(1));
  }

  /** The Diffie-Hellman key with a peer (64 bytes), 32 bytes; undefined for a point off the curve. */
  dhKey(peer: Uint8Array): Uint8Array | undefined {
    try {
      return reverseEach(this.#ecdh.computeSecret(concat(UNCOMPRESSED, reverseEach(peer))));
    } catch {
      return undefined;
    }
  }
}

/** Numbers of 32 bytes, each from big-endian to little-endian or back. */
const reverseEach = (numbers: Uint8Array): Uint8Array => {
  const reversed = new Uint8Array(numbers);
  for (let at = 0; at < reversed.length; at += COORDINATE) {
    reversed.subarray(at, at + COORDINATE).reverse();
  }
  return reversed;
};
