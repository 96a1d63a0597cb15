import { SimulatedCar } from '../firmware-sim/car.js';
import type { CarEvent } from '../firmware-sim/events.js';
import { ROLES } from '../lib/domain/roles.js';
import type { Role } from '../lib/domain/roles.js';
import type { PhoneKeyOptions } from '../lib/phone/environment.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { checkOptions, clock as isClock, listOf, oneOf, text } from '../lib/platform/check.js';
import { systemWallTime } from '../lib/platform/clock.js';
import type { Clock } from '../lib/platform/clock.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { SimClock } from '../lib/platform/sim-clock.js';
import { MemoryRadio } from '../lib/radio/memory.js';
import { openWindow } from './open-window.js';
import { rememberedScrypt as suite } from './remembered-scrypt.js';

/** What a test may ask for. */
export interface TestCarOptions<C extends Clock = SimClock> {
  /** Of the car, 1 to 32 bytes of UTF-8 (default `Test car`). */
  readonly name?: string;
  /** What the phones may do that are paired when it is ready, in this order (default: one owner). */
  readonly phones?: readonly Role[];
  /** Of the radio, the car and the phones (default: a SimClock, which stands still); `systemClock` for real time. */
  readonly clock?: C;
  /** From which all keys and codes follow, so that they are the same in every run (default `phonekey`). */
  readonly seed?: string;
}

/** A car and the phones that are its keys, in this process, without a radio. Its parts may be taken one by one. */
export interface TestCar<C extends Clock = SimClock> extends AsyncDisposable {
  /** That all of them have; `radio.links` are for tests that break one. */
  readonly radio: MemoryRadio;
  /** What waits for time, as a call that times out does, goes on when this is moved: `clock.until(...)`. */
  readonly clock: C;
  /** The car; `car.control` is the person beside it. */
  readonly car: SimulatedCar;
  /** The radio's id of the car: with it `phone.pair({ code, id })` need not look around, which takes time. */
  readonly id: string;
  /** What the car told of itself, the oldest first. */
  readonly events: readonly CarEvent[];
  /** The first of `phones`. */
  readonly phone: PhoneKey;
  /** Those that were asked for, in that order. */
  readonly phones: readonly PhoneKey[];
  /** The first owner: one of `phones`, or, where none of them is to be an owner, one more. */
  readonly owner: PhoneKey;
  /** Milliseconds since 1970, for the dates of grants: with a SimClock 15 January 2027, 8:00 UTC, and what it was moved by. */
  readonly wallTime: () => number;
  /** A phone that is not paired. @param options in place of those that it shares with the others */
  readonly newPhone: (options?: Partial<PhoneKeyOptions>) => PhoneKey;
  /**
   * Taps the key card, and has the phone pair with the code on the car's screen.
   * @param role of its key (default `owner`)
   * @throws PhoneKeyError as `PhoneKey.pair`, `sim.refused`
   */
  readonly pair: (phone: PhoneKey, role?: Role) => Promise<void>;
  /** Stops the car and closes all radios. Twice is allowed. */
  readonly close: () => Promise<void>;
}

const RULES = { name: text, phones: listOf(oneOf(ROLES)), clock: isClock, seed: text };

/** When a SimClock begins, in milliseconds since 1970. */
const BEGIN_MS = 1_800_000_000_000;

/**
 * Starts a simulated car with phones that have paired with it, as people do: by card and code, with the real
 * cryptography. Its keys follow from the seed: they are worth nothing outside tests.
 * @throws PhoneKeyError `usage.invalid` for an impossible name
 */
export async function startTestCar(options?: TestCarOptions): Promise<TestCar>;
export async function startTestCar<C extends Clock>(
  options: TestCarOptions<C> & { readonly clock: C },
): Promise<TestCar<C>>;
export async function startTestCar(options: TestCarOptions<Clock> = {}): Promise<TestCar<Clock>> {
  checkOptions(options, RULES);
  const { name = 'Test car', phones: roles = ['owner'], seed = 'phonekey' } = options;
  const { clock = new SimClock() } = options;
  const wallTime =
    clock instanceof SimClock ? (): number => BEGIN_MS + clock.now() : systemWallTime;
  const radio = new MemoryRadio({ clock });
  const events: CarEvent[] = [];
  const peripheral = radio.peripheral();
  const { id } = peripheral;
  const car = await SimulatedCar.start({
    name,
    peripheral,
    clock,
    wallTime,
    suite,
    random: seededRandom(`${seed}/car`),
    onEvent: (event) => events.push(event),
  });
  const close = async (): Promise<void> => {
    await car.stop();
    await radio.close();
  };
  let made = 0;
  const newPhone = (own: Partial<PhoneKeyOptions> = {}): PhoneKey => {
    const title = `phone ${String(++made)}`;
    const random = seededRandom(`${seed}/${title}`);
    const [central, store] = [radio.central(), new MemoryCarStore()];
    return new PhoneKey({ name: title, central, store, clock, wallTime, suite, random, ...own });
  };
  const pair = async (phone: PhoneKey, role: Role = 'owner'): Promise<void> => {
    await phone.pair({ code: await openWindow(car, role), id });
  };
  const paired = async (role: Role): Promise<PhoneKey> => {
    const phone = newPhone();
    await pair(phone, role);
    return phone;
  };
  try {
    // A car without an owner makes whoever comes first one.
    const owner = await paired('owner');
    const phones: PhoneKey[] = [];
    for (const role of roles) {
      const isOwner = role === 'owner' && !phones.includes(owner);
      phones.push(isOwner ? owner : await paired(role));
    }
    const [phone = owner] = phones;
    const parts = { radio, clock, car, id, events, phone, phones, owner };
    return { ...parts, wallTime, newPhone, pair, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
