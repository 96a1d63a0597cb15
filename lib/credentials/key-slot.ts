import type { Role } from '../wire/gen/phonekey_pb.js';
import type { GrantTerms } from './grant.js';

/** One enrolled phone, as the car keeps it. */
export interface KeySlot {
  /** 0 to slot count - 1. */
  readonly slot: number;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 32 bytes; signs grants and notices. Of a granted key, 32 zero bytes: it signs nothing here. */
  readonly signingKey: Uint8Array;
  /** At most 32 bytes of UTF-8, chosen by the phone. */
  readonly name: string;
  readonly role: Role;
  /** An owner has switched it off at the car, until an owner switches it on again. */
  readonly suspended?: boolean;
  /** What bounds a key that came by a grant; none for one that was paired at the car. */
  readonly grant?: KeyGrant;
}

export interface KeyGrant {
  /** Of the last link of its chain. */
  readonly terms: GrantTerms;
  /** Fingerprints (8 bytes) of the keys of the chain, the owner's guest first, this key last. */
  readonly path: readonly Uint8Array[];
  /** How often it has unlocked or started; counted where the terms bound it. */
  readonly used: number;
}

/** How many keys a car holds unless it is told otherwise. */
export const DEFAULT_SLOTS = 19;
