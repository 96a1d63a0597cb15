import { afterEach, describe, expect, it } from '@jest/globals';
import { hciSocketClass, VirtualAir } from '../../../air/index.js';
import { systemClock as clock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral, systemBleno } from '../../../lib/radio/bleno.js';
import { openNobleCentral, systemNoble } from '../../../lib/radio/noble.js';
import { hear } from './setup.js';

/*
 * The loaders for this machine's own adapter, with a virtual controller in the place of the native
 * socket: as far as one can get without hardware.
 */
const nodeModule = process.getBuiltinModule('module');
const internals = nodeModule as unknown as { _load: (...args: unknown[]) => unknown };
const require = nodeModule.createRequire(import.meta.url);
const realProcess = require('node:process') as NodeJS.Process;
const realLoad = internals._load;

const forgetStacks = (): void => {
  for (const id of Object.keys(require.cache)) {
    if (/[\\/]@abandonware[\\/](noble|bleno)[\\/]/.test(id)) {
      Reflect.deleteProperty(require.cache, id);
    }
  }
};

const withSocket = <T>(socket: unknown, load: () => Promise<T>) => {
  return async (): Promise<T> => {
    forgetStacks();
    internals._load = function (this: unknown, ...args) {
      return args[0] === '@abandonware/bluetooth-hci-socket' ? socket : realLoad.apply(this, args);
    };
    try {
      return await load();
    } finally {
      internals._load = realLoad;
    }
  };
};

const failing = (code: string, message: string) => {
  const error = Object.assign(new Error(message), { code });
  return {
    error,
    throws: (): never => {
      throw error;
    },
  };
};

afterEach(forgetStacks);

describe('the loaders of a real adapter', () => {
  it('give stacks that work, can be closed, and can be opened again', async () => {
    const air = new VirtualAir();
    const listeners = (): number[] =>
      ['exit', 'SIGINT'].map((event) => realProcess.listenerCount(event));
    const before = listeners();
    for (let round = 1; round <= 2; round++) {
      const [near, far] = [air.controller(), air.controller()];
      const peripheral = await openBlenoPeripheral({
        load: withSocket(hciSocketClass(near), systemBleno),
        clock,
      });
      const central = await openNobleCentral({
        load: withSocket(hciSocketClass(far), systemNoble),
        clock,
      });
      expect(realProcess.listenerCount('SIGINT')).toBe(before[1]);
      await peripheral.start({ info: Uint8Array.of(round), onLink: () => undefined });
      await peripheral.advertise(Uint8Array.of(round));
      const link = await central.connect(await hear(central));
      expect(await link.readInfo()).toEqual(Uint8Array.of(round));
      await central.close();
      await peripheral.close();
      expect(listeners()).toEqual(before);
      near.close();
      far.close();
    }
  });

  it('say what a kernel without Bluetooth is', async () => {
    const { throws } = failing('EAFNOSUPPORT', 'Address family not supported by protocol');
    class Socket {
      constructor() {
        throws();
      }
    }
    const expected = { code: 'radio.unavailable', hint: expect.stringContaining('kernel') };
    await expect(
      openNobleCentral({ load: withSocket(Socket, systemNoble), clock }),
    ).rejects.toMatchObject(expected);
    await expect(
      openBlenoPeripheral({ load: withSocket(Socket, systemBleno), clock }),
    ).rejects.toMatchObject(expected);
  });

  it('say that there is no adapter', async () => {
    const air = new VirtualAir();
    const { throws } = failing('ENODEV', 'ENODEV, No such device');
    class Socket extends hciSocketClass(air.controller()) {
      override bindRaw = throws;
    }
    const expected = { code: 'radio.unavailable', hint: expect.stringContaining('plug one in') };
    await expect(
      openNobleCentral({ load: withSocket(Socket, systemNoble), clock }),
    ).rejects.toMatchObject(expected);
    await expect(
      openBlenoPeripheral({ load: withSocket(Socket, systemBleno), clock }),
    ).rejects.toMatchObject(expected);
    air.close();
  });
});
