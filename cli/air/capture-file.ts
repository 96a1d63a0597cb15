import { createReadStream } from 'node:fs';
import { BtsnoopReader } from '../../air/capture/btsnoop-reader.js';
import type { CaptureEvent } from '../../air/capture/record.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { faultMessage } from '../../local/files/fault.js';
import type { Host } from '../context.js';
import { chunksOf } from '../io/ask.js';

/**
 * What a capture holds, up to its end or until the signal aborts.
 * @param source the name of a file, or `-` for stdin
 * @throws PhoneKeyError `usage.invalid`
 */
export async function* readCapture(
  { stdin }: Host,
  source: string,
  signal: AbortSignal,
): AsyncGenerator<CaptureEvent> {
  if (source === '-' && stdin.isTTY === true) {
    throw new PhoneKeyError('usage.invalid', 'stdin is a terminal, not a capture', {
      hint: 'Give a file, or send one in: key air watch --read - < FILE.',
    });
  }
  const reader = new BtsnoopReader();
  try {
    const stream = source === '-' ? stdin : createReadStream(source);
    for await (const chunk of chunksOf(stream, signal)) yield* reader.push(chunk);
  } catch (cause) {
    if (signal.aborted) return;
    if (cause instanceof PhoneKeyError) throw cause;
    const name = source === '-' ? 'stdin' : source;
    throw new PhoneKeyError('usage.invalid', `cannot read ${name}: ${faultMessage(cause, name)}`, {
      cause,
      hint: isErrno(cause, 'ENOENT')
        ? 'Give a file that --capture has written, or - for stdin.'
        : 'Give a file that you may read.',
    });
  }
  reader.end();
}

/** Bluetooth is younger: what is from before is not the time of day. */
const EARLIEST = 0;
/** The year 10000. */
const LATEST = Date.UTC(10_000);

/**
 * Times of a capture, for people and for machines: of the day, or, where a clock that does not know the day has
 * written them (some count from when they were switched on), since the first such record.
 */
export class CaptureTimes {
  #first: number | undefined;
  readonly #undated: () => void;

  /** @param undated called once, where there is such a time */
  constructor(undated: () => void) {
    this.#undated = undated;
  }

  /** @param time milliseconds since 1970 */
  read(time: number): { readonly text: string; readonly fields: object } {
    if (time >= EARLIEST && time < LATEST) {
      const iso = new Date(time).toISOString();
      return { text: iso.slice(11, 23), fields: { time: iso } };
    }
    if (this.#first === undefined) {
      this.#first = time;
      this.#undated();
    }
    const sinceFirstMs = Math.round(time - this.#first);
    return { text: duration(sinceFirstMs), fields: { time: null, sinceFirstMs } };
  }
}

/** `+00:01:02.003`; hours are as many as there are. */
const duration = (ms: number): string => {
  const [whole, milliseconds] = [Math.trunc(Math.abs(ms) / 1000), Math.abs(ms) % 1000];
  const parts = [whole / 3600, (whole / 60) % 60, whole % 60].map((part) =>
    String(Math.trunc(part)).padStart(2, '0'),
  );
  return `${ms < 0 ? '-' : '+'}${parts.join(':')}.${String(milliseconds).padStart(3, '0')}`;
};
