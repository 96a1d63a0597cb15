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
});
