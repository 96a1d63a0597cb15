import type { Clock } from '../../lib/platform/clock.js';
import type { Rate } from './limits.js';
import { Recent } from './recent.js';
import { tooMany } from './refusal.js';

interface Bucket {
  tries: number;
  at: number;
}

/** Of each kind; who thinks up more keys than that makes room by the ones that were used longest ago. */
const MOST_KEYS = 10_000;
const MINUTE_MS = 60_000;

/** Token buckets, by what is counted and for whom. */
export class Rates {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Recent<Bucket>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes one try of the key's bucket.
   * @throws Refusal 429 where it is empty
   */
  take(kind: string, { burst, perMinute }: Rate, key: string): void {
    const now = this.#clock.now();
    const bucket = this.#bucketsOf(kind).get(key) ?? { tries: burst, at: now };
    const perMs = perMinute / MINUTE_MS;
    bucket.tries = Math.min(burst, bucket.tries + (now - bucket.at) * perMs);
    bucket.at = now;
    this.#bucketsOf(kind).set(key, bucket);
    if (bucket.tries < 1) {
      throw tooMany('too many requests', perMs > 0 ? (1 - bucket.tries) / perMs / 1000 : 3600);
    }
    bucket.tries--;
  }

  #bucketsOf(kind: string): Recent<Bucket> {
    const buckets = this.#kinds.get(kind) ?? new Recent<Bucket>(MOST_KEYS);
    this.#kinds.set(kind, buckets);
    return buckets;
  }
}

/** An address as it is counted: of IPv6 the network, of which a subscriber has all the rest. */
export const countedAddress = (address: string): string => {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const [head = '', tail] = address.split('%', 1).join('').split('::');
  const groups = head.split(':').filter((each) => each !== '');
  const rest = (tail ?? '').split(':').filter((each) => each !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':');
};
