import { PhoneKeyError } from '../errors.js';
import type { Refusal } from '../domain/refusals.js';
import { callback, check, checkOptions, oneOf, text } from '../platform/check.js';
import { pause } from '../platform/clock.js';
import { isThroughCloud, throughCloud } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { attempt, failedBy } from './attempt.js';
import type { Tried, Work } from './attempt.js';
import { calledBack } from './boundary.js';
import { Candidates } from './candidates.js';
import { carsNamed, invalid } from './choose.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { HeardCar } from './finder.js';
import { race } from './race.js';
import { goOn } from './reconcile.js';
import type { PairedCar } from './store.js';
import { endOf, reportOf } from './way-report.js';
import type { WayReport } from './way-report.js';
import { orderOf, VIAS } from './ways.js';
import type { ViaOption, Way } from './ways.js';
import { Wishes } from './wishes.js';
import type { WishesBy } from './wishes.js';

/** Of a call for which a car has to be found first. */
export interface CarCallOptions extends CallOptions {
  /** Name of the paired car; without it, the nearest of the cars this phone has a key for. */
  readonly car?: string | undefined;
  /** Those cars, for who has read them just now; without them, the store is read. */
  readonly cars?: readonly PairedCar[] | undefined;
  /**
   * Over which way `unlock`, `lock`, `start`, `trunk`, `frunk` and `status` go (default: `auto` where there is a
   * cloud, else `ble`): over Bluetooth alone; over Bluetooth first, and 1.5 s later through the cloud, too; or through
   * the cloud first, and 0.8 s later over Bluetooth, too. A way that fails gives the other its turn at once. What the
   * car answers first counts; it does nothing twice. All else goes over Bluetooth.
   */
  readonly via?: ViaOption | undefined;
  /** Is told, before such a call ends, which way it took and why not another. */
  readonly onWay?: ((report: WayReport) => void) | undefined;
}

/**
 * After how many milliseconds without a link the car may well do what it refused: it found the grant of this phone
 * dated a little ahead, or keeps its links for others (docs/PROTOCOL.md, sections 8 and 5).
 */
const AGAIN_MS: Partial<Record<Refusal, number>> = { 'dated-ahead': 1_000, busy: 5_000 };
/** What a car may do a little later is asked for again so often. */
const MOST_AGAIN = 2;
/** Asking takes no longer, in milliseconds. */
const ASKING_MS = 1_000;
/** What was read of a car so long ago, in milliseconds, is read again for a command that acts. */
const OLD_MS = 5_000;

/** A neighbour's car is as strange as one that was reset: nobody can tell which it is. */
const notHeard = (strangers = 0): PhoneKeyError => {
  if (strangers === 0) return new PhoneKeyError('car.not-found', 'the car was not heard');
  const others = strangers === 1 ? 'a car is' : `${String(strangers)} cars are`;
  return new PhoneKeyError(
    'car.not-found',
    `the car was not heard; ${others} near that this phone has no key for`,
    {
      hint: 'Go closer to the car. Where it was reset, it has forgotten this phone and has another identity. Pair it anew.',
    },
  );
};

const notConnected = (): PhoneKeyError =>
  new PhoneKeyError(
    'cloud.car-offline',
    'the car is not connected to the cloud, or not of this account',
  );

/** The cars of which one is wanted: that of a name, or any. */
export const wantedOf = async (
  { store }: Pick<PhoneEnvironment, 'store'>,
  { car: name, cars }: CarCallOptions,
): Promise<{ readonly known: readonly PairedCar[]; readonly wanted: readonly PairedCar[] }> => {
  check('car', name, text);
  const known = cars ?? (await store.list());
  return { known, wanted: carsNamed(known, name) };
};

/** Who may be one of the cars that are wanted, over the radio of this environment. */
export const candidatesFor = (
  environment: PhoneEnvironment,
  { known, wanted }: Awaited<ReturnType<typeof wantedOf>>,
  deadline: Deadline,
): Candidates => {
  const wants = ({ car }: HeardCar): boolean => car !== undefined && wanted.includes(car);
  const first = wanted.length === 1;
  const notFound = isThroughCloud(environment) ? notConnected : notHeard;
  return new Candidates(environment, known, { wants, first, notFound }, deadline);
};

