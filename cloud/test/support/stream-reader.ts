export interface ServerSentEvent {
  readonly id?: string;
  readonly event?: string;
  // What a test expects to be there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data?: any;
  readonly comment?: string;
}

/** Reads server-sent events one by one, as they come. */
export class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next event, or undefined at the end. */
  async next(): Promise<ServerSentEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return parse(block);
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** All up to the end. */
  async rest(): Promise<ServerSentEvent[]> {
    const events: ServerSentEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      events.push(event);
    }
    return events;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

const parse = (block: string): ServerSentEvent => {
  const fields = block.split('\n').map((line) => {
    const [name = '', ...rest] = line.split(': ');
    const value = rest.join(': ');
    if (name === '') return ['comment', value];
    return [name, name === 'data' ? (JSON.parse(value) as unknown) : value];
  });
  return Object.fromEntries(fields) as ServerSentEvent;
};
