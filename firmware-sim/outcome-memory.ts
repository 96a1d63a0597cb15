import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import type { Command, CommandName } from '../lib/domain/commands.js';
import { DONE } from '../lib/domain/outcomes.js';
import { concat, sameBytes, toHex } from '../lib/platform/bytes.js';
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

/** Does no command twice that has an id: remembers what came of it, and answers that. Nor one that a newer one voids. */
export class OutcomeMemory {
  readonly #options: OutcomeMemoryOptions;
  /** Those that are being carried out, by key and id. */
  readonly #running = new Map<string, Promise<Answer>>();

  constructor(options: OutcomeMemoryOptions) {
    this.#options = options;
  }

  /**
   * That it was begun is durable before it acts, and what it voids, too: one that a power cut interrupted is
   * answered with `fault` and not done again. One that is being carried out, and comes by another link, too, waits
   * for that; one that voids it acts when that is over.
   * @param act does the command
   * @throws PhoneKeyError `sim.storage`
   */
  once(command: Command, by: KeySlot, act: () => Promise<Answer>): Promise<Answer> {
    const { id, type } = command;
    if (id === undefined || LOOKS.has(type)) return act();
    const key = fingerprint(this.#options.suite, by.publicKey);
    const name = nameOf(key, id);
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const running = this.#once({ key, id, voids: command.voids ?? [] }, act).finally(() => {
      this.#running.delete(name);
    });
    this.#running.set(name, running);
    return running;
  }

  async #once(wish: Wish, act: () => Promise<Answer>): Promise<Answer> {
    const begun = await this.#begin(wish);
    if ('answer' in begun) return begun.answer;
    // Else what is replaced could act after what replaces it. They began earlier, so nobody waits for himself.
    await Promise.allSettled(
      begun.under.map(async (id) => this.#running.get(nameOf(wish.key, id))),
    );
    const answer = await act();
    await this.#options.store.update((record) => ({
      record: { ...record, outcomes: concluded(record.outcomes, wish.key, wish.id, answer) },
      value: undefined,
    }));
    return answer;
  }

  #begin(wish: Wish): Promise<Begun> {
    const { store, wallTime } = this.#options;
    return store.update<Begun>((record) => {
      const begun = begin(record.outcomes, wish, Math.floor(wallTime() / 1000), ({ key, id }) =>
        this.#running.has(nameOf(key, id)),
      );
      if ('answer' in begun) return { value: begun };
      return { record: { ...record, outcomes: begun.outcomes }, value: begun };
    });
  }
}

/** What of a command counts here. */
export interface Wish {
  /** Fingerprint of the key that gives it, 8 bytes. */
  readonly key: Uint8Array;
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** Of older ones of the same key. */
  readonly voids: readonly Uint8Array[];
}

/** What to answer instead of doing it, or what to remember before it is done, and which voided ones may be under way. */
export type Begun =
  | { readonly answer: Answer }
  | { readonly outcomes: readonly RememberedOutcome[]; readonly under: readonly Uint8Array[] };

/**
 * A command that voids others; what is in memory of those stays as it is, for it was done or refused.
 * @param now seconds since 1970
 * @param isRunning whether it is being carried out: that is not forgotten, however long it takes
 */
export const begin = (
  remembered: readonly RememberedOutcome[],
  { key, id, voids }: Wish,
  now: number,
  isRunning: (outcome: RememberedOutcome) => boolean,
): Begun => {
  const kept = remembered
    .filter((each) => each.until > now || (each.outcome === 'begun' && isRunning(each)))
    // Where the clock was turned back, none stays for longer than a new one does.
    .map((each) => ({ ...each, until: Math.min(each.until, now + OUTCOME_SECONDS) }));
  const ofKey = kept.filter((each) => sameBytes(each.key, key));
  const find = (other: Uint8Array) => ofKey.find((each) => sameBytes(each.id, other));
  const found = find(id);
  if (found !== undefined) return { answer: answerOf(found) };
  const until = now + OUTCOME_SECONDS;
  const added: RememberedOutcome[] = [
    { key, id, until, outcome: 'begun' },
    ...distinct(voids)
      .filter((other) => find(other) === undefined)
      .map((other) => ({ key, id: other, until, outcome: 'superseded' as const })),
  ];
  if (!hasRoom([...ofKey, ...added], MOST_OUTCOMES)) return { answer: 'busy' };
  const outcomes = [...kept, ...added];
  if (!hasRoom(outcomes, MOST_OUTCOMES_OF_ALL)) return { answer: 'busy' };
  return { outcomes, under: voids.filter((other) => find(other)?.outcome === 'begun') };
};

/** What is superseded has room of its own: however much a key voids, it keeps no command out that voids nothing. */
const hasRoom = (outcomes: readonly RememberedOutcome[], most: number): boolean => {
  const superseded = outcomes.filter(({ outcome }) => outcome === 'superseded').length;
  return superseded <= most && outcomes.length - superseded <= most;
};

const distinct = (ids: readonly Uint8Array[]): readonly Uint8Array[] =>
  ids.filter((id, at) => ids.findIndex((other) => sameBytes(other, id)) === at);

const nameOf = (key: Uint8Array, id: Uint8Array): string => toHex(concat(key, id));

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
