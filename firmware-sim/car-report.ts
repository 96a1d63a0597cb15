import type { Suite } from '../lib/crypto/suite.js';
import type { Closure } from '../lib/domain/closures.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { summariseCard } from './cards.js';
import type { CardSummary } from './cards.js';
import type { KeySummary, Via } from './events.js';
import { summarise } from './key-summary.js';
import type { CarRecord } from './memory/record.js';
import type { Screen } from './pairing-manager.js';
import { timeOf } from './rights/clock.js';
import type { Limit } from './rights/limit.js';
import type { Rights } from './rights/rights.js';

/** The car as the person beside it sees it. Times are seconds since 1970. */
export interface CarReport extends RecordReport {
  /** As paired phones know it. */
  readonly name: string;
  /** Of the car's identity, 16 hex digits. */
  readonly fingerprint: string;
  /** Nothing that is shut opens by hand from outside. */
  readonly locked: boolean;
  /** Everything that stands open, in the order of CLOSURES. */
  readonly open: readonly Closure[];
  /** 0: driving is not authorised. */
  readonly driveSecondsLeft: number;
  /** It was driven off and not parked since. */
  readonly driving: boolean;
  /** How many keys the car can hold besides cards. */
  readonly slots: number;
  /** What its screen shows; the code is in `screen()` alone. */
  readonly pairing: Screen['state'];
  /** Its links that are in use, in the order in which they began. */
  readonly links: readonly LinkReport[];
}

/** A link of the car that is in use. */
export interface LinkReport extends Via {
  /** Who has it; null: somebody who has not proved himself. */
  readonly key: Pick<KeySummary, 'slot' | 'name'> | null;
  /** For how long. */
  readonly seconds: number;
}

/** What the memory says. */
export interface RecordReport {
  /** The enrolled keys, ascending by slot. */
  readonly keys: readonly KeySummary[];
  /** The key cards that the car knows; one or more. */
  readonly cards: readonly CardSummary[];
  /** Pairing tries ever counted. */
  readonly pairingTries: number;
  /** How often it was re-keyed. */
  readonly epoch: number;
  /** null when the car does not know. */
  readonly now: number | null;
  /** It asks for one before driving. */
  readonly pin: boolean;
  /** Which grants are void; none in a car where little was ever revoked. */
  readonly floors: readonly Floor[];
  /** Keys that were removed while the car does not know the time: until it does, nothing lets them in. */
  readonly pendingRemovals: number;
}

/** Grants that are void because more was revoked and removed than is remembered one by one, or by an owner's word. */
export interface Floor {
  /** Slot of the owner who signed them; null: all owners' are. */
  readonly owner: number | null;
  /** Signed at or before it; null: whenever, until the car knows the time. */
  readonly until: number | null;
}

export const reportOf = (record: CarRecord, suite: Suite, wallMs: number): RecordReport => ({
  keys: record.keys.map((key) => summarise(suite, key, record)),
  cards: record.cards.map((card) => summariseCard(suite, card)),
  pairingTries: record.pairingTries,
  epoch: record.epoch,
  now: timeOf(record.clock, wallMs) ?? null,
  pin: record.pin !== undefined,
  floors: floorsOf(record, suite),
  pendingRemovals: [record.own, ...record.owners]
    .flatMap(({ entries }) => entries)
    .filter(({ pending }) => pending !== undefined).length,
});

const floorsOf = ({ keys, own, owners }: Rights, suite: Suite): readonly Floor[] => [
  ...floorFor(null, own.floor),
  ...keys.flatMap(({ slot, role, publicKey }) => {
    if (role !== 'owner') return [];
    const print = fingerprint(suite, publicKey);
    const list = owners.find(({ owner }) => sameBytes(owner, print));
    return list === undefined ? [] : floorFor(slot, list.floor);
  }),
];

const floorFor = (owner: number | null, { until, pending }: Limit): readonly Floor[] => {
  if (pending !== undefined) return [{ owner, until: null }];
  return until === 0 ? [] : [{ owner, until }];
};