/**
 * One call, from finding the car to what it answered; one timeout for all of it.
 * @param anyWay over the ways that the options say; otherwise over Bluetooth
 */
export const callCar = async <T>(
  environment: PhoneEnvironment,
  options: CarCallOptions,
  work: Work<T>,
  anyWay: boolean,
): Promise<T> => {
  const { clock } = environment;
  const deadline = Deadline.of(clock, options);
  checkOptions(options, { via: oneOf(VIAS), onWay: callback });
  let cars = await wantedOf(environment, options);
  const { order, barred } = waysFor(environment, options, anyWay, cars.wanted);
  const wishes = new Wishes(environment);
  const readAt = clock.now();
  let overWay = waysTo(environment, cars, deadline);
  let again = 0;
  let others: number | undefined;
  let refused: (() => T) | undefined;
  for (;;) {
    const { by, tried } = await race(clock, order, async (way, events, off) => {
      const { radio, candidates } = overWay(way);
      const time = order.length === 1 ? deadline : deadline.unless(off);
      const wishesBy = (): WishesBy => {
        if (way === 'cloud') return 'written';
        return clock.now() - readAt > OLD_MS ? 'read' : 'known';
      };
      return attempt(radio, candidates, work, time, { wishes, wishesBy, ...events });
    });
    const isOpen = wishes.open;
    await wishes.settle();
    const how = endOf(by, tried, isOpen);
    const finish = async (end: () => T): Promise<T> => {
      const { onWay } = options;
      if (onWay) await calledBack(() => onWay(reportOf(order, by, tried, barred)));
      return end();
    };

    const { last, car } = how;
    const againMs = last?.refusal && AGAIN_MS[last.refusal];
    const leftMs = Math.min(deadline.timeoutMs, deadline.wishMs);
    if (againMs !== undefined && again < MOST_AGAIN && leftMs > againMs + ASKING_MS) {
      again += 1;
      await deadline.race(pause(clock, againMs), notHeard);
      continue;
    }
    const { failure } = how;
    const isUnknown = failure instanceof PhoneKeyError && failure.code === 'car.not-recognised';
    others ??= car?.otherGrants?.length ?? 0;
    const other =
      car !== undefined &&
      last !== undefined &&
      (isUnknown || last.refusal !== undefined) &&
      others-- > 0
        ? await goOn(environment, car, last.refusal, last.command)
        : undefined;
    // A refusal says more than that the car knows nothing of another grant.
    if (other === undefined) return finish(isUnknown && refused !== undefined ? refused : how.end);
    if (!isUnknown) refused = how.end;
    cars = { known: [other], wanted: [other] };
    overWay = waysTo(environment, cars, deadline);
  }
};

/** A way has a radio of its own, and knows with whom it did not work. */
const waysTo = (
  environment: PhoneEnvironment,
  cars: Awaited<ReturnType<typeof wantedOf>>,
  deadline: Deadline,
) => {
  const radios: Record<Way, PhoneEnvironment> = {
    ble: environment,
    cloud: throughCloud(environment),
  };
  const candidates: Partial<Record<Way, Candidates>> = {};
  return (way: Way) => ({
    radio: radios[way],
    candidates: (candidates[way] ??= candidatesFor(radios[way], cars, deadline)),
  });
};

/** Over which ways a call goes, and why over another that was asked for it cannot. */
const waysFor = (
  { cloud }: PhoneEnvironment,
  { via }: CarCallOptions,
  anyWay: boolean,
  wanted: readonly PairedCar[],
): { readonly order: readonly Way[]; readonly barred?: Tried<never> } => {
  if (!anyWay) {
    if (via === 'cloud') throw invalid('this goes over Bluetooth alone');
    return { order: ['ble'] };
  }
  if (cloud === undefined) {
    if (via === 'cloud') throw invalid('this phone has no cloud', 'Give it one, or use Bluetooth.');
    return { order: ['ble'] };
  }
  const order = orderOf(via ?? 'auto');
  if (order.length === 1 || wanted.length === 1) return { order };
  // Over Bluetooth it is the nearest; from afar none is.
  const several = invalid('this phone knows several cars', 'Say which one, by its name.');
  return { order: ['ble'], barred: failedBy(several) };
};
