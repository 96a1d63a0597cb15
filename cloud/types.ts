import type { Clock } from '../lib/platform/clock.js';
import type { Logger } from '../lib/platform/logger.js';
import type { Random } from '../lib/platform/random.js';
import type { Broker } from './broker/broker.js';
import type { Limits } from './service/limits.js';
import type { Store } from './store/store.js';

/** What the root package may know of this one: types that name no other package, and are gone when it runs. */

/** How a service is started. */
export interface CloudOptions {
  /** A folder for what the embedded database and broker keep; created where it is missing. Needed where they are not given. */
  readonly home?: string;
  /** In place of the embedded database; `startCloud` closes it. */
  readonly store?: Store;
  /** In place of the embedded broker; `startCloud` starts and closes it. */
  readonly broker?: Broker;
  /** PostgreSQL, in place of the embedded database: `postgres://...`. */
  readonly databaseUrl?: string;
  /** A broker of MQTT 3.1.1, in place of the embedded one: `mqtts://NAME:PASSWORD@HOST`; cars are told it without the two. */
  readonly brokerUrl?: string;
  /** Certificates of authorities for it, PEM (default: those that Node trusts). */
  readonly brokerCa?: string | undefined;
  /** `dynsec`: cars get accounts there by Mosquitto's plugin; `none` (default): by whoever runs the broker. */
  readonly brokerAccounts?: 'none' | 'dynsec' | undefined;
  /** The port of the embedded broker; 0: the system chooses (default 8421, or 0 where `port` is 0). */
  readonly brokerPort?: number;
  /** Where it listens (default 127.0.0.1). What is not a loopback address needs `expose`. */
  readonly host?: string;
  /** 0: the system chooses (default 8420). */
  readonly port?: number;
  /** Whether others than this machine may be let in (default false): put TLS before it. */
  readonly expose?: boolean;
  /** See `LIMITS` for the defaults. */
  readonly limits?: Partial<Limits>;
  /** Binary logarithm of scrypt's cost N for passwords, 1 to 20 (default 15: 32 MiB and some 0.2 s each). */
  readonly passwordCost?: number;
  /** Is told each request, without paths, names or secrets. */
  readonly log?: Logger;
  /** For the outage mode `dns`: whether the service's name resolves. Must not throw. */
  readonly onResolvable?: (resolvable: boolean) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A service that runs. */
export interface RunningCloud {
  /** Where phones find it: `http://127.0.0.1:8420`. */
  readonly url: string;
  readonly address: { readonly host: string; readonly port: number };
  /** What cars connect to. */
  readonly carUrl: string;
  /** The outage that goes on. */
  readonly outage: OutageMode | undefined;
  /**
   * Begins an outage in place of one that goes on; it ends by itself. Cars keep their connection: what failed on that day,
   * too, was what the app talks to, and a broker may be another's.
   * @param ms how long, 1 to 86,400,000
   */
  fail(mode: OutageMode, ms: number): Promise<void>;
  /** Ends an outage before its time. */
  recover(): Promise<void>;
  /** What happens from now on, of all accounts. Must not throw. Returns what ends it. */
  watch(listener: (event: CloudEvent) => void): () => void;
  /** Ends links with `closed` and `service`, then broker and database. Closing twice is allowed. */
  close(): Promise<void>;
}

/**
 * `500`: every answer is 500; `timeout`: connections are accepted and never answered; `refuse`: the port is closed; `slow`:
 * every answer comes seconds late; `flap`: up and down in turn; `dns`: the name does not resolve, which others have to do.
 */
export const OUTAGE_MODES = ['500', 'timeout', 'refuse', 'slow', 'flap', 'dns'] as const;
export type OutageMode = (typeof OUTAGE_MODES)[number];

/** What `GET /v1/events` tells. */
export type CloudEvent =
  | { readonly type: 'failing'; readonly mode: OutageMode; readonly forMs: number }
  | { readonly type: 'recovered' }
  | { readonly type: 'car-online'; readonly car: string }
  | { readonly type: 'car-offline'; readonly car: string }
  | { readonly type: 'object-delivered'; readonly car: string; readonly object: string }
  | {
      readonly type: 'command';
      readonly car: string;
      readonly command: string;
      readonly commandId: string | undefined;
      readonly outcome: string;
    };
