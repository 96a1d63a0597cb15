import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';

/**
 * Who is in when everything is delivered, from what people said and when, and nothing else: neither the car's rules nor
 * lists and numbers. Times are seconds since 1970.
 */
export type Said =
  | { readonly what: 'granted'; readonly by: Owner; readonly date: number }
  | { readonly what: 'revoked' | 'suspended' | 'resumed'; readonly by: Owner; readonly at: number }
  /** By the card, or by an owner's phone at the car. */
  | { readonly what: 'removed'; readonly at: number };

export type Owner = 'Ada' | 'Ben';

/** What matters of all that was said. */
export interface Told extends Readonly<Record<Owner, Words>> {
  /** The date of the newest grant: what takes that takes all, for it takes what was signed until then. */
  readonly granted: number;
  /** What was signed until then is void for good. */
  readonly removed: number;
}

/** What an owner has said last, or for good. */
interface Words {
  readonly kind?: 'revoked' | 'suspended' | undefined;
  /** What was signed until then, it takes. */
  readonly until: number;
  /** The date of his own newest grant. */
  readonly granted: number;
}

const NOTHING: Words = { until: 0, granted: 0 };

export const nothingTold: Told = { granted: 0, removed: 0, Ada: NOTHING, Ben: NOTHING };

export const tell = (told: Told, said: Said): Told => {
  if (said.what === 'removed') {
    return { ...told, removed: Math.max(told.removed, said.at + TOLERANCE_SECONDS) };
  }
  const words = told[said.by];
  switch (said.what) {
    case 'granted': {
      const granted = Math.max(words.granted, said.date);
      return {
        ...told,
        granted: Math.max(told.granted, said.date),
        [said.by]: { ...words, granted },
      };
    }
    case 'resumed':
      return { ...told, [said.by]: { ...NOTHING, granted: words.granted } };
    case 'revoked':
    case 'suspended': {
      // Who has revoked a key and suspends it, revokes it once more.
      const kind = words.kind === 'revoked' ? words.kind : said.what;
      // An owner means also what he has dated a little ahead himself.
      const until = Math.max(words.until, said.at + TOLERANCE_SECONDS, words.granted);
      return { ...told, [said.by]: { ...words, kind, until } };
    }
  }
};

/** Whether the guest gets in. Grants that were signed no later than something that takes the key away are void. */
export const getsIn = ({ granted, removed, Ada, Ben }: Told): boolean =>
  granted > removed && [Ada, Ben].every(({ kind, until }) => kind === undefined || granted > until);
