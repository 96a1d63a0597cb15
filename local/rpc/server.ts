import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject } from '../../lib/platform/json.js';
import type { JsonObject } from '../../lib/platform/json.js';
import { LineDecoder, LineTooLong } from './lines.js';
import { none, readParameters, STOP } from './operation.js';
import type { Operation, Stream } from './operation.js';

/** What a request may weigh, in bytes. */
export const MAX_REQUEST_BYTES = 4096;
/** Who does not read this many bytes (4 MiB) gets no more. */
const MAX_UNREAD = 1 << 22;
/** Who then reads nothing for this long is cut off. */
const LAST_WORDS_MS = 5000;

type Push<E extends object> = (event: E) => void;

/** What a stream begins with, and what follows upon it. */
export interface Opened<R, E extends object> {
  readonly first: R;
  /** Gives what ends it: called once, when the client stops it or goes, or the server ends. */
  readonly start: (push: Push<E>) => () => void;
}

/** An operation together with the work that it asks for. */
export interface Handler {
  readonly op: string;
  readonly answer: (args: JsonObject) => unknown;
  readonly open?: (args: JsonObject) => Opened<unknown, object>;
}

export const handleCall = <P extends object, R>(
  { op, parameters }: Operation<P, R>,
  work: (parameters: P) => R | Promise<R>,
): Handler => ({ op, answer: (args) => work(readParameters(parameters, args)) });

export const handleStream = <P extends object, R, E extends object>(
  { op, parameters, toJson = (event) => event }: Stream<P, R, E>,
  work: (parameters: P) => Opened<R, E>,
): Handler => ({
  op,
  answer: () => {
    throw invalid(`${op} is a stream`);
  },
  open: (args) => {
    const { first, start } = work(readParameters(parameters, args));
    return {
      first,
      start: (push) => start((event) => push(toJson(event))),
    };
  },
});

/**
 * Does what a request `{"op":...}` asks for.
 * @throws PhoneKeyError `usage.invalid`; and what the work throws
 */
export const perform = (handlers: readonly Handler[], { op, ...args }: JsonObject): unknown =>
  find(handlers, op).answer(args);

export interface Serving {
  readonly handlers: readonly Handler[];
  /** For messages: `the car`. */
  readonly who: string;
  /** Called before the first request is answered; with an error, that is all that is answered. */
  readonly admit?: () => PhoneKeyError | undefined;
  /** The error for who reads too slowly. */
  readonly tooSlow: PhoneKeyError;
  /** Told what went wrong, where the client is only told that something did. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Serves a connection. Who reads too slowly, or sends a line that is too long, is told so in a last line,
 * and the connection ends.
 * @returns to be called when the server ends
 */
export const serve = (
  socket: Socket,
  { handlers, who, admit = () => undefined, tooSlow, failed }: Serving,
): (() => void) => {
  const decoder = new LineDecoder(MAX_REQUEST_BYTES);
  const waiting: (Buffer | 'too long')[] = [];
  let stopStream: (() => void) | undefined;
  let working = false;
  let admitted = false;
  let over = false;

  const stop = (): void => {
    over = true;
    stopStream?.();
    stopStream = undefined;
  };
  /** With a last line, and time to read it. */
  const end = (last: object): void => {
    stop();
    socket.end(`${JSON.stringify(last)}\n`);
    socket.setTimeout(LAST_WORDS_MS, () => socket.destroy());
  };
  const send = (answer: object): void => {
    if (over) return;
    socket.write(`${JSON.stringify(answer)}\n`);
    if (socket.writableLength > MAX_UNREAD) end({ error: tooSlow });
  };
  const answer = async (line: Buffer): Promise<void> => {
    const refusal = admitted ? undefined : admit();
    if (refusal !== undefined) {
      end({ error: refusal });
      return;
    }
    admitted = true;
    const request = parseJsonObject(line);
    if (request === undefined) throw invalid('a request is a JSON object');
    const { op, ...args } = request;
    if (stopStream !== undefined) {
      if (op !== STOP) throw invalid(`a stream takes ${STOP}, and no more`);
      readParameters(none, args);
      end({ result: {} });
      return;
    }
    const opened = find(handlers, op).open?.(args);
    const result = opened === undefined ? await perform(handlers, request) : opened.first;
    send({ result: result ?? {} });
    if (over) return;
    stopStream = opened?.start(send);
    if (socket.writableEnded) stop(); // it was too slow by then
  };
  /** In order: while one is answered, no more are read. */
  const work = async (): Promise<void> => {
    if (working) return;
    working = true;
    socket.pause();
    for (let line = waiting.shift(); line !== undefined && !over; line = waiting.shift()) {
      try {
        if (line === 'too long') {
          end({ error: invalid(`a request has at most ${String(MAX_REQUEST_BYTES)} bytes`) });
        } else await answer(line);
      } catch (error) {
        const known = error instanceof PhoneKeyError;
        if (!known) failed?.(error);
        send({ error: known ? error : new PhoneKeyError('internal', `${who} failed to do that`) });
      }
    }
    working = false;
    socket.resume();
  };

  socket.on('data', (chunk: Buffer) => {
    if (over) return;
    try {
      for (const line of decoder.push(chunk)) waiting.push(line);
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      waiting.push('too long');
    }
    void work();
  });
  for (const event of ['error', 'end', 'close']) socket.on(event, stop);
  return () => {
    if (stopStream !== undefined) end({ result: {} });
    else if (!socket.writableEnded) socket.destroy(); // else its last line is under way
  };
};

const find = (handlers: readonly Handler[], op: unknown): Handler => {
  const found = handlers.find((handler) => handler.op === op);
  if (found === undefined) throw invalid('there is no such operation');
  return found;
};

const invalid = (message: string): PhoneKeyError => new PhoneKeyError('usage.invalid', message);
