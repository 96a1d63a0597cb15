import { PhoneKeyError } from '../../lib/errors.js';
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
  handleCall(CAR.reset, ({ card }) => car.reset(card)),
  handleStream(CAR.watch, watch),
];

/**
 * Opens the control door, as `openDoor` does.
 * @param watch the car as it is now, and from then on what happens
 * @throws PhoneKeyError `sim.storage`
 */
export const openControlDoor = (
  path: string,
  car: CarControl,
  watch: () => Opened<CarReport, CarEvent>,
  log: Logger,
  clock?: Clock,
): Promise<() => Promise<void>> =>
  openDoor(path, {
    handlers: carHandlers(car, watch),
    who: 'car',
    tooSlow: new PhoneKeyError('car.silent', 'more happens at the car than its watcher reads'),
    log,
    clock,
  }).catch(storageFault(`cannot open the control door ${path}`));
