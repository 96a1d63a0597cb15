import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject, type JsonObject } from '../../lib/platform/json.js';
import type { AirEvent } from '../capture/record.js';
import type { AirList, HubInfo, MoveReport, MoveRequest } from './control.js';
import { LineDecoder, LineTooLong } from './lines.js';
import { connectSocket, noAir } from './socket.js';

/** A list of 256 devices, each with links to all others, is less than this, in bytes. */
const MAX_ANSWER_BYTES = 1 << 24;
const ANSWER_MS = 5000;

/** A control connection to a hub. It does not keep the hub running: that is what hosts do. */
export interface HubControl {
  info(): Promise<HubInfo>;
  list(): Promise<AirList>;
  /** @throws PhoneKeyError `usage.invalid` when it is not clear who is meant, or from where to walk */
  move(request: MoveRequest): Promise<MoveReport>;
  /** Begins to listen; what happens after it has resolved is told. On a connection of its own. */
  tap(): Promise<HubTap>;
  /** Taps go on. */
  close(): void;
}

/**
 * What happens on an air, as VirtualAir.tap has it. The iteration ends when the air does, and then was
 * complete; it throws PhoneKeyError `radio.unavailable` when its consumer is too slow for the air, or
 * the hub was killed. It can be iterated once, and leaving the loop closes it.
 */
export interface HubTap extends AsyncIterable<AirEvent> {
  /** Asks for no more: the iteration gives what has happened so far, and ends. */
  stop(): void;
}

/**
 * A control connection to the hub at `path`. Every call rejects with PhoneKeyError `radio.unavailable`
 * when the hub has ended, or does not answer within 5 s.
 * @throws PhoneKeyError `radio.unavailable` when no hub listens there
 */
export const openHubControl = async (path: string): Promise<HubControl> => {
  const connection = await Connection.open(path);
  return {
    info: async () => (await connection.call({ op: 'info' })) as unknown as HubInfo,
    list: async () => (await connection.call({ op: 'list' })) as unknown as AirList,
    move: async (request) =>
      (await connection.call({ op: 'move', ...request })) as unknown as MoveReport,
    tap: async () => {
      const tapped = await Connection.open(path);
      await tapped.call({ op: 'tap' });
      return {
        [Symbol.asyncIterator]: () => tapped.events(),
        stop: () => {
          tapped.stop();
        },
      };
    },
    close: () => {
      connection.close();
    },
  };
};

class Connection {
  readonly #socket: Socket;
  readonly #lines: AsyncGenerator<Buffer, void, undefined>;
  /** Calls are answered in their order; the next one waits for the last. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = linesOf(socket);
    socket.on('error', () => undefined); // also while nobody reads
  }

  static async open(path: string): Promise<Connection> {
    const socket = await connectSocket(path);
    if (socket === undefined) throw noAir();
    return new Connection(socket);
  }

  call(request: object): Promise<JsonObject> {
    const answered = this.#last.then(() => this.#exchange(request));
    this.#last = answered.catch(() => undefined);
    return answered;
  }

  async *events(): AsyncGenerator<AirEvent, void, undefined> {
    for await (const line of this.#lines) {
      const answer = parseAnswer(line);
      if (answer['result'] !== undefined) return; // that was all
      yield asEvent(answer);
    }
    throw new PhoneKeyError('radio.unavailable', 'the connection to the air is lost');
  }

  /** Asks for the end of a tap. */
  stop(): void {
    this.#send({ op: 'stop' });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(request: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  async #exchange(request: object): Promise<JsonObject> {
    // Closes the connection: a late answer would be taken for that of another call.
    const timer = setTimeout(() => {
      this.close();
    }, ANSWER_MS);
    try {
      this.#send(request);
      const { value: line } = await this.#lines.next();
      if (line === undefined) throw noAnswer();
      const { result } = parseAnswer(line);
      if (typeof result !== 'object' || result === null) throw strange();
      return result as JsonObject;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The lines of a connection, until it ends, however it does. */
async function* linesOf(socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new LineDecoder(MAX_ANSWER_BYTES);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) yield* decoder.push(chunk);
  } catch (error) {
    if (error instanceof LineTooLong) throw strange();
    // The hub has ended.
  } finally {
    socket.destroy();
  }
}

/** @throws PhoneKeyError that the hub has answered with */
const parseAnswer = (line: Buffer): JsonObject => {
  const answer = parseJsonObject(line);
  if (answer === undefined) throw strange();
  if (answer['error'] !== undefined) throw PhoneKeyError.fromJSON(answer['error']) ?? strange();
  return answer;
};

const asEvent = (answer: JsonObject): AirEvent => {
  const event = answer as unknown as AirEvent;
  if (event.type !== 'record') return event;
  const { packet, ...record } = event.record;
  return {
    type: 'record',
    record: { ...record, packet: Buffer.from(packet as unknown as string, 'base64') },
  };
};

const noAnswer = (): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', 'the air hub has ended, or does not answer', {
    temporary: true,
    hint: 'Try again; what was asked for may have been done. See key air list.',
  });

const strange = (): PhoneKeyError =>
  new PhoneKeyError('internal', 'the air hub answers something strange', {
    hint: 'It may be of another version: end what is on the air, and start that again.',
  });
