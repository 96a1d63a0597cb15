import { openWindow } from '../../../testing/open-window.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarEvent } from '../../../firmware-sim/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import type { ShareOptions } from '../../../lib/phone/sharing.js';
import type { Role } from '../../../lib/domain/roles.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { Car } from '../../../lib/phone/car.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Central } from '../../../lib/radio/types.js';
import { withTime } from '../../support/waiting.js';
import { cheapSuite } from '../../support/cheap-suite.js';

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** When every story begins, in seconds since 1970. */
const BEGIN = 1_800_000_000;

/** A phone near the car, whoever has it. */
export interface Phone {
  readonly key: PhoneKey;
  readonly store: MemoryCarStore;
  readonly name: string;
}

/** What a person sees happen: `done`, or the words of the refusal. */
export type Seen = string;

/** A whole car and whole phones on one radio and one clock, by which the dates go too. */
export class Street {
  readonly clock = new SimClock();
  readonly events: CarEvent[] = [];
  readonly radio = new MemoryRadio({ clock: this.clock });
  readonly #random = seededRandom('street');
  #car: SimulatedCar | undefined;

  static async open(): Promise<Street> {
    const street = new Street();
    street.#car = await SimulatedCar.start({
      name: 'Blue',
      peripheral: street.radio.peripheral(),
      suite: cheapSuite,
      clock: street.clock,
      wallTime: street.#wallTime,
      random: street.#random,
      onEvent: (event) => street.events.push(event),
    });
    return street;
  }

  get control(): SimulatedCar['control'] {
    if (this.#car === undefined) throw new Error('the street has no car');
    return this.#car.control;
  }

  async close(): Promise<void> {
    await this.#car?.stop();
  }

  /** Seconds since 1970. */
  now(): number {
    return Math.floor(this.#wallTime() / 1000);
  }

  /** @param through what stands between the phone and its radio */
  phone(
    name: string,
    through = (central: Central): Central => central,
    store = new MemoryCarStore(),
  ): Phone {
    const key = new PhoneKey({
      central: through(this.radio.central()),
      store,
      name,
      suite: cheapSuite,
      clock: this.clock,
      wallTime: this.#wallTime,
      random: this.#random,
    });
    return { key, store, name };
  }

  /** The same phone once more, as it is now: a backup of it. */
  async copy({ store, name }: Phone): Promise<Phone> {
    const copied = this.phone(name);
    for (const car of await store.list()) await copied.store.add(car);
    return copied;
  }

  /** Lets time pass: nobody is near the car. */
  pass(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1000);
  }

  /** What a phone does with the car, however long it takes by the clock. */
  run<T>(work: Promise<T>): Promise<T> {
    return withTime(this.clock, work);
  }

  /** Somebody with the card pairs a phone at the car. */
  async pair(name: string, role?: Role, through?: (central: Central) => Central): Promise<Phone> {
    const phone = this.phone(name, through);
    await this.enrol(phone, role);
    return phone;
  }

  /** As `pair`, of a phone that is there. */
  async enrol({ key }: Phone, role: Role = 'driver'): Promise<Car> {
    return this.run(key.pair({ code: await openWindow(this, role) }));
  }

  /** One phone shares, another one accepts; the car hears nothing of it. */
  async share(from: Phone, name: string, options: Partial<ShareOptions> = {}): Promise<Phone> {
    const phone = this.phone(name);
    await this.grant(from, phone, options);
    return phone;
  }

  /** For a phone that may have a key already. */
  async grant(from: Phone, to: Phone, options: Partial<ShareOptions> = {}): Promise<void> {
    const [known] = await to.key.ring.cars();
    const offer = await to.key.ring.offer(known === undefined ? {} : { car: known.name });
    const { uri } = await this.run(from.key.ring.share({ to: offer, name: to.name, ...options }));
    await to.key.ring.accept(uri);
  }

  /** What comes of it, in the words that the person reads. */
  async see(work: Promise<unknown>): Promise<Seen> {
    try {
      await this.run(work);
      return 'done';
    } catch (error) {
      if (error instanceof PhoneKeyError) return error.message;
      throw error;
    }
  }

  unlock({ key }: Phone): Promise<Seen> {
    return this.see(key.unlock());
  }

  start({ key }: Phone): Promise<Seen> {
    return this.see(key.start());
  }

  /** Slot of a key in the car, by the name that its phone gave. */
  async slot(name: string): Promise<number> {
    const { keys } = await this.control.status();
    const key = keys.find((each) => each.name === name);
    if (key === undefined) throw new Error(`the car has no key of ${name}`);
    return key.slot;
  }

  readonly #wallTime = (): number => BEGIN * 1000 + this.clock.now();
}

/** Of a key that is suspended, or one that was removed and shows its grant again. */
export const SUSPENDED = 'this key is suspended or revoked';
/** Of a key that was removed, and shows the grant that it had. */
export const VOID =
  'this grant was signed before its key, or the owner who signed it, was removed, or before an owner made a fresh start';
/** Of a key that the car does not have, and to which it tells no more than to anybody. */
export const UNKNOWN = 'the car does not accept the key of this phone';
export const EXPIRED = 'this key has expired';
export const LEASE_OVER =
  'the car has not heard from its owner for too long; this key unlocks, but does not drive';
