import { SilentLink } from '../../../lab/silent-link.js';
import { concat, sameBytes } from '../../../lib/platform/bytes.js';
import type { PhoneKeyError } from '../../../lib/errors.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { frame, MessageLink, Reassembler } from '../../../lib/link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { nativeMessages } from '../../../lib/native/describe.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

/** Cuts the rest of an input into chunks; its first byte says how long they are. */
const chunksOf = (input: Uint8Array): Uint8Array[] => {
  const size = 1 + (input[0] ?? 0);
  const chunks: Uint8Array[] = [];
  for (let at = 1; at < input.length; at += size) chunks.push(input.subarray(at, at + size));
  return chunks;
};

/** What the frames of a stream hold, by the book; whatever is wrong ends it. */
const byTheBook = (stream: Uint8Array): { messages: Uint8Array[]; broken: boolean } => {
  const messages: Uint8Array[] = [];
  let at = 0;
  while (stream.length - at >= 2) {
    const length = ((stream[at] ?? 0) << 8) | (stream[at + 1] ?? 0);
    if (length === 0 || length > MAX_MESSAGE_BYTES) return { messages, broken: true };
    if (stream.length - at - 2 < length) break;
    messages.push(stream.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { messages, broken: false };
};

const framed = (size: number, ...lengths: number[]): Uint8Array =>
  concat(
    Uint8Array.of(size - 1),
    ...lengths.flatMap((length) => frame(new Uint8Array(length).fill(length), 256)),
  );

const seeds = (): Uint8Array[] => [framed(20, 1, 2, 30), framed(256, 200, 100), framed(1, 5)];

const DICTIONARY = [
  Uint8Array.of(0, 0),
  Uint8Array.of(0, 1),
  Uint8Array.of(0x08, 0x00),
  Uint8Array.of(0x08, 0x01),
  Uint8Array.of(0xff, 0xff),
];

export const linkTargets: readonly Target[] = [
  {
    name: 'framing',
    seeds,
    dictionary: DICTIONARY,
    run(input) {
      const reassembler = new Reassembler(MAX_MESSAGE_BYTES);
      const received: Uint8Array[] = [];
      const chunks = chunksOf(input);
      const whole = refusing(['protocol.malformed', 'protocol.too-large'], () => {
        for (const chunk of chunks) received.push(...reassembler.push(chunk));
        return true;
      });
      const { messages, broken } = byTheBook(input.subarray(1));
      demand((whole === undefined) === broken, 'frames that are wrong are refused, and no others');
      // Of the chunk that breaks it nothing is given out.
      demand(
        received.length <= messages.length && (broken || received.length === messages.length),
        'all messages come out',
      );
      received.forEach((message, i) => {
        demand(sameBytes(message, messages[i] ?? new Uint8Array(0)), 'as they went in');
      });
    },
  },
  {
    name: 'message-link',
    seeds,
    dictionary: DICTIONARY,
    batch: 32,
    async run(input) {
      const clock = new SimClock();
      const link = new SilentLink();
      const ends: (PhoneKeyError | undefined)[] = [];
      let bytes = 0;
      const messages = new MessageLink(link, {
        ...nativeMessages,
        clock,
        sends: 'from-car',
        trace: ({ kind }) => {
          demand(kind !== '', 'every message has a name');
        },
        message: (message) => {
          demand(ends.length === 0, 'no message after the end');
          bytes += message.length;
        },
        closed: (_, error) => ends.push(error),
      });
      await messages.open();
      const stream = chunksOf(input);
      for (const chunk of stream) link.deliver(chunk);
      await clock.advance(5_000);
      demand(bytes <= input.length, 'nothing comes out that did not go in');
      demand(ends.length <= 1, 'the end is told once');
      demand(clock.pending === 0, 'no timer is left behind');
      const { broken } = byTheBook(input.subarray(1));
      demand(!broken || ends[0] !== undefined, 'broken framing ends the link, and says why');
    },
  },
];
