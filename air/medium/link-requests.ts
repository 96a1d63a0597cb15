import type { Conditions } from './conditions.js';
import type { ConnectRequest } from './pdu.js';
import type { Station } from './station.js';

/** From a request for a link until the advertiser has it, in milliseconds: T_IFS and 44 bytes at 1M. */
const REQUEST_MS = 0.5;

/** Somebody asks an advertiser for a link. */
export interface LinkRequest {
  readonly from: Station;
  readonly request: ConnectRequest;
}

/**
 * Requests for links on their way. Those that answer the same advertising event arrive together and in any
 * order: on a real air they collide, or the advertiser receives the one that happens to be strongest.
 */
export class LinkRequests {
  readonly #underWay = new Map<Station, LinkRequest[]>();
  readonly #conditions: Conditions;
  readonly #arrived: (to: Station, requests: readonly LinkRequest[]) => void;

  constructor(
    conditions: Conditions,
    arrived: (to: Station, requests: readonly LinkRequest[]) => void,
  ) {
    this.#conditions = conditions;
    this.#arrived = arrived;
  }

  send(to: Station, request: LinkRequest): void {
    const others = this.#underWay.get(to);
    if (others !== undefined) {
      others.push(request);
      return;
    }
    const requests = [request];
    this.#underWay.set(to, requests);
    const arrive = (): void => {
      this.#underWay.delete(to);
      this.#shuffle(requests);
      this.#arrived(to, requests);
    };
    const { time, paced } = this.#conditions;
    if (paced) time.after(REQUEST_MS, arrive);
    // Not before what active scanners ask in the same event: an advertiser answers them, too.
    else time.defer(() => time.defer(arrive));
  }

  /** Fisher and Yates. */
  #shuffle(requests: LinkRequest[]): void {
    for (let left = requests.length; left > 1; left--) {
      const [drawn] = requests.splice(Math.floor(this.#conditions.unit() * left), 1);
      if (drawn !== undefined) requests.push(drawn);
    }
  }
}
