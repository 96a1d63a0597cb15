import { CloudClient } from '../../../lib/cloud/index.js';
import type { CloudHttpOptions } from '../../../lib/cloud/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';

export const URL = 'https://cloud.example';
export const TOKEN = 'token-that-nobody-sees';

export interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client, and what it asked of whom; `answer` is called for each request. */
export const clientOf = (
  answer: (asked: Asked) => Response | Promise<Response>,
  options: Partial<CloudHttpOptions> = {},
) => {
  const asked: Asked[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    asked.push({ url: String(url), init });
    return answer({ url: String(url), init });
  };
  const clock = new SimClock();
  const client = new CloudClient({ url: URL, token: TOKEN, fetch, clock, ...options });
  return { client, asked, clock, fetch };
};

export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status });
export const nothing = (): Response => new Response(null, { status: 204 });
/** A stream that a test writes. */
export const stream = (type = 'text/event-stream') => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (cancelled = true),
  });
  return {
    response: () => new Response(body, { headers: { 'content-type': type } }),
    write: (text: string) => controller!.enqueue(new TextEncoder().encode(text)),
    end: () => controller!.close(),
    fail: () => controller!.error(new TypeError('terminated')),
    get cancelled() {
      return cancelled;
    },
  };
};
