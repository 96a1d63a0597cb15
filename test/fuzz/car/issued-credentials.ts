import { sameBytes } from '../../../lib/platform/bytes.js';
import type { LinkFields, PartFields } from '../../../lab/forged-credentials.js';
import type { KeyHolder } from './key-holders.js';

/** A link as somebody really signed it. */
export interface MadeLink {
  readonly subject: KeyHolder;
  readonly signer: KeyHolder;
  readonly forThisCar: boolean;
  readonly fields: LinkFields;
}

export interface MadeGrant {
  readonly bytes: Uint8Array;
  /** None for bytes that nobody signed like this. */
  readonly links?: readonly MadeLink[];
}

export interface MadeEntry {
  /** None for a key that nobody here has. */
  readonly about: KeyHolder | undefined;
  /** Seconds since 1970. */
  readonly since: number;
  readonly kind: 'revoked' | 'suspended' | 'resumed';
}

/** One part of a revocation list, sealed. */
export interface MadeRevocationList {
  readonly bytes: Uint8Array;
  /** None for bytes that nobody signed like this. */
  readonly signed?: SignedPart;
}

export interface SignedPart extends PartFields {
  readonly by: KeyHolder;
  readonly forThisCar: boolean;
  readonly entries: readonly MadeEntry[];
}

/** What people have signed so far, newest last: nothing else gives or takes rights. */
export class IssuedCredentials {
  readonly grants: MadeGrant[] = [];
  readonly revocationLists: MadeRevocationList[] = [];

  grantOf(bytes: Uint8Array): readonly MadeLink[] | undefined {
    return this.grants.find((made) => made.links !== undefined && sameBytes(made.bytes, bytes))
      ?.links;
  }

  revocationListOf(bytes: Uint8Array): SignedPart | undefined {
    return this.revocationLists.find(
      (made) => made.signed !== undefined && sameBytes(made.bytes, bytes),
    )?.signed;
  }
}
