import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject } from '../../lib/platform/json.js';
import type { VirtualAir } from '../air.js';
import type { AirEvent } from '../capture/record.js';
import type { ControlDesk } from './desk.js';
import { LineDecoder, LineTooLong } from './lines.js';
import { isRequest, perform } from './operations.js';

/** What a control connection begins with; no H4 packet does. */
export const CONTROL_BYTE = 0x7b; // {

/** What a request may weigh, in bytes. */
export const MAX_REQUEST_BYTES = 4096;

/** Who does not read this many bytes (4 MiB) gets no more. */
const MAX_UNREAD = 1 << 22;
/** Who then reads nothing for this long is cut off. */
const LAST_WORDS_MS = 5000;

/**
 * Serves a control connection: requests and answers are JSON objects, one a line, in order.
 *
 *     {"op":"info"}                                          {"result":{"seed":"5f…","pace":"instant",…}}
 *     {"op":"move","who":"phone","to":{"x":1,"y":0}}         {"result":{"label":"phone",…}}
 *     {"op":"fly"}                                           {"error":{"code":"usage.invalid",…}}
 *
 * After `{"op":"tap"}` and its empty result come AirEvents, packets in base64. The one request that a tap
 * takes is `{"op":"stop"}`; upon that, and when the hub ends, an empty result says that this was all.
 * Who reads too slowly for the air, or sends a line that is too long, is told so in a last line, and the
 * connection ends.
 * @returns to be called when the hub ends
 */
export const serveControl = (socket: Socket, air: VirtualAir, desk: ControlDesk): (() => void) => {
  const decoder = new LineDecoder(MAX_REQUEST_BYTES);
  let stopTap: (() => void) | undefined;
  let over = false;

  const stop = (): void => {
    over = true;
    stopTap?.();
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
    if (socket.writableLength > MAX_UNREAD) {
      const reason = 'the air goes faster than its reader reads';
      end({ error: new PhoneKeyError('radio.unavailable', reason) });
    }
  };
  const answer = (line: Buffer): void => {
    const request = parseJsonObject(line);
    if (request === undefined) throw invalid('a request is a JSON object');
    if (stopTap !== undefined) {
      if (!isRequest(request, 'stop')) throw invalid('a tap can be stopped, and no more');
      end({ result: {} });
      return;
    }
    if (!isRequest(request, 'tap')) {
      send({ result: perform(desk, request) });
      return;
    }
    send({ result: {} });
    stopTap = air.tap((event) => {
      send(asJson(event));
    });
    if (over) stopTap();
  };

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const line of decoder.push(chunk)) {
        if (over) return;
        try {
          answer(line);
        } catch (error) {
          send({ error: asPhoneKeyError(error) });
        }
      }
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      if (!over)
        end({ error: invalid(`a request has at most ${String(MAX_REQUEST_BYTES)} bytes`) });
    }
  });
  for (const event of ['error', 'end', 'close']) socket.on(event, stop);
  return () => {
    if (stopTap === undefined) socket.destroy();
    else if (!over) end({ result: {} });
  };
};

const invalid = (message: string): PhoneKeyError => new PhoneKeyError('usage.invalid', message);

const asPhoneKeyError = (error: unknown): PhoneKeyError =>
  error instanceof PhoneKeyError
    ? error
    : new PhoneKeyError('internal', 'the air failed to do that', { cause: error });

const asJson = (event: AirEvent): object =>
  event.type === 'record'
    ? { ...event, record: { ...event.record, packet: event.record.packet.toString('base64') } }
    : event;
