import type { Logger } from '../lib/platform/logger.js';
import type { CarControl } from './control/car-control.js';
import { controlPath } from './control/path.js';
import { openControlDoor } from './control/server.js';
import { prepareHome } from './memory/home.js';
import { acquireLock } from './memory/lock.js';
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
  /** Opens the control door, until what it gives is called. @throws PhoneKeyError `sim.storage` */
  serve(home: string, control: CarControl, log: Logger): Promise<() => Promise<void>>;
}

/** `#car-homes` of package.json on Node. */
export const carHomes: CarHomes = {
  check: controlPath,
  async lock(home) {
    await prepareHome(home);
    const lock = await acquireLock(home);
    return () => lock.release();
  },
  openMemory: openHomeMemory,
  async serve(home, control, log) {
    const door = await openControlDoor(controlPath(home), control, log);
    return () => door.close();
  },
};
