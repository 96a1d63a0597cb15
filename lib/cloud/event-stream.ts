import { PhoneKeyError } from '../errors.js';

/** One event of a stream of server-sent events. */
export interface ServerEvent {
  /** `message` where it has no other. */
  readonly type: string;
  readonly data: string;
  /** The last one that the stream has told; empty where it has told none. */
  readonly id: string;
}

/** Of one event, in UTF-16 code units: no service of ours sends a quarter of it. */
const MAX_EVENT = 16_384;

/**
 * Server-sent events as the WHATWG defines them (HTML, 9.2.6), from chunks that are cut anywhere. Holds at most one
 * event; `retry` is ignored.
 */
export class EventParser {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** What has come of a line. */
  #line = '';
  /** The line before ended with a carriage return, to which a line feed may belong. */
  #afterReturn = false;
  #data: string[] = [];
  #size = 0;
  #type = '';
  #id = '';

  /** The events that are complete with these bytes. @throws PhoneKeyError `cloud.malformed`; unusable afterwards */
  push(bytes: Uint8Array): ServerEvent[] {
    let text = this.#decode(bytes);
    if (text === '') return [];
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterReturn = text.endsWith('\r') || (text === '' && this.#afterReturn);
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#line + (lines[0] ?? '');
    this.#line = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      this.#bound(line);
      if (line === '') events.push(...this.#dispatch());
      else this.#field(line);
    }
    this.#bound(this.#line);
    return events;
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch {
      throw malformed('text');
    }
  }

  #bound(line: string): void {
    if (this.#size + line.length > MAX_EVENT) throw malformed('length');
  }

  #dispatch(): ServerEvent[] {
    const [type, data] = [this.#type || 'message', this.#data];
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    return data.length === 0 ? [] : [{ type, data: data.join('\n'), id: this.#id }];
  }

  #field(line: string): void {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (name === 'data') {
      this.#data.push(value);
      this.#size += line.length;
    }
    if (name === 'event') this.#type = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
  }
}

const malformed = (what: string): PhoneKeyError =>
  new PhoneKeyError('cloud.malformed', `the cloud sent an event of a wrong ${what}`);
