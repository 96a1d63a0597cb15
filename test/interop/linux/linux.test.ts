import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openWindow } from '../../../testing/open-window.js';
import { loadBleno, loadNoble } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { systemClock } from '../../../lib/platform/clock.js';
import type { CarConnection } from '../../../lib/phone/connection.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/hci.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { encryptionChange, heard, remoteFeatures } from './heard.js';
import { requireGuest } from './qemu.js';
import { World } from './world.js';
import type { KeyOptions } from './world.js';

/** For one test on a machine that is busy; a quarter of it is usual. */
const LIMIT_MS = 280_000;

const describeIf = requireGuest() ? describe : describe.skip;

describeIf('Linux as the host, over H4/TCP and /dev/vhci', () => {
  let world: World | undefined;
  let panics = 0;

  afterAll(() => world?.close());

  const attempt = async (body: (world: World) => Promise<void>): Promise<void> => {
    if (world === undefined) {
      world = new World();
      await world.open();
    }
    const limit = once(AbortSignal.timeout(LIMIT_MS), 'abort').then(() => {
      throw new Error('it takes too long');
    });
    await Promise.race([body(world), world.guest.ended, limit]);
    expect(await world.complaints()).toEqual([]);
  };

  /** One guest serves all tests. A panic of its kernel is forgiven once; nothing else is. */
  const scenario = (name: string, body: (world: World) => Promise<void>): void => {
    const test = async (): Promise<void> => {
      try {
        await attempt(body);
      } catch (error) {
        const last = world?.guest.transcript.slice(-20).map((line) => line.slice(0, 500));
        console.warn(last?.join('\n'));
        if (world?.guest.panicked !== true || ++panics > 1) throw error;
        console.warn('once more, after a panic of the guest:', error);
        await world.close();
        world = undefined;
        await attempt(body);
      }
    };
    it(name, test, 3 * LIMIT_MS);
  };

  scenario('BlueZ sees our controller, turns it on, and its scan finds our car', async (world) => {
    const { address } = world.controllers.scanner;
    const { car, at } = await startCar(world);
    try {
      const scanner = await world.attach('scanner');
      const info = await world.btmgmt(scanner, 'info');
      expect(info).toContain(`addr ${address.toUpperCase()} `);
      expect(info).toMatch(/supported settings: powered .*\ble\b/);
      expect(await world.btmgmt(scanner, 'power', 'on')).toMatch(/complete, settings: powered /);
      const find = world.startBtmgmt(scanner);
      find.write('find -l\n');
      await find.until(new RegExp(`dev_found: ${at.toUpperCase()} type LE Public rssi -\\d`));
      await find.stop('SIGTERM');
    } finally {
      await car.stop();
    }
  });

  scenario('a phone on noble unlocks a car on bleno; without the car it cannot', async (world) => {
    const inCar = { adapter: await world.attachUp('car'), home: 'garage' };
    const phone = { adapter: await world.attachUp('phone'), home: 'garage' };
    const car = world.startKey(['car', 'start'], inCar);
    await car.until(/"type":"ready"/);
    await world.key(['car', 'tap', 'console', '--pair'], inCar);
    const code = String((await world.key(['car', 'screen'], inCar))['code']);
    await pairAndUnlock(world, phone, code);
    expect(await car.stop('SIGTERM')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/"type":"unlocked","by":\{"slot":0,/),
    });

    for (const args of [['unlock'], ['status'], ['pair', '--code', '-']]) {
      const running = world.startKey(['--timeout', '3', ...args], { ...phone, input: code });
      expect(await running.finished).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringContaining('"code":"car.not-found"'),
      });
    }
  });

  scenario(
    'a phone on noble unlocks a car whose host is ours, over the user channel',
    async (world) => {
      const adapter = await world.attach('userChannelCar');
      const phone = { adapter: await world.attachUp('phone'), home: 'carport' };
      const inCar = { adapter, home: 'carport' };
      const car = world.startKey(['car', 'start', '--stack', 'hci'], inCar);
      await car.until(/"type":"ready"/);
      await world.key(['car', 'tap', 'console', '--pair'], inCar);
      const code = String((await world.key(['car', 'screen'], inCar))['code']);
      await pairAndUnlock(world, phone, code);
      expect(await car.stop('SIGTERM')).toMatchObject({ code: 0 });
    },
  );

  scenario(
    'a phone on noble gets the third link of a car whose host is ours, on a virtual controller',
    async (world) => {
      const { street } = world;
      const { car } = await startCar(world, 'our own host');
      const others: PhoneKey[] = [];
      try {
        const phone = { adapter: await world.attachUp('passerBy'), home: 'corner' };
        await pairAndUnlock(world, phone, await openWindow(car));
        const connections: CarConnection[] = [];
        for (const name of ['one', 'other']) {
          const load = async () => loadNoble(street.controller());
          const central = await openNobleCentral({ load, clock: systemClock });
          const other = new PhoneKey({ central, store: new MemoryCarStore(), name });
          others.push(other);
          await other.pair({ code: await openWindow(car) });
          const connection = await other.connect();
          await connection.status(); // proves itself: the car keeps nobody else for long
          connections.push(connection);
        }
        expect(await world.key(['lock'], phone)).toMatchObject({ command: 'lock', ok: true });
        for (const connection of connections) {
          expect(await connection.status()).toMatchObject({ locked: true });
        }
      } finally {
        for (const other of others) await other.close();
        await car.stop();
      }
    },
  );

  scenario(
    'a phone on noble unlocks a car whose bleno is on a virtual controller',
    async (world) => {
      const { car } = await startCar(world);
      try {
        const phone = { adapter: await world.attachUp('passerBy'), home: 'street' };
        const code = await openWindow(car);
        expect(await car.control.status()).toMatchObject({ locked: true });
        await pairAndUnlock(world, phone, code);
        expect(await car.control.status()).toMatchObject({ locked: false });
      } finally {
        await car.stop();
      }
    },
  );

  scenario(
    'the kernel pairs two adapters, and encrypts with the key that both have',
    async (world) => {
      const { left, right } = world.controllers;
      const encrypted = [heard(left, encryptionChange), heard(right, encryptionChange)] as const;
      const linked = heard(right, remoteFeatures);
      const central = await world.attach('left');
      const peripheral = await world.attach('right');
      for (const adapter of [central, peripheral]) {
        for (const setting of ['bondable', 'sc', 'connectable', 'power']) {
          await world.btmgmt(adapter, setting, 'on');
        }
      }
      await world.btmgmt(peripheral, 'advertising', 'on');

      const accepting = world.startBtmgmt(peripheral);
      const pairing = world.startBtmgmt(central);
      pairing.write(`pair -c 3 -t 1 ${right.address}\n`);
      await linked();
      for (const side of [accepting, pairing]) {
        await side.until(/User Confirm/);
        side.write('yes\n');
      }
      await pairing.until(/Paired with .* \(LE Public\)/);
      for (const side of encrypted) expect(await side()).toEqual({ status: 0x00, on: 1 });
      for (const side of [accepting, pairing]) await side.until(/disconnected/);

      // Both kept the key: a channel that asks for encryption gets it, and is refused as nobody serves it.
      await world.advertiseAgain(peripheral);
      const channel = ['l2test', '-n', '-i', `hci${central}`, '-P', '128', '-V', 'le_public', '-E'];
      const { stderr } = await world.guest.run([...channel, right.address]);
      expect(stderr).toMatch(/Connection refused/);
      await linked();
      for (const side of encrypted) expect(await side()).toEqual({ status: 0x00, on: 1 });

      // The peripheral forgot it: asked for security, the central starts encryption with it in vain.
      accepting.write(`unpair -t 1 ${left.address}\n`);
      await accepting.until(/unpaired/);
      await world.advertiseAgain(peripheral);
      pairing.write(`add-device -a 2 -t 1 ${right.address}\n`);
      await linked();
      await world.settle(peripheral); // before, it has no security to ask for
      accepting.write(`pair -c 3 -t 1 ${left.address}\n`);
      expect(await encrypted[0]()).toEqual({ status: 0x06, on: 0 });

      await world.btmgmt(central, 'remove-device', '-t', '1', right.address);
      for (const tool of [accepting, pairing]) await tool.stop('SIGTERM');
    },
  );
});

/** A car on a virtual controller, in this process, and the address of that. */
const startCar = async (
  { street }: World,
  stack: 'bleno' | 'our own host' = 'bleno',
): Promise<{ car: SimulatedCar; at: string }> => {
  const controller = street.controller({ peripheralLinks: 3 });
  const clock = systemClock;
  const peripheral =
    stack === 'bleno'
      ? await openBlenoPeripheral({ clock, load: async () => loadBleno(controller) })
      : await openHciPeripheral({ clock, load: async () => controller });
  const car = await SimulatedCar.start({ name: 'street car', peripheral });
  return { car, at: controller.address };
};

/** Pairs with the code, unlocks, and has the car say that it is unlocked. */
const pairAndUnlock = async (world: World, phone: KeyOptions, code: string): Promise<void> => {
  const paired = await world.key(['pair', '--code', '-'], { ...phone, input: code });
  expect(paired).toMatchObject({ role: 'owner', slot: 0 });
  expect(await world.key(['unlock'], phone)).toMatchObject({ command: 'unlock', ok: true });
  expect(await world.key(['status'], phone)).toMatchObject({ locked: false });
};
