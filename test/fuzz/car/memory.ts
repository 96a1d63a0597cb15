import type { MadeEntry } from './issued-credentials.js';

/**
 * What a car remembers of keys, as the rules about rights have it (docs/PROTOCOL.md, section 8), without their
 * bounds: no program here fills a list. Keys go by their public halves in hex.
 */

export const LAST_SECOND = 2 ** 32 - 1;
/** Seconds: as far ahead as something may be dated, and as far as each word reaches beyond what it says. */
export const TOLERANCE = 300;

/** A key was named, at a date. */
export interface Step {
  readonly key: string;
  readonly date: number;
}

/** A key that leaves its slot; the date is that of what let it in. */
export interface Left extends Step {
  readonly isPaired: boolean;
}

/** What left a slot: nothing about it counts that is dated at or before it. */
interface Mark {
  readonly until: number;
  /** The time is lost: nothing counts, whatever its date. It reaches no later than this once it is known. */
  readonly waits?: number;
}

interface KeyMark extends Mark {
  readonly key: string;
  /** The car's own, about a key that was paired; else of the owner whose grant it held. */
  readonly isOwn: boolean;
}

export interface Said extends Mark {
  readonly key: string;
  readonly kind: 'revoked' | 'suspended';
  /** Who said so. */
  readonly by: string;
  readonly number: number;
  readonly issuedAt: number;
}

const reaches = ({ until, waits }: Mark, date: number): boolean =>
  waits !== undefined || date <= until;

export class Memory {
  said: readonly Said[] = [];
  #marks: readonly KeyMark[] = [];
  readonly #floors = new Map<string, number>();

  /** @param now of the clock that runs; null where it is lost */
  mark({ key, date, isPaired }: Left, now: number | null, most = LAST_SECOND): void {
    const mark =
      now === null
        ? { until: date, waits: most }
        : { until: Math.max(date, Math.min(most, now + TOLERANCE, LAST_SECOND)) };
    this.#marks = [...this.#marks, { key, isOwn: isPaired, ...mark }];
  }

  /** What left because of something else: nothing but what it had counts no more. */
  markAt({ key, date, isPaired }: Left): void {
    this.#marks = [...this.#marks, { key, until: date, isOwn: isPaired }];
  }

  isMarked({ key, date }: Step): boolean {
    return this.#marks.some((mark) => mark.key === key && reaches(mark, date));
  }

  /** What the owner itself declared void. */
  isBelow({ key, date }: Step): boolean {
    return date <= (this.#floors.get(key) ?? -1);
  }

  raiseFloor(key: string, floor: number): void {
    this.#floors.set(key, Math.max(floor, this.#floors.get(key) ?? 0));
  }

  /** The later of what one owner says of a key holds. */
  add(by: string, number: number, issuedAt: number, { kind, since }: MadeEntry, key: string): void {
    if (kind === 'resumed') return;
    const isSame = (each: Said): boolean =>
      each.by === by && each.key === key && each.kind === kind;
    const before = this.said.find(isSame);
    const until = Math.min(LAST_SECOND, since + TOLERANCE);
    this.said = [
      ...this.said.filter((each) => each !== before),
      {
        by,
        key,
        kind,
        until: Math.max(until, before?.until ?? 0),
        number: Math.max(number, before?.number ?? 0),
        issuedAt: Math.max(issuedAt, before?.issuedAt ?? 0),
      },
    ];
  }

  /** What is said of a key that was let in by these steps. */
  about(steps: readonly Step[], isPaired: boolean): readonly Said[] {
    return this.said.filter(
      (each) =>
        steps.some(({ key, date }) => key === each.key && date <= each.until) &&
        // A word says nothing about a pairing that came after it.
        (!isPaired || steps.every(({ date }) => date <= each.issuedAt + TOLERANCE)),
    );
  }

  lift(isMeant: (each: Said) => boolean): void {
    this.said = this.said.filter((each) => each.kind === 'revoked' || !isMeant(each));
  }

  /** A new epoch does the work of all but what concerns owners, of now and of before. */
  forget(kept: readonly Said[]): void {
    this.said = kept.map((each) => ({ ...each, number: 0 }));
    this.#marks = this.#marks.filter(({ isOwn }) => isOwn);
    this.#floors.clear();
  }

  /** By this time nothing was said later, and nothing of later is taken back. */
  notAfter(seconds: number): void {
    this.settle(seconds);
    this.#datedBy(seconds);
    this.#marks = this.#marks.map((mark) => ({ ...mark, until: Math.min(mark.until, seconds) }));
  }

  /** The time is known again. */
  settle(now: number): void {
    this.#datedBy(now + TOLERANCE);
    this.#marks = this.#marks.map(({ waits, ...mark }) => {
      const most = Math.min(waits ?? 0, now + TOLERANCE, LAST_SECOND);
      return waits === undefined ? mark : { ...mark, until: Math.max(mark.until, most) };
    });
  }

  #datedBy(seconds: number): void {
    this.said = this.said.map((each) => ({
      ...each,
      issuedAt: Math.min(each.issuedAt, seconds),
    }));
  }
}
