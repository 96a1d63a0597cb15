import type { Logger } from '../lib/platform/logger.js';
import type { Opened } from '../local/rpc/server.js';
import type { CarControl } from './control/car-control.js';
import { controlPath } from './control/client.js';
import { carHandlers, openControlDoor } from './control/server.js';
import { lockHome } from './memory/home.js';
import type { CarEvent } from './events.js';
import type { CarReport } from './controller.js';
import type { Memory } from './memory/memory.js';
import { openHomeMemory } from './memory/open.js';
import type { MemoryKind } from './memory/open.js';

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
  /**
   * Opens the control door, until what it gives is called.
   * @param watch the car as it is now, and from then on what happens
   * @throws PhoneKeyError `sim.storage`
   */
  serve(
    home: string,
    control: CarControl,
    watch: () => Opened<CarReport, CarEvent>,
    log: Logger,
  ): Promise<() => Promise<void>>;
}

/** `#car-homes` of package.json on Node. */
export const carHomes: CarHomes = {
  check: controlPath,
  lock: lockHome,
  openMemory: openHomeMemory,
  serve: (home, control, watch, log) =>
    openControlDoor(controlPath(home), carHandlers(control, watch), log),
};
