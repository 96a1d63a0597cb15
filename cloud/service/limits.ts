/** A bucket of so many tries, which fills again at so many per minute. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

/** Bounds of the service; beside each its default and what is counted. */
export interface Limits {
  /** All requests of one address (an IPv6 network of 64 bits). */
  readonly perAddress: Rate;
  /** All requests with one token. */
  readonly perToken: Rate;
  /** All requests of one account, by all its tokens. */
  readonly perAccount: Rate;
  /** Accounts that one address makes. */
  readonly accounts: Rate;
  /** Log-ins from one address. */
  readonly logins: Rate;
  /** Log-ins with one name from one address: the same name from elsewhere is not shut out by it. */
  readonly loginsPerName: Rate;
  /** Log-ins with one name from anywhere. */
  readonly loginsWithName: Rate;
  /** Cars that register from one address. */
  readonly registrations: Rate;
  /** Claim codes that one account tries. */
  readonly claims: Rate;
  /** Grants and revocation lists that one account leaves. */
  readonly objects: Rate;

  /** Body of JSON, in bytes. */
  readonly jsonBytes: number;
  /** A grant or a part of a revocation list, in bytes. */
  readonly objectBytes: number;
  /** Objects of one sender that wait for one recipient. */
  readonly objectsWaiting: number;
  /** A frame, in bytes. */
  readonly frameBytes: number;

  /** Links at one time: of an account, to a car, of all. */
  readonly linksPerAccount: number;
  readonly linksPerCar: number;
  readonly links: number;
  /** A link on which nothing comes for so long is over, in milliseconds. */
  readonly linkIdleMs: number;
  /** All frames of a link, both ways, in bytes. */
  readonly linkBytes: number;
  /** What may wait for a slow reader of a stream, in bytes. */
  readonly streamBytes: number;

  /** Streams of events at one time: of an account, of all. */
  readonly eventStreamsPerAccount: number;
  readonly eventStreams: number;
  /** Events that are kept for `Last-Event-ID`. */
  readonly eventsKept: number;

  /** Connections at one time. */
  readonly connections: number;
  /** For a request to arrive whole, and for the service to answer it, in milliseconds. */
  readonly requestMs: number;
  readonly answerMs: number;
}

export const LIMITS: Limits = {
  perAddress: { burst: 600, perMinute: 6000 },
  perToken: { burst: 300, perMinute: 3000 },
  perAccount: { burst: 400, perMinute: 4000 },
  accounts: { burst: 10, perMinute: 1 },
  logins: { burst: 30, perMinute: 10 },
  loginsPerName: { burst: 10, perMinute: 2 },
  loginsWithName: { burst: 100, perMinute: 10 },
  registrations: { burst: 20, perMinute: 2 },
  claims: { burst: 5, perMinute: 1 },
  objects: { burst: 60, perMinute: 6 },

  jsonBytes: 4096,
  objectBytes: 16_384,
  objectsWaiting: 64,
  frameBytes: 1024,

  linksPerAccount: 4,
  linksPerCar: 8,
  links: 2000,
  linkIdleMs: 90_000,
  linkBytes: 1_048_576,
  streamBytes: 65_536,

  eventStreamsPerAccount: 4,
  eventStreams: 200,
  eventsKept: 1000,

  connections: 4000,
  requestMs: 10_000,
  answerMs: 10_000,
};
