import type { AirSighting, VirtualAir } from '../../air/index.js';
import type { Tap } from '../../cli/air/watch.js';

/** What happens on an air in this process from now on. */
export const tapAir = (air: VirtualAir): Tap => {
  const queue: AirSighting[] = [];
  let stopped = false;
  let wake: () => void = () => undefined;
  const unsubscribe = air.tap((sighting) => {
    queue.push(sighting);
    wake();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const sighting = queue.shift();
        if (sighting !== undefined) yield sighting;
        else if (stopped) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    stop() {
      stopped = true;
      unsubscribe();
      wake();
    },
  };
};
