import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import type { Command, CommandName } from '../lib/domain/commands.js';
import { DONE } from '../lib/domain/outcomes.js';
import { sameBytes } from '../lib/platform/bytes.js';
import type { Answer } from './behavior.js';
import { MOST_OUTCOMES, MOST_OUTCOMES_OF_ALL } from './memory/outcome-record.js';
import type { RememberedOutcome } from './memory/outcome-record.js';
import type { RecordStore } from './memory/store.js';

/**
 * Longer than a command may act: 15 s from when the person asked, and as much again for an app that sends it
 * anew. In seconds.
 */
export const OUTCOME_SECONDS = 30;

/** What only looks is answered as often as it is asked. */
const LOOKS: ReadonlySet<CommandName> = new Set(['status', 'listKeys', 'listRevocations']);

export interface OutcomeMemoryOptions {
  readonly store: RecordStore;
  readonly suite: Suite;
  /** Milliseconds since 1970, by the clock that runs in the car. */
  readonly wallTime: () => number;
}

/** Does no command twice that has an id: remembers what came of it, and answers that. */
export class OutcomeMemory {
  readonly #options: OutcomeMemoryOptions;

  constructor(options: OutcomeMemoryOptions) {
    this.#options = options;
  }

  /**
   * That it was begun is durable before it acts: one that a power cut interrupted is answered with `fault`
   * and not done again.
   * @param act does the command
   * @throws PhoneKeyError `sim.storage`
   */
  async once({ id, type }: Command, by: KeySlot, act: () => Promise<Answer>): Promise<Answer> {
    if (id === undefined || LOOKS.has(type)) return act();
    const { suite } = this.#options;
    const key = fingerprint(suite, by.publicKey);
    const known = await this.#begin(key, id);
    if (known !== undefined) return known.answer;
    const answer = await act();
    await this.#options.store.update((record) => ({
      record: { ...record, outcomes: concluded(record.outcomes, key, id, answer) },
      value: undefined,
    }));
    return answer;
  }

  /** What to answer instead of doing it. */
  #begin(key: Uint8Array, id: Uint8Array): Promise<{ readonly answer: Answer } | undefined> {
    const { store, wallTime } = this.#options;
    return store.update<{ readonly answer: Answer } | undefined>((record) => {
      const begun = begin(record.outcomes, key, id, Math.floor(wallTime() / 1000));
      if ('answer' in begun) return { value: begun };
      return { record: { ...record, ...begun }, value: undefined };
    });
  }
}

/**
 * What to answer instead of doing it, or what to remember before it is done.
 * @param now seconds since 1970
 */
export const begin = (
  remembered: readonly RememberedOutcome[],
  key: Uint8Array,
  id: Uint8Array,
  now: number,
): { readonly answer: Answer } | { readonly outcomes: readonly RememberedOutcome[] } => {
  const outcomes = stillKept(remembered, now);
  const ofKey = outcomes.filter((each) => sameBytes(each.key, key));
  const found = ofKey.find((each) => sameBytes(each.id, id));
  if (found !== undefined) return { answer: answerOf(found) };
  if (ofKey.length >= MOST_OUTCOMES || outcomes.length >= MOST_OUTCOMES_OF_ALL)
    return { answer: 'busy' };
  const until = now + OUTCOME_SECONDS;
  return { outcomes: [...outcomes, { key, id, until, outcome: 'begun' }] };
};

export const concluded = (
  outcomes: readonly RememberedOutcome[],
  key: Uint8Array,
  id: Uint8Array,
  answer: Answer,
): readonly RememberedOutcome[] =>
  outcomes.map((each) =>
    sameBytes(each.key, key) && sameBytes(each.id, id)
      ? { ...each, outcome: typeof answer === 'string' ? answer : 'done' }
      : each,
  );

const answerOf = ({ outcome }: RememberedOutcome): Answer => {
  if (outcome === 'done') return DONE;
  return outcome === 'begun' ? 'fault' : outcome;
};

/** Where the clock was turned back, none stays for longer than a new one does. */
const stillKept = (
  outcomes: readonly RememberedOutcome[],
  now: number,
): readonly RememberedOutcome[] =>
  outcomes
    .filter(({ until }) => until > now)
    .map((each) => ({ ...each, until: Math.min(each.until, now + OUTCOME_SECONDS) }));
