import type { AirSighting, VirtualAir } from '../../air/index.js';
import type { Tap } from '../../cli/air/watch.js';

/** What happens on an air in this process from now on; controllers that are there already are not heard. */
export const tapAir = (air: VirtualAir): Tap => {
  const queue: AirSighting[] = [];
  let stopped = false;
  let wake: () => void = () => undefined;
  const push = (sighting: AirSighting): void => {
    queue.push(sighting);
    wake();
  };
  let next = 0;
  const make = air.controller.bind(air);
  air.controller = (options) => {
    const controller = make(options);
    const index = next++;
    const { address, label } = controller;
    const device = { index, address, label };
    push({ type: 'came', device, time: Date.now() });
    const send = controller.send.bind(controller);
    controller.send = (packet) => {
      const record = { time: Date.now(), index, packet: Buffer.from(packet) };
      push({ type: 'record', record: { ...record, direction: 'sent' } });
      send(packet);
    };
    controller.onPacket((packet) => {
      const record = { time: Date.now(), index, packet };
      push({ type: 'record', record: { ...record, direction: 'received' } });
    });
    controller.onClose(() => {
      push({ type: 'left', device, time: Date.now() });
    });
    return controller;
  };
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
      wake();
    },
  };
};
