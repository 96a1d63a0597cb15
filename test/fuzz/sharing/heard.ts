/** One part of a revocation list, with entries of any kind. */
export interface Part<E> {
  readonly number: number;
  readonly issuedAt: number;
  readonly part: number;
  readonly parts: number;
  readonly entries: readonly E[];
}

/**
 * How far the lists of one owner have come, by the text of the specification: of the newest one that is not
 * whole, which parts; of the last whole one, what leases and liftings go by.
 */
export class Heard<E> {
  /** Of the last whole list; 0 where there is none. */
  whole = 0;
  issuedAt = 0;
  #coming: readonly Part<E>[] = [];

  /** The highest number of which a part counts; 0 where there is none. */
  get highest(): number {
    return this.#coming[0]?.number ?? this.whole;
  }

  isOld({ number }: Part<E>): boolean {
    return number <= this.whole;
  }

  /** A part that is not old; gives the entries of its list where all parts are there now. */
  take(part: Part<E>): readonly E[] | undefined {
    const { number, issuedAt, parts } = part;
    const [first] = this.#coming;
    const fits = (each: Part<E>): boolean =>
      each.issuedAt === issuedAt && each.parts === parts && each.part !== part.part;
    if (first === undefined || number > first.number) this.#coming = [part];
    else if (number === first.number && this.#coming.every(fits)) {
      this.#coming = [...this.#coming, part];
    } else return undefined;
    if (this.#coming.length < parts) return undefined;
    const entries = this.#coming.flatMap((each) => each.entries);
    [this.whole, this.issuedAt, this.#coming] = [number, issuedAt, []];
    return entries;
  }
}
