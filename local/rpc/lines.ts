const LINE_FEED = 0x0a;

/** A line that has no end, or a hostile one; nothing after it can be trusted. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** Cuts a byte stream, in chunks of any size, into lines. Holds at most `limit` bytes and a chunk. */
export class LineDecoder {
  readonly #limit: number;
  #rest: Buffer = Buffer.alloc(0);

  /** @param limit bytes that a line may have, its line feed not counted */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The lines that `chunk` completes, without their line feeds.
   * @throws LineTooLong after those before it
   */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf(LINE_FEED);
      if (Math.max(end, end < 0 ? this.#rest.length : 0) > this.#limit) throw new LineTooLong();
      if (end < 0) return;
      const line = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + 1);
      yield line;
    }
  }
}
