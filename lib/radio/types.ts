import type { PhoneKeyError } from '../errors.js';
import type { AdvertisingFields, AdvertisingContent, ScanFilter } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Trial } from './patience.js';

/**
 * The radio as the protocol sees it: a phone is a Central, a car is a Peripheral, and between them
 * runs a Link that carries chunks of bytes both ways. Adapters: noble.ts, bleno.ts, memory.ts.
 * No operation hangs: each one resolves, or rejects with a PhoneKeyError.
 */
export interface Link {
  /** ATT MTU in bytes; a chunk has at most `mtu - 3` bytes. */
  readonly mtu: number;
  /** A name for logs; says nothing about who is there. */
  readonly peer: string;
  /** On the car: since the connection came up, the time that the phone has for its proof. */
  readonly trial?: Trial | undefined;
  /**
   * Starts reception. Called once; whatever arrived earlier is delivered first. On the phone this
   * subscribes to `fromCar` of the profile. Handlers must not throw, and may be called before `open`
   * resolves: the car's first message can come before the answer to the subscription.
   * @throws PhoneKeyError `radio.link-lost`, `radio.timeout` (on the phone)
   */
  open(handlers: LinkHandlers): Promise<void>;
  /**
   * Sends one chunk (1 to mtu - 3 bytes); chunks arrive in the order of the calls. Resolves when the
   * stack has taken it (with response: acknowledged by the peer).
   * @throws PhoneKeyError `radio.link-lost`, `radio.timeout`
   */
  send(chunk: Uint8Array): Promise<void>;
  /** Closes the link; resolves when it is down. Closing twice is allowed. */
  close(): Promise<void>;
}

/** Who a link tells what comes, and that it is over. */
export interface LinkHandlers {
  /** One chunk, as the other end sent it: 1 to mtu - 3 bytes. */
  data(chunk: Uint8Array): void;
  /** The link is down, by either side; called exactly once. */
  closed(reason: LinkCloseReason): void;
}

/** `local`: closed here; `remote`: by the other end; `lost`: neither, it fell silent. */
export type LinkCloseReason = 'local' | 'remote' | 'lost';

/** What a car says of itself before anybody connects, in the advertisement and in the scan response. */
export interface Advertisement extends AdvertisingFields {
  /** The radio's handle for the device; may change from one scan to the next. */
  readonly id: string;
  /** Received signal strength in dBm. */
  readonly rssi: number;
  /** The device says that it takes no connection now, as a car whose links are all taken. */
  readonly isBusy?: true;
}

/** A phone's radio. */
export interface Central {
  /**
   * Calls `found` for every advertisement that matches one of the filters, until `signal` aborts (then it
   * resolves). The same device is reported again when it is heard again.
   * @throws PhoneKeyError `radio.unavailable`, `radio.scan-failed`
   */
  scan(
    filters: readonly ScanFilter[],
    found: (advertisement: Advertisement) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Connects to a device seen in a scan and finds the service of the profile.
   * @throws PhoneKeyError `radio.connect-failed`, `radio.timeout`, `car.asleep` where a device that is connected does not
   *   answer, `interrupted` when aborted
   */
  connect(
    advertisement: Advertisement,
    profile: GattProfile,
    options?: ConnectOptions,
  ): Promise<CentralLink>;
  /** Closes every link and frees the radio. */
  close(): Promise<void>;
}

/** How a central connects. */
export interface ConnectOptions {
  /** For the whole of connecting and discovering, in milliseconds (default 10,000). */
  readonly timeoutMs?: number;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal;
  /**
   * `CentralLink.attHandle` of an earlier link to the same car, which saves looking for the service. It is
   * verified before anything is written; where it is wrong, the service is looked for as without it.
   */
  readonly attHandle?: number | undefined;
}

/** A link seen from the phone. */
export interface CentralLink extends Link {
  /**
   * Where the car has its characteristics: the ATT handle of the first one, 1 to 0xfff9. Undefined where the
   * radio is not told (macOS, Windows), or where they are not in a row (gatt-row.ts).
   */
  readonly attHandle?: number | undefined;
}

/** A car's radio. */
export interface Peripheral {
  /** How many phones it serves at one time, 1 or more. While so many are connected, no other one can. */
  readonly mostLinks: number;
  /**
   * Offers these services; a phone uses one of them at a time. Does not advertise.
   * @param onError The radio failed for good (the adapter was unplugged, the air ended).
   * @throws PhoneKeyError `radio.unavailable`
   */
  start(
    services: readonly PeripheralService[],
    onError?: (error: PhoneKeyError) => void,
  ): Promise<void>;
  /**
   * Advertises these sets from now on, again after each disconnection, replacing what was advertised
   * before. A radio that can do only one at a time advertises them in turn.
   * @throws PhoneKeyError `internal` where a part of a set has more than 31 bytes, `radio.unavailable`
   */
  advertise(sets: readonly AdvertisingContent[]): Promise<void>;
  /** Stops advertising, closes every link and frees the radio. */
  close(): Promise<void>;
}

/** A service that a car offers, and who serves those that use it. */
export interface PeripheralService {
  /** Its UUIDs and properties. */
  readonly profile: GattProfile;
  /** A phone has subscribed to `fromCar`. The link is not opened yet. */
  onLink(link: Link): void;
}
