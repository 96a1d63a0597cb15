import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import { viewOf } from '../../lib/platform/bytes.js';
import * as rule from '../../lib/platform/check.js';
import { check, checkOptions } from '../../lib/platform/check.js';
import type { Random } from '../../lib/platform/random.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { AdvertisingChannels } from './advertising.js';
import { EventCarrier } from './event-carrier.js';
import { LinkFaults } from './faults.js';
import { checkFaults } from './faults.js';
import type { Faults } from './faults.js';
import { InstantCarrier } from './instant-carrier.js';
import { AirLink } from './air-link.js';
import type { Carrier, LinkLayer } from './air-link.js';
import type { Conditions } from './conditions.js';
import { LinkRequests } from './link-requests.js';
import type { LinkRequest } from './link-requests.js';
import { SPEED_RANGE, standing, walking } from './motion.js';
import { DEFAULT_PATH_LOSS, DEFAULT_SENSITIVITY, DEFAULT_TX_POWER } from './path-loss.js';
import type { PathLoss, Position } from './path-loss.js';
import type { ConnectRequest } from './pdu.js';
import { Propagation } from './propagation.js';
import { NO_SHADOWING } from './shadowing.js';
import type { Shadowing } from './shadowing.js';
import type { AdvertisingTrain, ScanWindow, Station } from './station.js';
import { airTime } from './time.js';
import type { AirTime } from './time.js';

/**
 * `instant`: what is sent arrives in the next turn or never, and only advertising intervals, walks and
 * timeouts take time. `real`: packets, scan windows and connection events take the time that they take on
 * a real radio, on whatever clock there is, and weak packets are lost and sent again.
 */
export type Pace = 'instant' | 'real';

/** How signals travel, and how long they take. */
export interface MediumOptions {
  /** Whether packets take their time (default `instant`). */
  readonly pace?: Pace;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** From which all that is random follows. */
  readonly seed: string;
  /** How signals weaken with distance (default: 59 dB at 1 m, exponent 2.2). */
  readonly pathLoss?: PathLoss;
  /** Default: none. */
  readonly shadowing?: Shadowing;
  /** What goes wrong on purpose (default: nothing). */
  readonly faults?: Faults;
  /** Most data packets of one side in one connection event (pace `real`; default 6). */
  readonly packetsPerEvent?: number;
}

const METRES = rule.number();
const PLACE = rule.record({ x: rule.needed(METRES), y: rule.needed(METRES) });
const SOME_PLACE = rule.needed(PLACE);
const DBM = rule.number();
const SOME_DBM = rule.needed(DBM);
const SPEED = rule.needed(rule.number(SPEED_RANGE.min, SPEED_RANGE.max));

const MEDIUM_RULES = {
  pace: rule.oneOf(['instant', 'real']),
  clock: rule.clock,
  seed: rule.text,
  pathLoss: rule.record({
    lossAtOneMetre: rule.needed(rule.number()),
    exponent: rule.needed(rule.number(0)),
  }),
  shadowing: rule.record({
    sigma: rule.needed(rule.number(0)),
    correlation: rule.needed(rule.number(Number.EPSILON)),
  }),
  packetsPerEvent: rule.whole(1),
};

/** Where a radio is, and how well it sends and hears. */
export interface Placement {
  /** Metres (default 0, 0). */
  readonly position?: Position;
  /** dBm (default 0). */
  readonly txPower?: number;
  /** dBm (default -90). */
  readonly sensitivity?: number;
}

const PACKETS_PER_EVENT = 6;
const RANDOM_BLOCK_BYTES = 1024;
/** On an instant air links look so often, in milliseconds, where their walking ends are. */
const STEP_MS = 100;

/** The air between stations. Nobody is ever called from inside their own call. */
export class Medium {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly #conditions: Conditions;
  readonly #present = new Set<Station>();
  readonly #layers = new WeakMap<Station, LinkLayer>();
  readonly #requests: LinkRequests;
  #faults: Faults;
  readonly #propagation: Propagation;
  readonly channels: AdvertisingChannels;
  #stations = 0;
  #strongest = DEFAULT_TX_POWER;
  #keenest = DEFAULT_SENSITIVITY;

