/** One part of a revocation list, with entries of any kind. */
export interface Part<E> {
  readonly number: number;
  readonly issuedAt: number;
  readonly part: number;
  readonly parts: number;
  readonly entries: readonly E[];
}

/**
 * Every part of one owner's lists that a car took, in their order: what is new, and what is in force,
 * follows from it by the text of the specification.
 */
export class Heard<E> {
  readonly #parts: Part<E>[] = [];

  take(part: Part<E>): void {
    this.#parts.push(part);
  }

  /** The highest number of which all parts came; 0 where there is none. */
  get whole(): number {
    return Math.max(0, ...this.#numbers.filter((number) => this.#isWhole(number)));
  }

  /** The highest number of which a part came; 0 where there is none. */
  get highest(): number {
    return Math.max(0, ...this.#numbers);
  }

  isNew({ number, issuedAt, part, parts }: Part<E>): boolean {
    return (
      number > this.whole &&
      number >= this.highest &&
      this.#of(number).every(
        (each) => each.issuedAt === issuedAt && each.parts === parts && each.part !== part,
      )
    );
  }

  /** What is in force: the last whole revocation list, and all that came after it. */
  said(): E[] {
    const { whole } = this;
    return this.#parts.filter(({ number }) => number >= whole).flatMap(({ entries }) => entries);
  }

  /** Of the last whole revocation list; 0 where there is none. */
  get issuedAt(): number {
    return this.#of(this.whole)[0]?.issuedAt ?? 0;
  }

  get #numbers(): number[] {
    return this.#parts.map(({ number }) => number);
  }

  #of(number: number): readonly Part<E>[] {
    return this.#parts.filter((each) => each.number === number);
  }

  #isWhole(number: number): boolean {
    const own = this.#of(number);
    return own.length > 0 && own.length === own[0]?.parts;
  }
}
