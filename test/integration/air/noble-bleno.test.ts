import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { connect, next, startCentral, startPeripheral } from './support/hosts.js';

let air: VirtualAir;

beforeEach(() => {
  air = new VirtualAir({ seed: 'noble and bleno' });
});

afterEach(() => {
  air.close();
});

describe('noble and bleno on one air', () => {
  it('scan, connect, agree on MTU 256, write, notify and read RSSI', async () => {
    const car = await startPeripheral(air.controller(), 'car');
    const phone = await startCentral(air.controller({ position: { x: 3, y: 4 } }));
    const peripheral = await phone.find('car');
    expect(peripheral.rssi).toBe(-74); // 59 + 22 * log10(5 m)
    const link = await connect(peripheral);
    expect(peripheral.mtu).toBe(256);
    expect(car.bleno.mtu).toBe(256);

    const large = Buffer.alloc(253, 7);
    await link.write.writeAsync(Buffer.from('with response'), false);
    await link.write.writeAsync(large, true);
    await car.received(2);
    expect(car.written).toEqual([
      { data: Buffer.from('with response'), withoutResponse: false },
      { data: large, withoutResponse: true },
    ]);

    await link.notify.subscribeAsync();
    await car.subscribed();
    const data = next<[Buffer, boolean]>(link.notify, 'data');
    car.notify(Buffer.alloc(250, 9));
    expect((await data)[0]).toEqual(Buffer.alloc(250, 9));

    expect(await peripheral.updateRssiAsync()).toBe(-74);
  });

  it('run two by two at the same time', async () => {
    const cars = await Promise.all(
      ['one', 'two'].map((name) => startPeripheral(air.controller(), name)),
    );
    const links = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const phone = await startCentral(air.controller({ position: { x: 2, y: 0 } }));
        const link = await connect(await phone.find(name));
        await link.notify.subscribeAsync();
        return link;
      }),
    );
    await Promise.all(cars.map((car) => car.subscribed()));
    await Promise.all(
      links.map(async ({ write }, index) => {
        for (let round = 0; round < 20; round++) {
          await write.writeAsync(Buffer.from([index, round]), false);
        }
      }),
    );
    for (const [index, car] of cars.entries()) {
      await car.received(20);
      expect(car.written.map(({ data }) => [...data])).toEqual(
        Array.from({ length: 20 }, (_, round) => [index, round]),
      );
    }
    const heard = links.map(({ notify }) => next<[Buffer, boolean]>(notify, 'data'));
    for (const [index, car] of cars.entries()) car.notify(Buffer.from([index]));
    expect((await Promise.all(heard)).map(([data]) => [...data])).toEqual([[0], [1]]);
  });

  it('have one phone with links to two cars', async () => {
    const cars = await Promise.all(
      ['one', 'two'].map((name) => startPeripheral(air.controller(), name)),
    );
    const phone = await startCentral(air.controller());
    const [one, two] = [await phone.find('one'), await phone.find('two')];
    const toOne = await connect(one);
    const toTwo = await connect(two);
    await toOne.write.writeAsync(Buffer.from('1'), false);
    await toTwo.write.writeAsync(Buffer.from('2'), false);
    expect(cars.map(({ written }) => written.map(({ data }) => data.toString()))).toEqual([
      ['1'],
      ['2'],
    ]);
  });

  it('work with a single buffer of 27 bytes', async () => {
    const aclBuffers = { length: 27, count: 1 };
    const car = await startPeripheral(air.controller({ aclBuffers }), 'car');
    const phone = await startCentral(air.controller({ aclBuffers }));
    const link = await connect(await phone.find('car'));
    expect(link.peripheral.mtu).toBe(256);
    await link.notify.subscribeAsync();
    await car.subscribed();
    const data = next<[Buffer, boolean]>(link.notify, 'data');
    await link.write.writeAsync(Buffer.alloc(253, 3), false);
    car.notify(Buffer.alloc(253, 5));
    expect((await data)[0]).toEqual(Buffer.alloc(253, 5));
    expect(car.written.map(({ data: written }) => written)).toEqual([Buffer.alloc(253, 3)]);
  });

  it('are disconnected by either side, and the car is found again', async () => {
    const car = await startPeripheral(air.controller(), 'car');
    const controller = air.controller();
    const phone = await startCentral(controller);
    const peripheral = await phone.find('car');
    for (const disconnect of [
      () => {
        peripheral.disconnect();
      },
      () => {
        car.bleno.disconnect();
      },
    ]) {
      await connect(peripheral);
      const atPhone = next<[number]>(peripheral, 'disconnect');
      const atCar = next<[string]>(car.bleno, 'disconnect');
      disconnect();
      expect(await atCar).toEqual([controller.address]);
      expect([0x13, 0x16]).toContain((await atPhone)[0]);
      phone.seen.clear();
      expect(await phone.find('car')).toBe(peripheral);
    }
  });

  it('lose their link when the phone walks away, and when the car is switched off', async () => {
    const carController = air.controller();
    const car = await startPeripheral(carController, 'car');
    const controller = air.controller();
    const phone = await startCentral(controller);
    const peripheral = await phone.find('car');
    await connect(peripheral);
    const lost = next<[number]>(peripheral, 'disconnect');
    const atCar = next<[string]>(car.bleno, 'disconnect');
    controller.moveTo(200, 0);
    expect(await lost).toEqual([0x08]);
    await atCar;
    controller.moveTo(2, 0);
    phone.seen.clear();
    await connect(await phone.find('car'));
    const again = next<[number]>(peripheral, 'disconnect');
    car.close();
    expect(await again).toEqual([0x08]);
  });

  it('do not find a car out of range until they are near', async () => {
    await startPeripheral(air.controller(), 'far');
    await startPeripheral(air.controller({ position: { x: 60, y: 0 } }), 'near');
    const controller = air.controller({ position: { x: 62, y: 0 } });
    const phone = await startCentral(controller);
    await phone.find('near');
    expect([...phone.seen.keys()]).toEqual(['near']);
    phone.seen.clear();
    controller.moveTo(2, 0);
    await phone.find('far');
    expect([...phone.seen.keys()]).toEqual(['far']);
  });
});

describe('what noble and bleno leave behind', () => {
  it('is no listener on the process', async () => {
    const count = (): number[] => ['SIGINT', 'exit'].map((event) => process.listenerCount(event));
    const before = count();
    await startPeripheral(air.controller(), 'car');
    await startCentral(air.controller());
    expect(count()).toEqual(before);
  });

  it('is no name of the computer', async () => {
    const car = await startPeripheral(air.controller(), 'car');
    const phone = await startCentral(air.controller());
    const { peripheral } = await connect(await phone.find('car'));
    const { characteristics } = await peripheral.discoverSomeServicesAndCharacteristicsAsync(
      ['1800'],
      ['2a00'],
    );
    expect((await characteristics[0]?.readAsync())?.toString()).toBe('phonekey');
    expect(car.bleno.state).toBe('poweredOn');
  });

  it('is the state poweredOff when the controller is gone', async () => {
    const car = await startPeripheral(air.controller(), 'car');
    const phone = await startCentral(air.controller());
    const states = [car.bleno, phone.noble].map((stack) => next<[string]>(stack, 'stateChange'));
    air.close();
    expect(await Promise.all(states)).toEqual([['poweredOff'], ['poweredOff']]);
  });
});
