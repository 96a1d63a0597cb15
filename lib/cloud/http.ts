import { PhoneKeyError } from '../errors.js';
import * as rule from '../platform/check.js';
import { checkOptions } from '../platform/check.js';
import { concat } from '../platform/bytes.js';
import { systemClock } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { parseJsonObject } from '../platform/json.js';
import type { JsonObject } from '../platform/json.js';
import type { Optional } from '../platform/optional.js';
import { abortError } from '../radio/operation.js';
import { baseOf, cloudAddress } from './address.js';
import { refusal, unreachable } from './failures.js';

/** How long one call may take, and what calls it off. */
export interface CloudCallOptions {
  /** In milliseconds, to the last byte of the answer (default that of the client). */
  readonly timeoutMs?: number | undefined;
  /** Aborting rejects with `interrupted`, or with the PhoneKeyError that is its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Where a cloud is, and how it is talked to. */
export interface CloudHttpOptions extends Optional<{
  /** Of who calls; 8 to 512 printable characters. It goes into the header Authorization and nowhere else. */
  readonly token: string;
  /** Makes the requests (default: that of the system). It must follow `redirect` and `signal`. */
  readonly fetch: typeof globalThis.fetch;
  /** Times requests (default: the machine's). */
  readonly clock: Clock;
  /** For one request, in milliseconds (default 10,000). */
  readonly timeoutMs: number;
  /** Lets `http:` go to other hosts than this machine: for a `fetch` that leads to this machine whatever the name. */
  readonly allowPlain: boolean;
}> {
  /** `https://HOST[:PORT][/PATH]`; `http:` for this machine alone. */
  readonly url: string;
}

interface HttpCall extends CloudCallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the address of the cloud. */
  readonly path: string;
  /** An object goes as JSON, bytes as they are. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 10_000;
/** Of an answer, in bytes. */
const MAX_ANSWER = 1_048_576;
const MAX_REFUSAL = 4_096;

/** HTTP with one cloud: bounded in time and size, strict, and without a word of the token in what it throws. */
export class CloudHttp {
  readonly #url: URL;
  readonly #options: CloudHttpOptions;
  readonly #clock: Clock;

  /** @throws PhoneKeyError `usage.invalid` */
  constructor(options: CloudHttpOptions) {
    checkOptions(options, {
      url: rule.needed(rule.text),
      token: {
        holds: (token) => typeof token === 'string' && /^[\x21-\x7e]{8,512}$/.test(token),
        says: 'a token as the cloud gives it',
      },
      fetch: rule.callback,
      clock: rule.clock,
      timeoutMs: rule.duration,
      allowPlain: rule.yesOrNo,
    });
    this.#url = cloudAddress(options.url, options.allowPlain);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What was answered as JSON. @throws PhoneKeyError `cloud.*`, `usage.invalid`, `interrupted` */
  json(call: HttpCall): Promise<JsonObject> {
    return this.request(call, async (response, over) => {
      const answer = parseJsonObject(await bodyOf(response, MAX_ANSWER, over));
      if (answer === undefined) throw malformed('something other than JSON');
      return answer;
    });
  }

  /** For what is answered with nothing. @throws as `json` */
  async done(call: HttpCall): Promise<void> {
    await this.request(call, (response, over) => bodyOf(response, MAX_ANSWER, over));
  }

  /**
   * One request; what `use` makes of a good answer is given back. The time is bounded until then; after that the
   * answer may go on, until `stop` is called.
   * @throws as `json`
   */
  async request<T>(
    { timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS, signal, ...call }: HttpCall,
    use: (response: Response, over: AbortSignal, stop: () => void) => Promise<T>,
  ): Promise<T> {
    const stopper = new AbortController();
    const over = stopper.signal;
    const host = this.#url.host;
    const settled = new AbortController();
    const giveUp = (): void => stopper.abort(signal && abortError(signal));
    signal?.addEventListener('abort', giveUp, { once: true, signal: settled.signal });
    if (signal?.aborted === true) giveUp();
    const cancel = this.#clock.after(timeoutMs, () => {
      stopper.abort(
        new PhoneKeyError('cloud.timeout', `the cloud did not answer in time: ${host}`),
      );
    });
    try {
      over.throwIfAborted();
      const response = await raced(this.#fetch(call, over), over);
      if (!response.ok) {
        // A redirect says nothing of what was asked, and would take the token elsewhere.
        if (response.status < 400) throw malformed('a redirect');
        const told = await bodyOf(response, MAX_REFUSAL, over).catch(() => new Uint8Array());
        over.throwIfAborted();
        throw refusal(response.status, parseJsonObject(told), response.headers.get('retry-after'));
      }
      return await use(response, over, () => stopper.abort());
    } catch (error) {
      const known = over.aborted ? abortError(over) : error;
      stopper.abort(); // whatever is still coming
      throw known instanceof PhoneKeyError ? known : unreachable(known, host);
    } finally {
      cancel();
      settled.abort();
    }
  }

  async #fetch({ method, path, body, headers }: HttpCall, signal: AbortSignal): Promise<Response> {
    const { token, fetch = globalThis.fetch } = this.#options;
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const init = {
      method,
      signal,
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: {
        ...headers,
        ...(body !== undefined && { 'content-type': type }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    } as const;
    return fetch(`${baseOf(this.#url)}${path}`, init);
  }
}

/** The whole body. @throws PhoneKeyError `cloud.malformed` where it is longer */
const bodyOf = async (response: Response, most: number, over: AbortSignal): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(response, over)) {
    size += chunk.length;
    if (size > most) throw malformed('more than is taken');
    chunks.push(chunk);
  }
  return concat(...chunks);
};

/** Of a body, as they come; ends with it, or rejects when `over` is aborted. */
export async function* chunksOf(
  response: Response,
  over: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const next = await raced(reader.read(), over);
      if (next.done) return;
      yield next.value as Uint8Array;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

export const malformed = (what: string): PhoneKeyError =>
  new PhoneKeyError('cloud.malformed', `the cloud answered with ${what}`);

/** For a `fetch` that does not listen to its signal. */
const raced = <T>(work: Promise<T>, over: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const settled = new AbortController();
    const fail = (): void => reject(abortError(over));
    over.addEventListener('abort', fail, { once: true, signal: settled.signal });
    work.then(resolve, reject).finally(() => settled.abort());
  });
