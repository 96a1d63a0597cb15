import { VirtualAir } from '../air/index.js';
import type { Position, SimCentral, SimPeripheral } from '../air/index.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { SimClock } from '../lib/platform/sim-clock.js';
import type { Advertisement, Link } from '../lib/radio/types.js';
import { nativeProfile } from '../lib/native/profile.js';
import { nativeAdvertising, nativeScan } from '../lib/native/advertisement.js';

/** Where stations are and walk to: a square whose side has so many metres. */
export interface Place {
  readonly corner: Position;
  readonly side: number;
}

/** As a parked car has time; bleno's default is 100. */
const ADVERTISING_INTERVAL_MS = 200;
/** Of a phone in a pocket: Android's low power mode. */
const SCAN = { intervalMs: 5120, windowMs: 512 };
const METRES_A_SECOND = 1.4;
/** A car that is heard at this strength, in dBm, is some five metres away: the phone connects. */
const NEAR = -75;
/** Afterwards the phone takes no interest in cars for this time, in milliseconds. */
const COOL_DOWN_MS = 60_000;
const CONNECT_TIMEOUT_MS = 4000;
/** As long as a Proof and a Result (docs/PROTOCOL.md). */
const ASKED = new Uint8Array(122);
const ANSWERED = new Uint8Array(22);

/**
 * Cars and phones on one air with virtual time. Cars advertise. Phones walk from one random place to the
 * next and scan; one that is near a car connects, writes, gets a notification and disconnects.
 */
export class Crowd {
  readonly clock = new SimClock();
  readonly counts = {
    /** Advertising events that a phone heard. */
    heard: 0,
    /** Links over which a phone got its answer. */
    connections: 0,
    /** Attempts and links that ended without one. */
    failures: 0,
    /** Whole ones, in both directions. */
    messages: 0,
  };
  readonly #air: VirtualAir;
  readonly #unit: () => number;

  constructor(
    seed: string,
    /** Sees whatever is counted, and when. */
    readonly trace: (what: keyof Crowd['counts'], who: string) => void = () => undefined,
  ) {
    this.#air = new VirtualAir({ pace: 'real', clock: this.clock, seed });
    const random = seededRandom(`${seed}/crowd`);
    this.#unit = () => Buffer.from(random(4)).readUInt32LE() / 2 ** 32;
  }

  async addCar(place: Place): Promise<SimPeripheral> {
    const car = this.#air.peripheral({
      position: this.#somewhere(place),
      advertisingIntervalMs: ADVERTISING_INTERVAL_MS,
    });
    await car.start([{ profile: nativeProfile, onLink: answer }]);
    await car.advertise([nativeAdvertising(new Uint8Array(9))]);
    return car;
  }

  addPhone(place: Place): SimCentral {
    const phone = this.#air.central({ position: this.#somewhere(place), scan: SCAN });
    this.#stroll(phone, place);
    let interested = false;
    const coolDown = (ms: number): void => {
      this.clock.after(ms, () => {
        interested = true;
      });
    };
    coolDown(this.#unit() * COOL_DOWN_MS); // lest all of them begin together
    const found = (car: Advertisement): void => {
      this.#count('heard', phone);
      if (!interested || car.rssi < NEAR) return;
      interested = false;
      void this.#visit(phone, car).then((answered) => {
        this.#count(answered ? 'connections' : 'failures', phone);
        coolDown(COOL_DOWN_MS);
      });
    };
    phone.scan([nativeScan], found, new AbortController().signal).catch(() => undefined); // until it is off
    return phone;
  }

  stop(): void {
    this.#air.close();
  }

  /** True when the phone got its answer. */
  async #visit(phone: SimCentral, car: Advertisement): Promise<boolean> {
    try {
      const link = await phone.connect(car, nativeProfile, { timeoutMs: CONNECT_TIMEOUT_MS });
      const answered = new Promise<boolean>((resolve, reject) => {
        const handlers = { data: () => resolve(true), closed: () => resolve(false) };
        link
          .open(handlers)
          .then(() => link.send(ASKED))
          .catch(reject);
      });
      const got = await answered;
      if (got) this.#count('messages', phone, 2);
      await link.close();
      return got;
    } catch {
      return false; // it walked on, or somebody else was faster
    }
  }

  /** To one random place after the other. */
  #stroll(phone: SimCentral, place: Place): void {
    const from = phone.position;
    const to = this.#somewhere(place);
    phone.walkTo(to, METRES_A_SECOND);
    const metres = Math.hypot(to.x - from.x, to.y - from.y);
    this.clock.after((metres / METRES_A_SECOND) * 1000, () => this.#stroll(phone, place));
  }

  #somewhere({ corner, side }: Place): Position {
    return { x: corner.x + this.#unit() * side, y: corner.y + this.#unit() * side };
  }

  #count(what: keyof Crowd['counts'], phone: SimCentral, by = 1): void {
    this.counts[what] += by;
    this.trace(what, phone.address);
  }
}

const answer = (link: Link): void => {
  void link.open({
    data: () => {
      link.send(ANSWERED).catch(() => undefined); // the phone is gone
    },
    closed: () => undefined,
  });
};
