import type { ServiceData } from '../link/advertising.js';

/**
 * Where signed objects wait for who is away: the cloud, for one account (lib/cloud/mailbox.ts). Nothing that it says is
 * believed: what it brings is signed or sealed, and what it withholds goes by BLE and by hand. All methods throw
 * PhoneKeyError `cloud.*`.
 */
export interface Mailbox {
  /** Those of the account. */
  cars(): Promise<readonly MailboxCar[]>;
  /** Leaves a part of a revocation list for a car; once more is without effect. */
  leaveRevocationList(car: string, part: Uint8Array): Promise<void>;
  /** Those that were left for a car, by whomever; the oldest first. */
  revocationLists(car: string): Promise<readonly Uint8Array[]>;
  /**
   * Leaves a grant for the phones of an account; once more is without effect.
   * @param grant the car's public key, 32 bytes, and the chain: 147 to 620 bytes
   */
  leaveGrant(car: string, account: string, grant: Uint8Array): Promise<void>;
  /** Those that wait for the phones of this account; the oldest first. */
  grants(): Promise<readonly MailboxGrant[]>;
  /** A phone of the account has it: it need not wait any more. Without effect where there is none of that id. */
  confirmGrant(id: string): Promise<void>;
}

/** A car, as the cloud knows it. */
export interface MailboxCar {
  /** 32 hex digits. */
  readonly id: string;
  /** What it advertises there, as on the air; nothing while it is away. */
  readonly serviceData: readonly ServiceData[];
}

/** A grant that was left for an account. */
export interface MailboxGrant {
  /** What `confirmGrant` takes. */
  readonly id: string;
  /** As in `leaveGrant`; nothing is verified. */
  readonly grant: Uint8Array;
}
