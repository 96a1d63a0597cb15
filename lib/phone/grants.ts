import { gives } from '../credentials/chain.js';
import { lastTerms } from '../credentials/grant.js';
import type { CommandName } from '../domain/commands.js';
import type { Refusal } from '../domain/refusals.js';
import { permits } from '../domain/roles.js';
import { sameBytes } from '../platform/bytes.js';
import { invalid } from './choose.js';
import type { HeldGrant, PairedCar } from './store.js';

/**
 * Several grants to the key that a phone has for one car. Who signed the first link of a chain only the car can tell,
 * so a phone keeps them, and goes on to the next when the car refuses one. The car takes none that is older than one
 * it has taken: a grant is shown early only where nothing is lost by it.
 */

/** To one key; where there are more, the oldest goes that the car has not taken. */
export const MOST_GRANTS = 4;

/** And so many that the mailbox in the cloud has brought: the newest. They have room of their own, so that neither displaces the other. */
export const MOST_RELAYED = 2;

/** What the car has said this of it does not take later either. */
const FOR_GOOD: ReadonlySet<Refusal> = new Set([
  'grant-invalid',
  'grant-void',
  'expired',
  'used-up',
]);

/** After these the car may do by another grant what was asked. */
const BY_ANOTHER: ReadonlySet<Refusal> = new Set([
  ...FOR_GOOD,
  'suspended',
  'not-yet',
  'lease-over',
  'dated-ahead',
  'not-permitted',
]);

/** All of them, in the order in which they are shown. */
export const grantsOf = ({
  grant,
  state,
  relayed,
  otherGrants = [],
}: PairedCar): readonly HeldGrant[] =>
  grant === undefined
    ? []
    : [
        { grant, ...(state === 'paired' && { taken: true }), ...(relayed && { relayed }) },
        ...otherGrants,
      ];

const withGrants = (car: PairedCar, [first, ...others]: readonly HeldGrant[]): PairedCar => {
  const { grant: _, relayed: __, otherGrants: ___, ...rest } = car;
  if (first === undefined) return rest;
  return {
    ...rest,
    grant: first.grant,
    state: first.taken === true ? 'paired' : 'pending',
    ...(first.relayed && { relayed: true }),
    role: lastTerms(first.grant).role,
    ...(others.length > 0 && { otherGrants: others }),
  };
};

/** Of a key that was paired: it needs none any more. */
export const withoutGrants = (car: PairedCar): PairedCar => withGrants(car, []);

const issuedAt = ({ grant }: HeldGrant): number => lastTerms(grant).issuedAt;

/** Without the oldest that the car has not taken, where there are too many of its kind. */
const withRoom = (all: readonly HeldGrant[], relayed: boolean): readonly HeldGrant[] => {
  const alike = all.filter((each) => (each.relayed === true) === relayed);
  if (alike.length <= (relayed ? MOST_RELAYED : MOST_GRANTS)) return all;
  const [oldest] = alike
    .filter(({ taken }) => taken !== true)
    .sort((a, b) => issuedAt(a) - issuedAt(b));
  return all.filter((each) => each !== oldest);
};

/**
 * With another grant: before those of which it gives everything, and behind all others, which it might cost.
 * @param relayed by the mailbox in the cloud: behind all others
 * @returns the same object where it is there already
 * @throws PhoneKeyError `usage.invalid` where the car would not take it any more
 */
export const withGrant = (car: PairedCar, grant: Uint8Array, relayed = false): PairedCar => {
  const held = grantsOf(car);
  const same = held.find((each) => sameBytes(each.grant, grant));
  if (same !== undefined && (relayed || same.relayed !== true)) return car;
  // Given by hand now: it is no mailbox's any more.
  const before = held.filter((each) => each !== same);
  const added: HeldGrant = { grant, ...(relayed && { relayed: true }) };
  if (before.some(({ taken, ...rest }) => taken === true && issuedAt(rest) >= issuedAt(added))) {
    throw invalid('the car has taken a newer grant to that key');
  }
  const terms = lastTerms(grant);
  const at = relayed ? -1 : before.findIndex((each) => gives(terms, lastTerms(each.grant)));
  const all = before.toSpliced(at < 0 ? before.length : at, 0, added);
  return withGrants(car, withRoom(all, relayed));
};

/** The car has taken the first: it takes none of before any more. */
export const withTaken = (car: PairedCar): PairedCar => {
  const [first, ...others] = grantsOf(car);
  if (first === undefined) return { ...car, state: 'paired' };
  const newer = others.filter((held) => issuedAt(held) > issuedAt(first));
  return withGrants(car, [
    { grant: first.grant, taken: true },
    ...newer.map(({ taken: _, ...untaken }) => untaken),
  ]);
};

/**
 * With another grant first, by which the command may be done; what the car has refused for good is dropped.
 * @param refusal undefined: the car knows neither key nor grant
 * @returns the same object where there is no other
 */
export const withNext = (
  car: PairedCar,
  refusal: Refusal | undefined,
  command: CommandName,
): PairedCar => {
  const [refused, ...others] = grantsOf(car);
  if (refused === undefined || (refusal !== undefined && !BY_ANOTHER.has(refusal))) return car;
  const next = others.find(({ grant }) => permits(lastTerms(grant).role, command));
  if (next === undefined) return car;
  const rest = others.filter((held) => held !== next);
  const kept = refusal !== undefined && FOR_GOOD.has(refusal) ? [] : [refused];
  return withGrants(car, [next, ...rest, ...kept]);
};
