import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { NO_TERMS } from '../../lib/domain/outcomes.js';
import type { RevocationPage, SigningTerms } from '../../lib/domain/outcomes.js';
import { runningTime } from './clock.js';
import { MAX_TIME, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { revocationsOf } from './rights.js';
import type { Rights, RightsContext } from './rights.js';

/** What owners are told, so that what they sign is believed. */

/** The answers that a person waits for are kept short: they do not tell the time. */
const BRIEF: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'start', 'trunk', 'frunk']);

/** How many entries a page has: a result of them fits in a message of 2048 bytes. */
export const PAGE_ENTRIES = 128;

/** @param key as it is enrolled now */
export const signingTerms = (
  rights: Rights,
  key: KeySlot | undefined,
  command: CommandName,
  { suite, wallMs }: RightsContext,
): SigningTerms => {
  if (key?.role !== 'owner') return NO_TERMS;
  const { keys, clock, epoch, own, owners } = rights;
  const now = runningTime(clock, wallMs) ?? 0;
  const removals = [own, ...owners]
    .flatMap(({ entries }) => entries)
    .filter(({ kind }) => kind === 'removed')
    .map(({ until }) => until);
  // A pairing may be dated ahead, too: later than what was said of the key before.
  const paired = keys.map(({ pairedAt = 0 }) => pairedAt - 1);
  const mark = Math.max(0, ...removals, ...paired);
  const { floor } = revocationsOf(rights, fingerprint(suite, key.publicKey));
  return {
    epoch,
    time: BRIEF.has(command) ? 0 : now,
    mark: mark >= now ? mark : 0,
    floor: Math.max(floor.until, own.floor.until),
  };
};

/** What the car has by the lists of an owner. A page beyond the last one is empty. */
export const revocationPage = (
  rights: Rights,
  { publicKey }: KeySlot,
  page: number,
  { suite }: Pick<RightsContext, 'suite'>,
): RevocationPage => {
  const { number, incoming, entries } = revocationsOf(rights, fingerprint(suite, publicKey));
  const said = entries.flatMap(({ kind, until, fingerprint }) =>
    kind === 'removed'
      ? []
      : [{ kind, fingerprint, since: until === MAX_TIME ? until : until - TOLERANCE_SECONDS }],
  );
  return {
    number: Math.max(number, incoming?.number ?? 0, ...entries.map((entry) => entry.number)),
    pages: Math.max(1, Math.ceil(said.length / PAGE_ENTRIES)),
    entries: said.slice(page * PAGE_ENTRIES, (page + 1) * PAGE_ENTRIES),
  };
};