  /** @throws PhoneKeyError `usage.invalid` for options out of their bounds */
  constructor(options: MediumOptions) {
    checkOptions(options, MEDIUM_RULES);
    const { clock = systemClock, pace = 'instant', seed, faults = {} } = options;
    const integer = integers(seededRandom(`${seed}/medium`));
    const time = airTime(clock);
    this.clock = clock;
    this.pace = pace;
    this.defer = time.defer;
    checkFaults(faults);
    this.#faults = faults;
    this.#propagation = new Propagation(
      options.pathLoss ?? DEFAULT_PATH_LOSS,
      options.shadowing ?? NO_SHADOWING,
      integer(),
      () => clock.now(),
    );
    this.#conditions = {
      time,
      propagation: this.#propagation,
      paced: pace === 'real',
      loss: () => this.faults.loss ?? 0,
      unit: () => integer() / 2 ** 32,
      packetsPerEvent: options.packetsPerEvent ?? PACKETS_PER_EVENT,
    };
    this.channels = new AdvertisingChannels(this.#conditions);
    this.#requests = new LinkRequests(this.#conditions, this.#requested.bind(this));
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Changes hold for links that are made from now on, `loss` for all packets at once. */
  set faults(faults: Faults) {
    checkFaults(faults);
    this.#faults = faults;
    // Links at rest count on what they know of the air.
    for (const station of this.#present) checkLinks(station);
  }

  /** Runs `deliver` in a turn of its own, in the order of the calls. */
  readonly defer: AirTime['defer'];

  /** @throws PhoneKeyError `usage.invalid` for a place that is none */
  join(linkLayer: LinkLayer, placement: Placement = {}): Station {
    checkOptions(placement, { position: PLACE, txPower: DBM, sensitivity: DBM });
    const station: Station = {
      id: this.#stations++,
      receiver: linkLayer,
      motion: standing(placement.position ?? { x: 0, y: 0 }, this.clock.now()),
      txPower: placement.txPower ?? DEFAULT_TX_POWER,
      sensitivity: placement.sensitivity ?? DEFAULT_SENSITIVITY,
      present: true,
      advertising: new Map(),
      links: new Set(),
    };
    this.#layers.set(station, linkLayer);
    this.#present.add(station);
    this.#cover(station.txPower, station.sensitivity);
    return station;
  }

  /** Takes a station off the air for good. Its peers find out by their supervision timeouts. */
  leave(station: Station): void {
    station.present = false;
    this.#present.delete(station);
    this.listen(station, []);
    for (const set of [...station.advertising.keys()]) this.advertise(station, set, undefined);
    checkLinks(station);
  }

  /** Where the station is now. */
  position(station: Station): Position {
    return this.#propagation.position(station);
  }

  /** Puts it there at once. */
  move(station: Station, position: Position): void {
    station.motion = standing(position, this.clock.now());
    this.#moved(station);
  }

  /** Sets it walking in a straight line. @param speed metres in a second, above 0 */
  walk(station: Station, to: Position, speed: number): void {
    station.motion = walking(this.position(station), to, speed, this.clock.now());
    this.#moved(station);
    if (this.pace === 'instant') this.#step(station);
  }

  setTxPower(station: Station, dbm: number): void {
    check('the power', dbm, SOME_DBM);
    station.txPower = dbm;
    this.#cover(dbm, station.sensitivity);
    checkLinks(station);
  }

  /** Signal strength in dBm, rounded, at which `to` receives `from`. */
  rssi(from: Station, to: Station): number {
    return this.#propagation.rssi(from, to);
  }

  /** When the station listens on the advertising channels from now on: never, without a window. */
  listen(station: Station, windows: readonly ScanWindow[]): void {
    this.channels.listen(station, windows);
  }

  /**
   * Advertises, at once and then at each interval; or changes or (undefined) stops that. A station may
   * have several sets, which are told apart by number.
   */
  advertise(station: Station, set: number, train: AdvertisingTrain | undefined): void {
    if (train?.txPower !== undefined) this.#cover(train.txPower, station.sensitivity);
    this.channels.advertise(station, set, train);
  }

  /**
   * Asks `to`, whose advertising was heard, for a link. Ends in `linkUp` at both. When the request does
   * not get there or is not accepted, the instant air says so to `from` by `refused`; on a real one it
   * cannot know, is told `linkUp`, and loses the link again with reason 0x3e. Where several answer the
   * same advertising event, chance decides, and never who was first.
   */
  connect(from: Station, to: Station, request: ConnectRequest): void {
    this.#requests.send(to, { from, request });
  }

  #requested(to: Station, requests: readonly LinkRequest[]): void {
    /** One link for each advertising set. */
    const taken = new Set<number | undefined>();
    for (const { from, request } of requests) {
      const reached = !taken.has(request.set) && this.channels.reaches(from, to);
      const accepted = reached && this.#layers.get(to)?.accept(request) === true;
      if (accepted) taken.add(request.set);
      if (this.pace === 'real') this.#link(from, to, request, accepted);
      else if (accepted && this.#propagation.hears(from, to)) this.#link(from, to, request, true);
      else this.defer(() => this.#layers.get(from)?.refused(request));
    }
  }

  #link(from: Station, to: Station, request: ConnectRequest, accepted: boolean): void {
    const { time, unit, paced } = this.#conditions;
    const faults = new LinkFaults(this.faults, unit);
    const carrier = (link: AirLink): Carrier =>
      new (paced ? EventCarrier : InstantCarrier)(link, this.#conditions);
    const link = new AirLink(time, faults, request.parameters, from, to, carrier);
    if (accepted) this.defer(() => this.#layers.get(to)?.linkUp(link.peripheral, request));
    else link.peripheral.closed = true;
    this.defer(() => this.#layers.get(from)?.linkUp(link.central, request));
  }

  #moved(station: Station): void {
    this.channels.listeners.moved(station);
    checkLinks(station);
  }

  /** Looks after the links of a walker on an instant air, where nothing else would. */
  #step(station: Station): void {
    const { motion } = station;
    const left = motion.until - this.clock.now();
    if (left <= 0) return;
    this.#conditions.time.after(Math.min(left, STEP_MS), () => {
      if (station.motion !== motion || !station.present) return;
      checkLinks(station);
      this.#step(station);
    });
  }

  /** Sees to it that everybody is found who could be heard. */
  #cover(txPower: number, sensitivity: number): void {
    this.#strongest = Math.max(this.#strongest, txPower);
    this.#keenest = Math.min(this.#keenest, sensitivity);
    this.channels.listeners.cover(this.#propagation.range(this.#strongest, this.#keenest));
  }
}

