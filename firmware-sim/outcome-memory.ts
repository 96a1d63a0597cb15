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
  /** Those that the car is at, by key and id. */
  readonly #running = new Map<string, Promise<Answer>>();
  /** Of those the ones that act. Who waits, waits for these alone, and they for such as began before: never in a circle. */
  readonly #acting = new Set<string>();

  constructor(options: OutcomeMemoryOptions) {
    this.#options = options;
  }

  /**
   * That it was begun is durable before it acts, and what it voids, too: one that a power cut interrupted is
   * answered with `fault` and not done again. One that is being carried out, and comes by another link, too, waits
   * for that; one that voids it acts, or is answered, when that is over.
   * @param act does the command
   * @throws PhoneKeyError `sim.storage`
   */
  once(command: Command, by: KeySlot, act: () => Promise<Answer>): Promise<Answer> {
    const { id, type, voids = [] } = command;
    if (id === undefined || LOOKS.has(type)) return act();
    const key = fingerprint(this.#options.suite, by.publicKey);
    const name = nameOf(key, id);
    const known = this.#running.get(name);
    if (known !== undefined) {
      // It may void others than the first one did.
      const again = (): Promise<Answer> => this.once(command, by, act);
      return voids.length === 0 ? known : known.then(again, again);
    }
    const running = this.#once({ key, id, voids }, act).finally(() => {
      this.#running.delete(name);
      this.#acting.delete(name);
    });
    this.#running.set(name, running);
    return running;
  }

  async #once(wish: Wish, act: () => Promise<Answer>): Promise<Answer> {
    const { answer: known, under } = await this.#begin(wish);
    // Else what is replaced could act after what replaces it.
    await Promise.allSettled(under.map(async (id) => this.#running.get(nameOf(wish.key, id))));
    if (known !== undefined) return known;
    const answer = await act();
    await this.#options.store.update((record) => ({
      record: { ...record, outcomes: concluded(record.outcomes, wish, answer, this.#now()) },
      value: undefined,
    }));
    return answer;
  }

  #begin(wish: Wish): Promise<Begun> {
    return this.#options.store.update<Begun>((record) => {
      const value = begin(record.outcomes, wish, this.#now(), ({ key, id }) =>
        this.#acting.has(nameOf(key, id)),
      );
      const { answer, outcomes } = value;
      if (answer === undefined) this.#acting.add(nameOf(wish.key, wish.id));
      return outcomes === undefined ? { value } : { record: { ...record, outcomes }, value };
    });
  }

  /** Seconds since 1970. */
  #now(): number {
    return Math.floor(this.#options.wallTime() / 1000);
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

/** What comes before a command acts. */
export interface Begun {
  /** Instead of doing it. */
  readonly answer?: NonNullable<Answer>;
  /** To be remembered first; undefined: nothing new. */
  readonly outcomes?: readonly RememberedOutcome[];
  /** Which of those that it voids have to be over before it acts, or is answered. */
  readonly under: readonly Uint8Array[];
}

/**
 * A command that comes, perhaps again, and voids others; what is in memory of those stays as it is, for it was done
 * or refused.
 * @param now seconds since 1970
 * @param isActing whether it is being carried out: that is not forgotten, however long it takes
 */
export const begin = (
  remembered: readonly RememberedOutcome[],
  { key, id, voids }: Wish,
  now: number,
  isActing: (outcome: RememberedOutcome) => boolean,
): Begun => {
  const kept = remembered
    .filter((each) => each.until > now || isActing(each))
    // Where the clock was turned back, none stays for longer than a new one does.
    .map((each) => ({ ...each, until: Math.min(each.until, now + OUTCOME_SECONDS) }));
  const ofKey = kept.filter((each) => sameBytes(each.key, key));
  const find = (other: Uint8Array) => ofKey.find((each) => sameBytes(each.id, other));
  const found = find(id);
  const until = now + OUTCOME_SECONDS;
  const own: readonly RememberedOutcome[] =
    found === undefined ? [{ key, id, until, outcome: 'begun' }] : [];
  const added: readonly RememberedOutcome[] = [
    ...own,
    ...distinct(voids)
      .filter((other) => find(other) === undefined)
      .map((other) => ({ key, id: other, until, outcome: 'superseded' as const })),
  ];
  const outcomes = [...kept, ...added];
  // Busy means that nothing was done, which one that came before may not be told.
  const isFull =
    !hasRoom([...ofKey, ...added], MOST_OUTCOMES) || !hasRoom(outcomes, MOST_OUTCOMES_OF_ALL);
  if (added.length > 0 && isFull)
    return { answer: found === undefined ? 'busy' : 'fault', under: [] };
  return {
    ...(found && { answer: answerOf(found) }),
    ...(added.length > 0 && { outcomes }),
    under: voids.filter((other) =>
      ofKey.some((each) => sameBytes(each.id, other) && isActing(each)),
    ),
  };
};

/** What is superseded has room of its own: however much a key voids, it keeps no command out that voids nothing. */
const hasRoom = (outcomes: readonly RememberedOutcome[], most: number): boolean => {
  const superseded = outcomes.filter(({ outcome }) => outcome === 'superseded').length;
  return superseded <= most && outcomes.length - superseded <= most;
};

const distinct = (ids: readonly Uint8Array[]): readonly Uint8Array[] =>
  ids.filter((id, at) => ids.findIndex((other) => sameBytes(other, id)) === at);

const nameOf = (key: Uint8Array, id: Uint8Array): string => toHex(concat(key, id));

/** @param now seconds since 1970, from which on it is remembered: it may have taken its time */
export const concluded = (
  outcomes: readonly RememberedOutcome[],
  { key, id }: Pick<Wish, 'key' | 'id'>,
  answer: Answer,
  now: number,
): readonly RememberedOutcome[] =>
  outcomes.map((each) =>
    sameBytes(each.key, key) && sameBytes(each.id, id)
      ? {
          ...each,
          until: now + OUTCOME_SECONDS,
          outcome: typeof answer === 'string' ? answer : 'done',
        }
      : each,
  );

const answerOf = ({ outcome }: RememberedOutcome): NonNullable<Answer> => {
  if (outcome === 'done') return DONE;
  return outcome === 'begun' ? 'fault' : outcome;
};
