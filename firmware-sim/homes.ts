import type { Logger } from '../lib/platform/logger.js';
import type { Opened } from '../local/rpc/server.js';
import type { CarControl } from './control/car-control.js';
import { controlPath } from './control/client.js';
import { carHandlers, openControlDoor } from './control/server.js';
import { lockHome, prepareHome } from './memory/home.js';
import type { CarEvent } from './events.js';
import type { CarReport } from './controller.js';
import type { Memory } from './memory/memory.js';
import { openHomeMemory } from './memory/open.js';
import type { MemoryKind } from './memory/open.js';

/** A car as its control door has it. */
export interface ServedCar {
  readonly control: CarControl;
  /** The car as it is now, and from then on what happens. */
  watch(): Opened<CarReport, CarEvent>;
}

/** What a car does in its directory. */
export interface CarHomes {
  /** @throws PhoneKeyError `usage.invalid` where no car can have its home there */
  check(home: string): void;
  /**
   * Makes the directory and keeps others off it, until what it gives is called.
   * @throws PhoneKeyError `sim.storage`, `sim.already-running`
   */
  lock(home: string): Promise<() => Promise<void>>;
  openMemory(
    home: string,
    asked: MemoryKind | undefined,
    log: Logger,
  ): Promise<{ readonly memory: Memory; readonly close: () => void }>;
  /** Opens the control door, until what it gives is called. @throws PhoneKeyError `sim.storage` */
  serve(home: string, car: ServedCar, log: Logger): Promise<() => Promise<void>>;
}

/** `#car-homes` of package.json on Node. */
export const carHomes: CarHomes = {
  check: controlPath,
  async lock(home) {
    await prepareHome(home);
    const lock = await lockHome(home);
    return () => lock.release();
  },
  openMemory: openHomeMemory,
  async serve(home, car, log) {
    const handlers = carHandlers(car.control, () => car.watch());
    const door = await openControlDoor(controlPath(home), handlers, log);
    return () => door.close();
  },
};
