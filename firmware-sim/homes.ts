import type { Logger } from '../lib/platform/logger.js';
import type { Opened } from '../local/rpc/server.js';
import type { CarControl } from './control/car-control.js';
import { controlPath } from './control/car-client.js';
import { carHandlers, openControlDoor } from './control/car-server.js';
import { lockHome } from './memory/home.js';
import type { CarEvent } from './events.js';
import type { CarReport } from './car-report.js';
import { openHomeMemory } from './memory/open.js';

export type CarHomes = typeof carHomes;

/** What a car does in its directory: `#car-homes` of package.json on Node. */
export const carHomes = {
  /** @throws PhoneKeyError `usage.invalid` where no car can have its home there */
  check: controlPath,
  lock: lockHome,
  openMemory: openHomeMemory,
  /**
   * Opens the control door, until what it gives is called.
   * @param watch the car as it is now, and from then on what happens
   * @throws PhoneKeyError `sim.storage`
   */
  serve: (
    home: string,
    control: CarControl,
    watch: () => Opened<CarReport, CarEvent>,
    log: Logger,
  ): Promise<() => Promise<void>> =>
    openControlDoor(controlPath(home), carHandlers(control, watch), log),
};
