import type { Cancel, Clock } from '../../lib/platform/clock.js';

/** A comment this often keeps what is between from ending a stream, and tells the reader that it lives. */
export const HEARTBEAT_MS = 15_000;
/** For who reads to the end of what was said, after which the connection is cut. */
const GRACE_MS = 5000;

export interface EventStreamOptions {
  readonly clock: Clock;
  /** What may wait for a slow reader, in bytes. */
  readonly mostBytes: number;
  /** It is over: the reader went away, was too slow, or was told the end. Called once. Must not throw. */
  readonly ended: () => void;
  /** Cuts the connection, where there is one. */
  readonly cut?: (() => void) | undefined;
}

/** Server-sent events to one reader, of which no more than so many bytes wait. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: EventStreamOptions;
  readonly #encoder = new TextEncoder();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #heartbeat: Cancel = () => undefined;
  #grace: Cancel = () => undefined;
  #open = true;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => {
          this.#grace();
          this.#over();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: options.mostBytes }),
    );
    this.#beat();
  }

  get open(): boolean {
    return this.#open;
  }

  /** What waits for the reader, in bytes. */
  get waiting(): number {
    return this.#options.mostBytes - (this.#controller.desiredSize ?? this.#options.mostBytes);
  }

  /** Ends the stream where the reader is too slow for it. */
  send(event: string, data: unknown, id?: string): void {
    const head = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Says a last word, where there is one, and ends. */
  end(event?: string, data?: unknown): void {
    if (event !== undefined) this.send(event, data);
    if (!this.#open) return;
    this.#over();
    const { clock, cut } = this.#options;
    if (cut !== undefined && this.waiting > 0) this.#grace = clock.after(GRACE_MS, cut);
    this.#controller.close();
  }

  #write(text: string): void {
    if (!this.#open) return;
    const bytes = this.#encoder.encode(text);
    if (bytes.length > (this.#controller.desiredSize ?? 0)) this.end();
    else this.#controller.enqueue(bytes);
  }

  #beat(): void {
    this.#heartbeat = this.#options.clock.after(HEARTBEAT_MS, () => {
      this.#beat();
      this.#write(': still here\n\n');
    });
  }

  #over(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#heartbeat();
    this.#options.ended();
  }
}
