import { ROLE } from '../../../lab/forged-credentials.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { fastest } from '../sharing/rights.js';
import type { MadeLink } from './issued-credentials.js';
import type { Left, Step } from './memory.js';

/** A key that the car must have. */
export interface ModelKey extends KeySlot {
  /** Of a key that came by a grant. */
  readonly links?: readonly MadeLink[];
}

export const isOwner = ({ role }: KeySlot): boolean => role === 'owner';

export const idOf = ({ publicKey }: { readonly publicKey: Uint8Array }): string => toHex(publicKey);

export const stepOf = ({ subject, fields }: MadeLink): Step => ({
  key: idOf(subject.identity),
  date: fields.issuedAt,
});

/** Of what let it in: its grant, or its pairing. */
export const dateOf = ({ links, pairedAt = 0 }: ModelKey): number =>
  links?.at(-1)?.fields.issuedAt ?? pairedAt;

export const leftOf = (key: ModelKey): Left => ({
  key: idOf(key),
  date: dateOf(key),
  isPaired: key.links === undefined,
});

/** A paired key is a chain of itself. */
export const pathOf = (key: ModelKey): readonly Step[] =>
  key.links?.map(stepOf) ?? [{ key: idOf(key), date: dateOf(key) }];

/** In km/h, by all that its rights come through. */
export const fastestOf = (key: ModelKey | undefined): number =>
  Math.min(
    fastest(ROLE[key?.role ?? 'owner']),
    ...(key?.links ?? []).map(({ fields }) => fastest(fields.role)),
  );
