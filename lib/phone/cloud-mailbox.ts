import { PhoneKeyError } from '../errors.js';
import { fromHex } from '../platform/bytes.js';
import type { Mailbox } from './mailbox.js';

/** What it needs of a CloudClient. */
export interface MailboxClient {
  /** Those of the account, and what each advertises: UUIDs, and hex. */
  cars(call: { readonly signal: AbortSignal | undefined }): Promise<
    readonly {
      readonly id: string;
      readonly advertises: readonly { readonly uuid: string; readonly data: string }[];
    }[]
  >;
  sendRevocationList(
    car: string,
    bytes: Uint8Array,
    call: { readonly signal: AbortSignal | undefined },
  ): Promise<unknown>;
  revocationLists(
    car: string,
    call: { readonly signal: AbortSignal | undefined },
  ): Promise<readonly { readonly bytes: Uint8Array }[]>;
  giveGrant(
    grant: { readonly car: string; readonly account: string; readonly bytes: Uint8Array },
    call: { readonly signal: AbortSignal | undefined },
  ): Promise<unknown>;
  grants(call: {
    readonly signal: AbortSignal | undefined;
  }): Promise<readonly { readonly id: string; readonly bytes: Uint8Array }[]>;
  deleteGrant(id: string, call: { readonly signal: AbortSignal | undefined }): Promise<void>;
}
