import type { AirEvent, VirtualAir } from '../../air/index.js';
import type { HubTap } from '../../air/index.js';

/** What happens on an air in this process, to be iterated over. */
export const tapAir = (air: VirtualAir): HubTap => {
  const queue: AirEvent[] = [];
  let stopped = false;
  let wake: () => void = () => undefined;
  const untap = air.tap((event) => {
    queue.push(event);
    wake();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const event = queue.shift();
        if (event !== undefined) yield event;
        else if (stopped) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    stop() {
      untap();
      stopped = true;
      wake();
    },
  };
};
