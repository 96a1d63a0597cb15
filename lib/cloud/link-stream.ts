import { utf8 } from '../platform/bytes.js';
import { parseJsonObject } from '../platform/json.js';
import type { JsonObject } from '../platform/json.js';
import { READ } from './answers.js';
import { EventParser } from './event-stream.js';
import type { ServerEvent } from './event-stream.js';
import { chunksOf, malformed } from './http.js';
import type { CloudCallOptions, CloudHttp } from './http.js';

/** Who is told what comes over a relayed link. Must not throw. */
export interface LinkStreamHandlers {
  /** A frame of the car; empty: there is no such link any more. */
  frame(frame: Uint8Array): void;
  /** Called once, unless `close` was: the car ended it, or has left the cloud; the service did; or the answer broke off. */
  closed(why: 'car' | 'offline' | 'service' | 'lost'): void;
}

/** The phone's end of a relayed link. */
export interface LinkStream {
  /** 16 hex digits. */
  readonly link: string;
  /**
   * Brings one frame of 1 to 1024 bytes to the car's side of the cloud; one at a time.
   * @throws PhoneKeyError `cloud.*`, `interrupted` once it is closed
   */
  send(frame: Uint8Array): Promise<void>;
  /** Ends the link; the car is told by the service. */
  close(): void;
}

/** A frame that was longer on its way is of no use: challenges are good for so long, in milliseconds. */
const SEND_TIMEOUT_MS = 5_000;

/** Asks for a link to a car; resolves when the cloud has opened it, which the car does not know yet. */
export const openLinkStream = (
  http: CloudHttp,
  path: string,
  handlers: LinkStreamHandlers,
  options: CloudCallOptions,
): Promise<LinkStream> =>
  http.request(
    { ...options, method: 'POST', path, headers: { accept: EVENT_STREAM } },
    async (response, over, stop) => {
      const events = eventsOf(response, over);
      const first = await events.next();
      if (first.done === true || first.value.type !== 'opened') throw malformed('no link');
      const { link } = READ.opened(dataOf(first.value));
      void relay(events, handlers, over, stop);
      const send = (frame: Uint8Array): Promise<void> =>
        http.done({
          method: 'POST',
          path: `/v1/links/${link}`,
          body: frame,
          timeoutMs: SEND_TIMEOUT_MS,
          signal: over,
        });
      return { link, send, close: stop };
    },
  );

export const EVENT_STREAM = 'text/event-stream';

/** @throws PhoneKeyError `cloud.malformed` */
export async function* eventsOf(
  response: Response,
  over: AbortSignal,
): AsyncGenerator<ServerEvent, void, undefined> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^text\/event-stream *(?:;|$)/i.test(type)) throw malformed('no stream of events');
  const parser = new EventParser();
  for await (const chunk of chunksOf(response, over)) yield* parser.push(chunk);
}

/** @throws PhoneKeyError `cloud.malformed` */
export const dataOf = ({ data }: ServerEvent): JsonObject => {
  const told = parseJsonObject(utf8(data));
  if (told === undefined) throw malformed('an event without JSON');
  return told;
};

const relay = async (
  events: AsyncGenerator<ServerEvent, void, undefined>,
  handlers: LinkStreamHandlers,
  over: AbortSignal,
  stop: () => void,
): Promise<void> => {
  let why: Parameters<LinkStreamHandlers['closed']>[0] = 'lost';
  try {
    for await (const event of events) {
      if (over.aborted) return;
      if (event.type === 'frame') handlers.frame(READ.frame(dataOf(event)).frame);
      if (event.type !== 'closed') continue;
      why = READ.closed(dataOf(event)).reason;
      break;
    }
  } catch {
    // It broke off, or what came is no event of a cloud.
  }
  if (over.aborted) return;
  stop();
  handlers.closed(why);
};
