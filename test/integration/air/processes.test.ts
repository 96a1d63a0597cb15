import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectHub } from '../../../air/index.js';
import type { AirTransport } from '../../../air/index.js';
import { connect, next, startCentral } from './support/hosts.js';
import type { TestCentral } from './support/hosts.js';
import { endHubs, hubDirectory, startHost } from './support/processes.js';
import type { HostProcess } from './support/processes.js';

/** The hub is one process, each car is one, and the phone is this one or another one. */

let path: string;
let remove: () => void;
let hosts: HostProcess[];
let phones: TestCentral[];

const start = (role: string, name: string, x = '0'): HostProcess => {
  const host = startHost(role, path, name, x);
  hosts.push(host);
  return host;
};

const startPhone = async (x: number): Promise<[TestCentral, AirTransport]> => {
  const transport = await connectHub(path, { label: 'phone', position: { x, y: 0 } });
  const phone = await startCentral(transport);
  phones.push(phone);
  return [phone, transport];
};

beforeEach(() => {
  ({ path, remove } = hubDirectory());
  hosts = [];
  phones = [];
});

afterEach(async () => {
  for (const phone of phones) phone.close();
  for (const host of hosts) if (host.child.exitCode === null) await host.end('SIGKILL');
  await endHubs(path);
  remove();
});

describe('noble and bleno in processes of their own', () => {
  it('find each other through the hub and exchange data', async () => {
    await start('car', 'car').said('up');
    const [phone] = await startPhone(5);
    const peripheral = await phone.find('car');
    expect(peripheral.rssi).toBe(-74);
    const link = await connect(peripheral);
    expect(peripheral.mtu).toBe(256);
    await link.notify.subscribeAsync();
    for (const [length, withoutResponse] of [
      [20, false],
      [250, false],
      [250, true],
    ] as const) {
      const sent = Buffer.alloc(length, length);
      const echo = next<[Buffer, boolean]>(link.notify, 'data');
      await link.write.writeAsync(sent, withoutResponse);
      expect((await echo)[0]).toEqual(sent);
    }
    expect(await peripheral.updateRssiAsync()).toBe(-74);
  });

  it('are disconnected by either side', async () => {
    const car = start('car', 'car');
    await car.said('up');
    const [phone] = await startPhone(1);
    const peripheral = await phone.find('car');
    for (const byCar of [true, false]) {
      await connect(peripheral);
      await car.said('linked');
      const disconnected = next<[number]>(peripheral, 'disconnect');
      if (byCar) car.tell('disconnect');
      else peripheral.disconnect();
      expect(await disconnected).toEqual([byCar ? 0x13 : 0x16]);
      await car.said('unlinked');
      phone.seen.clear();
      await phone.find('car');
    }
  });

  it('lose their link when the phone is killed, and the car can be found again', async () => {
    const car = start('car', 'car');
    await car.said('up');
    const killed = start('phone', 'car', '3');
    await killed.said('linked');
    await car.said('linked');
    await killed.end('SIGKILL');
    await car.said('unlinked');
    const [phone] = await startPhone(2);
    await connect(await phone.find('car'));
    await car.said('linked');
  });

  it('lose their link when the car is killed, with reason 0x08', async () => {
    const car = start('car', 'car');
    await car.said('up');
    const [phone] = await startPhone(2);
    const peripheral = await phone.find('car');
    await connect(peripheral);
    const disconnected = next<[number]>(peripheral, 'disconnect');
    await car.end('SIGKILL');
    expect(await disconnected).toEqual([0x08]);
  });

  it('see and lose each other as they move', async () => {
    const far = start('car', 'far', '100');
    const near = start('car', 'near', '0');
    await Promise.all([far.said('up'), near.said('up')]);
    const [phone, transport] = await startPhone(3);
    const peripheral = await phone.find('near');
    expect([...phone.seen.keys()]).toEqual(['near']);
    await connect(peripheral);
    const disconnected = next<[number]>(peripheral, 'disconnect');
    transport.moveTo(97, 0);
    expect(await disconnected).toEqual([0x08]);
    phone.seen.clear();
    await phone.find('far');
    expect([...phone.seen.keys()]).toEqual(['far']);
  });

  it('learn that the radio is off when they are ended in order', async () => {
    const car = start('car', 'car');
    await car.said('up');
    const [phone] = await startPhone(1);
    await car.end();
    expect(car.child.exitCode).toBe(0);
    const off = next<[string]>(phone.noble, 'stateChange');
    phone.close();
    expect(await off).toEqual(['poweredOff']);
  });
});
