import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';

/**
 * Frames: a 2-byte big-endian length, then the message; cut into chunks of at most MTU - 3 bytes with
 * nothing added per chunk (docs/PROTOCOL.md, section 3).
 */

const HEADER = 2;
/** What the length can say, in bytes. */
const MAX_LENGTH = 0xffff;
/** ATT opcode and handle, which a chunk shares the MTU with (Core Specification Vol 3, Part F, 3.4). */
const ATT_HEADER = 3;

/**
 * One message as the chunks to send.
 * @throws PhoneKeyError `protocol.too-large` over `maxMessage` bytes, `protocol.malformed` when empty
 */
export const frame = (
  message: Uint8Array,
  mtu: number,
  maxMessage: number = MAX_LENGTH,
): Uint8Array[] => {
  if (message.length === 0) throw new PhoneKeyError('protocol.malformed', 'empty message');
  if (message.length > maxMessage) throw tooLarge(message.length, maxMessage);
  const size = Math.max(1, mtu - ATT_HEADER);
  const whole = concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < whole.length; offset += size) {
    chunks.push(whole.subarray(offset, offset + size));
  }
  return chunks;
};

/**
 * Puts chunks together again. Holds at most one message and one chunk; what a peer claims as a length
 * is never allocated before it is checked.
 */
export class Reassembler {
  readonly #maxMessage: number;
  #buffer: Uint8Array = new Uint8Array(0);

  /** @param maxMessage the longest message that is accepted, in bytes */
  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** True while a message has begun and not ended: the caller keeps a timeout. */
  get partial(): boolean {
    return this.#buffer.length > 0;
  }

  /**
   * The messages that are complete with this chunk, in order.
   * @throws PhoneKeyError `protocol.too-large`, `protocol.malformed` (length 0); unusable afterwards
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#buffer = concat(this.#buffer, chunk);
    const messages: Uint8Array[] = [];
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      const end = HEADER + length;
      if (this.#buffer.length < end) break;
      messages.push(this.#buffer.slice(HEADER, end));
      this.#buffer = this.#buffer.slice(end);
    }
    return messages;
  }

  #length(): number | undefined {
    const [high, low] = this.#buffer;
    if (high === undefined || low === undefined) return undefined;
    const length = (high << 8) | low;
    if (length === 0) throw new PhoneKeyError('protocol.malformed', 'frame of length 0');
    if (length > this.#maxMessage) throw tooLarge(length, this.#maxMessage);
    return length;
  }
}

const tooLarge = (length: number, most: number): PhoneKeyError =>
  new PhoneKeyError(
    'protocol.too-large',
    `a message of ${String(length)} bytes; at most ${String(most)} are allowed`,
  );
