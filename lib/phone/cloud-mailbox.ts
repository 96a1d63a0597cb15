import { PhoneKeyError } from '../errors.js';
import { fromHex } from '../platform/bytes.js';
import type { Mailbox } from './mailbox.js';

/** What it needs of a CloudClient. */
export interface MailboxClient {
  /** Those of the account. */
  cars(call: MailboxCall): Promise<readonly AdvertisedCar[]>;
  /** Leaves a part, 148 to 2020 bytes, for a car of that id. */
  sendRevocationList(car: string, bytes: Uint8Array, call: MailboxCall): Promise<unknown>;
  /** Parts that were left for a car of that id, the oldest first. */
  revocationLists(
    car: string,
    call: MailboxCall,
  ): Promise<readonly { readonly bytes: Uint8Array }[]>;
  /** Leaves a grant, 147 to 620 bytes, for the account of that name. */
  giveGrant(
    grant: { readonly car: string; readonly account: string; readonly bytes: Uint8Array },
    call: MailboxCall,
  ): Promise<unknown>;
  /** Those that wait for this account, the oldest first. */
  grants(
    call: MailboxCall,
  ): Promise<readonly { readonly id: string; readonly bytes: Uint8Array }[]>;
  /** The account has it. */
  deleteGrant(id: string, call: MailboxCall): Promise<void>;
}

/** What calls a request off. */
export interface MailboxCall {
  /** Ends the request, which then throws `interrupted`. */
  readonly signal: AbortSignal | undefined;
}

/** A car of the account: UUIDs of what it advertises, and hex. */
export interface AdvertisedCar {
  /** 32 hex digits. */
  readonly id: string;
  /** By service; nothing while it is away. */
  readonly advertises: readonly { readonly uuid: string; readonly data: string }[];
}

/**
 * The mailbox of an account in a cloud, for `KeyRing.sync`.
 * @param signal calls all of it off
 */
export const cloudMailbox = (client: MailboxClient, signal?: AbortSignal): Mailbox => {
  const call = { signal };
  return {
    cars: async () =>
      (await client.cars(call)).map(({ id, advertises }) => ({
        id,
        serviceData: advertises.map(({ uuid, data }) => ({
          uuid,
          data: fromHex(data) ?? new Uint8Array(),
        })),
      })),
    leaveRevocationList: async (car, part) => {
      await client.sendRevocationList(car, part, call);
    },
    revocationLists: async (car) =>
      (await client.revocationLists(car, call)).map(({ bytes }) => bytes),
    leaveGrant: async (car, account, bytes) => {
      await client.giveGrant({ car, account, bytes }, call);
    },
    grants: async () => (await client.grants(call)).map(({ id, bytes }) => ({ id, grant: bytes })),
    confirmGrant: async (id) => {
      try {
        await client.deleteGrant(id, call);
      } catch (error) {
        // Another phone of the account was faster.
        if (!(error instanceof PhoneKeyError) || error.code !== 'cloud.not-permitted') throw error;
      }
    },
  };
};
