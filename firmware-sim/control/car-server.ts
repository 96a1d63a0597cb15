import { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import { openDoor } from '../../local/rpc/door.js';
import { handleCall, handleStream } from '../../local/rpc/server.js';
import type { Handler, Opened } from '../../local/rpc/server.js';
import type { CarReport } from '../car-report.js';
import type { CarEvent } from '../events.js';
import { storageFault } from '../memory/memory.js';
import type { CarControl } from './car-control.js';
import { CAR } from './car-operations.js';

/** Who has asked for something, and is still there: watchers, above all. */
const MOST_CLIENTS = 32;

export const carHandlers = (
  car: CarControl,
  watch: () => Opened<CarReport, CarEvent>,
): Handler[] => [
  handleCall(CAR.status, () => car.status()),
  handleCall(CAR.screen, () => car.screen()),
  handleCall(CAR.tap, (tap) => car.tap(tap)),
  handleCall(CAR.handle, ({ door }) => car.pullHandle(door)),
  handleCall(CAR.open, ({ closure }) => car.open(closure)),
  handleCall(CAR.close, ({ closure }) => car.close(closure)),
  handleCall(CAR.drive, () => car.drive()),
  handleCall(CAR.park, () => car.park()),
  handleCall(CAR.remove, ({ slot, card }) => car.removeKey(slot, card)),
  handleCall(CAR.addCard, ({ name, card }) => car.addCard(name, card)),
  handleCall(CAR.clearPin, ({ card }) => car.clearPin(card)),
  handleCall(CAR.loseClock, () => car.loseClock()),
  handleCall(CAR.advanceClock, ({ seconds }) => car.advanceClock(seconds)),
  handleCall(CAR.setTime, ({ seconds, card }) => car.setTime(seconds, card)),
  handleCall(CAR.reset, () => car.reset()),
  handleStream(CAR.watch, watch),
];

/**
 * Opens the control door: JSON lines over a Unix socket that only its owner can reach, never over a
 * network. The caller holds the car's lock.
 * @param watch the car as it is now, and from then on what happens
 * @returns closes the door and whatever connection stands in it
 * @throws PhoneKeyError `sim.storage`
 */
export const openControlDoor = (
  path: string,
  car: CarControl,
  watch: () => Opened<CarReport, CarEvent>,
  log: Logger,
  clock: Clock = systemClock,
): Promise<() => Promise<void>> =>
  openDoor({
    path,
    handlers: carHandlers(car, watch),
    who: 'the car',
    most: MOST_CLIENTS,
    full: doorFull(),
    tooSlow: new PhoneKeyError('car.silent', 'more happens at the car than its watcher reads'),
    log,
    clock,
  }).catch(storageFault(`cannot open the control door ${path}`));

const doorFull = (): PhoneKeyError =>
  new PhoneKeyError(
    'sim.door-full',
    `the car's control door is full: ${String(MOST_CLIENTS)} programs are there`,
  );
