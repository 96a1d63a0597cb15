import type { Role } from '../wire/gen/phonekey_pb.js';

/** One enrolled phone, as the car keeps it. */
export interface KeySlot {
  /** 0 to slot count - 1. */
  readonly slot: number;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 32 bytes; signs grants. */
  readonly signingKey: Uint8Array;
  /** At most 32 bytes of UTF-8, chosen by the phone. */
  readonly name: string;
  readonly role: Role;
}

/** How many keys a car holds unless it is told otherwise. */
export const DEFAULT_SLOTS = 19;
