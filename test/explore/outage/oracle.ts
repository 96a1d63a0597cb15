import { TOLERANCE_SECONDS } from '../../../lib/credentials/grant.js';

/**
 * Who is in when everything is delivered, from what people said and when, and nothing else: neither the car's rules nor
 * lists and numbers. Times are seconds since 1970.
 */
export type Said =
  | { readonly what: 'granted'; readonly by: string; readonly date: number }
  | { readonly what: 'revoked' | 'suspended' | 'resumed'; readonly by: string; readonly at: number }
  /** By the card, or by an owner's phone at the car. */
  | { readonly what: 'removed'; readonly at: number };

/** Whether the guest gets in. Grants that were signed no later than something that takes the key away are void. */
export const getsIn = (said: readonly Said[]): boolean =>
  said.some((grant, index) => grant.what === 'granted' && !isTaken(said, grant, index));

const isTaken = (said: readonly Said[], { date }: Granted, index: number): boolean => {
  const removed = said.some(
    (each) => each.what === 'removed' && date <= each.at + TOLERANCE_SECONDS,
  );
  return removed || OWNERS.some((owner) => takes(said, owner, date, index));
};

type Granted = Extract<Said, { readonly what: 'granted' }>;

const OWNERS = ['Ada', 'Ben'];

/** What this owner has said last, or for good, reaches a grant of that date. */
const takes = (said: readonly Said[], owner: string, date: number, index: number): boolean => {
  let kind: 'revoked' | 'suspended' | undefined;
  let until = 0;
  for (const [at, each] of said.entries()) {
    if (each.what === 'granted' || each.what === 'removed' || each.by !== owner) continue;
    if (each.what === 'resumed') kind = undefined;
    else {
      // Who has revoked a key and suspends it, revokes it once more.
      kind = kind === 'revoked' ? kind : each.what;
      // An owner means also what he has dated a little ahead himself.
      const own = said
        .slice(0, at)
        .filter((other) => other.what === 'granted' && other.by === owner);
      const dates = own.map((other) => (other.what === 'granted' ? other.date : 0));
      until = Math.max(until, each.at + TOLERANCE_SECONDS, ...dates);
    }
  }
  return kind !== undefined && date <= until && index >= 0;
};
