import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { withChange } from '../../../air/hub/control.js';
import type { AirChange, AirList } from '../../../air/hub/control.js';
import { HubOperations } from '../../../air/hub/hub-operations.js';
import { Places } from '../../../air/hub/places.js';
import { watchAir } from '../../../air/hub/watch.js';
import { setPositionCommand } from '../../../air/vendor.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { settle, TestHost } from './test-host.js';

let clock: SimClock;
let air: VirtualAir;
let operations: HubOperations;
let changes: AirChange[];
let list: AirList;
let stop: () => void;

const watch = (): void => {
  changes = [];
  const { first, start } = watchAir(air, operations, clock);
  list = first;
  stop = start((change) => {
    changes.push(change);
    list = withChange(list, change);
  });
};

beforeEach(() => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'watch', clock });
  const settings = { seed: 'watch', pace: 'instant', faults: null } as const;
  operations = new HubOperations(air, clock, new Places(clock), settings);
});

const join = async (label: string, x = 0): Promise<TestHost> => {
  const host = new TestHost(air.controller({ label, position: { x, y: 0 } }));
  await host.enableEvents();
  return host;
};

describe('a watch of the air', () => {
  it('tells who comes, advertises, is linked and leaves, and is silent otherwise', async () => {
    const car = await join('car');
    watch();
    expect(list).toEqual(operations.list());
    await clock.advance(10_000);
    expect(changes).toEqual([]);

    const phone = await join('phone', 1);
    await car.advertise();
    await clock.advance(50);
    expect(changes).toMatchObject([
      {
        devices: [
          { label: 'car', advertising: true },
          { label: 'phone', position: { x: 1, y: 0 } },
        ],
        left: [],
      },
    ]);
    phone.connect(car.controller);
    for (let turn = 0; turn < 5; turn++) await clock.advance(200);
    await settle();
    expect(list.devices).toMatchObject([{ links: [{ peer: 1 }] }, { links: [{ peer: 0 }] }]);

    const { length } = changes;
    phone.controller.close();
    for (let turn = 0; turn < 5; turn++) await clock.advance(2000);
    expect(changes.slice(length).flatMap(({ left }) => left)).toEqual([1]);
    expect(list).toEqual(operations.list());
    stop();
    car.controller.close();
    await clock.advance(10_000);
    expect(list.devices).toHaveLength(1);
  });

  it('tells when somebody is moved, sets out and is there, also who is away', async () => {
    const { controller } = await join('phone', 10);
    watch();
    controller.send(setPositionCommand(10, 1));
    await clock.advance(50);
    expect(changes.splice(0)).toMatchObject([{ devices: [{ position: { x: 10, y: 1 } }] }]);
    controller.send(setPositionCommand(10, 0));
    await clock.advance(50);
    changes.length = 0;
    const walk = { to: { x: 0, y: 0 }, speed: 2 };
    operations.move({ who: 'phone', ...walk });
    operations.move({ who: 'away', to: { x: 3, y: 0 }, beforehand: true });
    await clock.advance(50);
    expect(changes).toMatchObject([
      {
        devices: [{ label: 'phone', walk }],
        absent: [{ label: 'away', position: { x: 3, y: 0 }, walk: null }],
      },
    ]);
    await clock.advance(4900);
    expect(changes).toHaveLength(1);
    await clock.advance(200);
    expect(changes.slice(1)).toMatchObject([
      { devices: [{ label: 'phone', position: { x: 0, y: 0 }, walk: null }] },
    ]);
    operations.move({ who: 'away', ...walk });
    await clock.advance(2000);
    expect(changes.slice(2)).toMatchObject([
      { devices: [], absent: [{ walk }] },
      { devices: [], absent: [{ position: { x: 0, y: 0 }, walk: null }] },
    ]);
  });
});
