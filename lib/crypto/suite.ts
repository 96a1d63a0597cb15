/**
 * The primitives that both ends use, and nothing else. Three implementations give identical results:
 * node:crypto, fast, the default on Node; @noble, the one of browsers; and tweetnacl with some of @noble,
 * `portableSuite` on Node.
 */
export interface Suite {
  /** For logs and benches. */
  readonly name: 'node' | 'noble' | 'portable';

  /** X25519 key pair from a 32-byte private key (clamped as RFC 7748 section 5 says). */
  x25519KeyPair(privateKey: Uint8Array): KeyPair;
  /**
   * X25519 of a private key and a 32-byte public key (RFC 7748).
   * @throws PhoneKeyError `crypto.weak-key` when the shared secret is all zero (a low-order point).
   */
  x25519(pair: KeyPair, publicKey: Uint8Array): Uint8Array;

  /** Ed25519 key pair from a 32-byte seed (RFC 8032). */
  ed25519KeyPair(seed: Uint8Array): KeyPair;
  /** 64-byte Ed25519 signature over `message`. */
  ed25519Sign(pair: KeyPair, message: Uint8Array): Uint8Array;
  /**
   * True only for a valid signature; malformed keys and signatures give false. Strict (common.ts):
   * S < L, and the key canonical and not of small order.
   */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  /** 64-byte SHA-512 digest of the concatenated parts. */
  sha512(...parts: Uint8Array[]): Uint8Array;
  /** 64-byte HMAC-SHA-512 over the concatenated parts (RFC 2104). */
  hmacSha512(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;
  /** The same function of the parts, for a key that is used again and again: it is prepared once. */
  hmacSha512With(key: Uint8Array): (...parts: Uint8Array[]) => Uint8Array;
  /** HKDF-SHA-512 (RFC 5869), `length` up to 255 * 64 bytes. */
  hkdfSha512(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;

  /**
   * scrypt (RFC 7914) of a password, `length` bytes. Holds the thread for tens of milliseconds with
   * N = 2^14, r = 8.
   * @throws PhoneKeyError `crypto.invalid-input` for no valid cost, one of over 32 MiB of memory
   *   (128 * r * (N + p) bytes), or a length that is not in 1 to 65,536
   */
  scrypt(password: Uint8Array, salt: Uint8Array, cost: ScryptCost, length: number): Uint8Array;

  /** ChaCha20-Poly1305 (RFC 8439): 32-byte key, 12-byte nonce; returns ciphertext + 16-byte tag. */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Undoes `seal`; undefined when the tag does not verify or the input is under 16 bytes. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined;

  /** Constant-time comparison; false at once where the lengths differ (lengths are not secret). */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

/** The cost of scrypt, named as in RFC 7914: N is a power of two. */
export interface ScryptCost {
  /** CPU and memory cost, a power of two above 1. */
  readonly N: number;
  /** Block size, in units of 128 bytes. */
  readonly r: number;
  /** Parallelisation; here one after the other. */
  readonly p: number;
}

/**
 * A private and a public key, 32 bytes each. For Ed25519 the private key is the seed. The suites
 * remember what they computed for a pair by its identity: do not alter the bytes of a pair.
 */
export interface KeyPair {
  /** 32 bytes; secret. For Ed25519 the seed (RFC 8032 section 5.1.5). */
  readonly privateKey: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}
