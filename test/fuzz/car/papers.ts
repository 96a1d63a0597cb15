import { sameBytes } from '../../../lib/platform/bytes.js';
import type { LinkFields, PartFields } from '../../../lab/forged-credentials.js';
import type { Person } from './people.js';

/** A link as somebody really signed it. */
export interface MadeLink {
  readonly subject: Person;
  readonly signer: Person;
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
  readonly about: Person | undefined;
  /** Seconds since 1970. */
  readonly since: number;
  readonly kind: 'revoked' | 'suspended';
}

/** One part of a notice, sealed. */
export interface MadeNotice {
  readonly bytes: Uint8Array;
  /** None for bytes that nobody signed like this. */
  readonly signed?: SignedPart;
}

export interface SignedPart extends PartFields {
  readonly by: Person;
  readonly forThisCar: boolean;
  readonly entries: readonly MadeEntry[];
}

/** What people have signed so far, newest last: nothing else gives or takes rights. */
export class Papers {
  readonly grants: MadeGrant[] = [];
  readonly notices: MadeNotice[] = [];

  grantOf(bytes: Uint8Array): readonly MadeLink[] | undefined {
    return this.grants.find((made) => made.links !== undefined && sameBytes(made.bytes, bytes))
      ?.links;
  }

  noticeOf(bytes: Uint8Array): SignedPart | undefined {
    return this.notices.find((made) => made.signed !== undefined && sameBytes(made.bytes, bytes))
      ?.signed;
  }
}
