import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject } from '../../lib/platform/json.js';
import type { JsonObject } from '../../lib/platform/json.js';
import { JsonError } from '../json.js';
import type { JsonReader } from '../json.js';
import { LineDecoder, LineTooLong } from './lines.js';
import { STOP } from './operation.js';
import type { Operation, Stream } from './operation.js';

/** An answer of 16 MiB is no answer. */
const MAX_ANSWER_BYTES = 1 << 24;

/** What is said of a server that does not do its part. */
export interface ServerErrors {
  /** It has ended, or does not answer in time. */
  readonly noAnswer: (cause?: unknown) => PhoneKeyError;
  /** It answers what it should not. */
  readonly strange: () => PhoneKeyError;
  /** It ended amidst a stream. */
  readonly lost: () => PhoneKeyError;
  /** How long an answer may take. */
  readonly answerMs: number;
}

/**
 * What happens at a server, from `first` on. The iteration ends when the server does, and then was
 * complete; it throws when its consumer is too slow, or the server was killed. It can be iterated once,
 * and leaving the loop closes it.
 */
export interface Subscription<R, E> extends AsyncIterable<E>, Disposable {
  /** How it was when the iteration begins. */
  readonly first: R;
  /** Asks for no more: the iteration gives what has happened so far, and ends. */
  stop(): void;
  /** At once, with or without an iteration. */
  close(): void;
}

/** A connection to a server. Calls reject with the error of the server as it is, or as `faults` say. */
export class RpcClient {
  readonly #socket: Socket;
  readonly #faults: ServerErrors;
  readonly #lines: AsyncGenerator<Buffer, void, undefined>;
  /** Calls are answered in their order; the next one waits for the last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket, faults: ServerErrors) {
    this.#socket = socket;
    this.#faults = faults;
    this.#lines = this.#read();
    socket.on('error', () => undefined); // also while nobody reads
  }

  call<P extends object, R>({ op, result }: Operation<P, R>, parameters: P): Promise<R> {
    const answered = this.#last.then(() => this.#exchange({ op, ...parameters }, result));
    this.#last = answered.catch(() => undefined);
    return answered;
  }

  /** Nothing else can be called any more. */
  async subscribe<P extends object, R, E extends object>(
    stream: Stream<P, R, E>,
    parameters: P,
  ): Promise<Subscription<R, E>> {
    try {
      const first = await this.call(stream, parameters);
      return {
        first,
        [Symbol.asyncIterator]: () => this.#events(stream.event),
        stop: () => this.#send({ op: STOP }),
        close: () => this.close(),
        [Symbol.dispose]: () => this.close(),
      };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  async *#events<E>(event: JsonReader<E>): AsyncGenerator<E, void, undefined> {
    for await (const line of this.#lines) {
      const answer = this.#parse(line);
      if (answer['result'] !== undefined) return; // that was all
      yield this.#valid(event, answer);
    }
    throw this.#faults.lost();
  }

  async #exchange<R>(request: object, result: JsonReader<R>): Promise<R> {
    // Closes the connection: a late answer would be taken for that of another call.
    const timer = setTimeout(() => this.close(), this.#faults.answerMs);
    try {
      this.#send(request);
      const { value: line } = await this.#lines.next();
      if (line === undefined) throw this.#faults.noAnswer();
      return this.#valid(result, this.#parse(line)['result']);
    } finally {
      clearTimeout(timer);
    }
  }

  #send(request: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  /** The lines of the connection, until it ends, however it does. */
  async *#read(): AsyncGenerator<Buffer, void, undefined> {
    const decoder = new LineDecoder(MAX_ANSWER_BYTES);
    try {
      for await (const chunk of this.#socket as AsyncIterable<Buffer>) yield* decoder.push(chunk);
    } catch (error) {
      if (error instanceof LineTooLong) throw this.#faults.strange();
      // The server has ended.
    } finally {
      this.close();
    }
  }

  /** @throws PhoneKeyError that the server has answered with */
  #parse(line: Buffer): JsonObject {
    const answer = parseJsonObject(line);
    if (answer === undefined) throw this.#faults.strange();
    if (answer['error'] !== undefined) {
      throw PhoneKeyError.fromJSON(answer['error']) ?? this.#faults.strange();
    }
    return answer;
  }

  #valid<T>(reader: JsonReader<T>, value: unknown): T {
    try {
      return reader(value, 'the answer');
    } catch (error) {
      throw error instanceof JsonError ? this.#faults.strange() : error;
    }
  }
}