/** What has a place on the air. */
export abstract class Placed {
  /** @internal */
  protected abstract readonly medium: Medium;
  /** @internal */
  protected abstract readonly station: Station;

  /** Where it is now, in metres. */
  get position(): Position {
    return this.medium.position(this.station);
  }

  /** Puts it there at once; metres. @throws PhoneKeyError `usage.invalid` */
  moveTo(x: number, y: number): void {
    check('the place', { x, y }, PLACE);
    this.medium.move(this.station, { x, y });
  }

  /**
   * Sets it walking there in a straight line.
   * @param speed metres in a second, 0.001 to 1000
   * @throws PhoneKeyError `usage.invalid`
   */
  walkTo(to: Position, speed: number): void {
    check('the place', to, SOME_PLACE);
    check('the speed', speed, SPEED);
    this.medium.walk(this.station, to, speed);
  }
}

/** Whole numbers of 32 bits. Drawn by the block, as there are many. */
const integers = (random: Random): (() => number) => {
  let block = viewOf(new Uint8Array());
  let used = 0;
  return () => {
    if (used === block.byteLength) {
      block = viewOf(random(RANDOM_BLOCK_BYTES));
      used = 0;
    }
    const value = block.getUint32(used, true);
    used += 4;
    return value;
  };
};

const checkLinks = (station: Station): void => {
  for (const link of [...station.links]) link.check();
};
