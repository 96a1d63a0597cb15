/** `suspended` ends when a later list says `resumed`, `revoked` never; nothing ends by being left out. */
export type EntryKind = 'revoked' | 'suspended' | 'resumed';

/** What a revocation list says of a key. */
export interface RevocationEntry {
  /** Of the X25519 key: the first 8 bytes of its SHA-512. */
  readonly fingerprint: Uint8Array;
  /** Grants of later seconds are new ones, and hold. Seconds since 1970. */
  readonly since: number;
  /** What is to become of it. */
  readonly kind: EntryKind;
}
