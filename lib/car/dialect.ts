import type { KeySlot } from '../credentials/key-slot.js';
import type { Suite } from '../crypto/suite.js';
import type { AdvertisingContent } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Trace } from '../link/message-link.js';
import type { Clock } from '../platform/clock.js';
import type { KeyLog, Logger } from '../platform/logger.js';
import type { Random } from '../platform/random.js';
import type { Patience } from '../radio/patience.js';
import type { Link } from '../radio/types.js';
import type { CarHost } from './host.js';

/** How a car speaks with phones. What they ask, and what it answers, are words of lib/domain. */
export interface CarDialect {
  /** The GATT service that phones look for, which no other dialect of this car has. */
  readonly profile: GattProfile;
  /** What the car advertises from now on; asked anew whenever its pairing window opens or closes. */
  advertising(car: CarEnvironment): AdvertisingContent;
  /** A phone has subscribed; `link` is not opened yet. `onEvent` may be called from `open` on. */
  serve(link: Link, car: CarEnvironment, onEvent: (event: CarLinkEvent) => void): CarLink;
}

/** What all links of one car share, in whatever dialect. */
export interface CarEnvironment {
  /** The car itself: its keys, its body, its memory. */
  readonly host: CarHost;
  /** The cryptography (default: `defaultSuite`). */
  readonly suite: Suite;
  /** Times links, tries and what is advertised (default: the machine's). */
  readonly clock: Clock;
  /** Ephemeral keys and challenges come from it (default: the system's). Another one is for tests alone. */
  readonly random: Random;
  /** Is told what went wrong, and never a secret (default: nobody). */
  readonly log: Logger;
  /** With links that prove nothing, of radios that have none of their own. */
  readonly patience: Patience;
  /**
   * Asked for each key that has proved itself, before anything is done for it. False: it has had its turn, and
   * others may want the link; it gets the refusal `busy`, and the link ends.
   */
  admits(key: KeySlot): boolean;
  /** Sees every message that goes over the air, without any key. */
  readonly trace: Trace | undefined;
  /** Is given what opens each session to whoever recorded it: for development alone (default: nobody). */
  readonly keyLog: KeyLog | undefined;
}

/** A link to a phone. Its end is an event, `link-closed`, which comes exactly once. */
export interface CarLink {
  /** Opens the link, and answers what comes. */
  open(): Promise<void>;
  /** Ends the link, if it is one of this key. */
  keyRemoved(publicKey: Uint8Array): void;
  /** Ends the session, after the answer to the command that is under way: others want the link. */
  turnOver(): void;
  /** Ends the link; resolves when it is down. */
  close(): Promise<void>;
}

/** What happens on a link. A `key` is the whole slot: what people may see of it, `linkEvent` of phonekey/sim says. */
export type CarLinkEvent =
  | { readonly type: 'link-opened' }
  | { readonly type: 'authenticated'; readonly key: KeySlot }
  /** A proof that was not valid; nobody knows whose. */
  | { readonly type: 'refused' }
  /** A fault of the car itself: in which step, and a word for what failed, which never holds what was computed with. */
  | { readonly type: 'internal-error'; readonly during: string; readonly error: string }
  /** A proof was valid, but the key has had its turn. */
  | { readonly type: 'turned-away'; readonly key: KeySlot }
  /** `key`: who had it; none where nobody had proved himself. CarEndpoint adds it. */
  | { readonly type: 'link-closed'; readonly why: string; readonly key?: KeySlot };
