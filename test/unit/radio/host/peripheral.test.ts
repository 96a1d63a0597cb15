import { describe, expect, it } from '@jest/globals';
import type { PhoneKeyError } from '../../../../lib/errors.js';
import { HardwareErrorEvent } from '../../../../lib/hci/events/general.js';
import { LeLongTermKeyRequest } from '../../../../lib/hci/events/links.js';
import { aclPacket } from '../../../../lib/hci/h4.js';
import { nativeAdvertising } from '../../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { openHciPeripheral } from '../../../../lib/radio/host/peripheral.js';
import type { HciPeripheralOptions } from '../../../../lib/radio/host/peripheral.js';
import { bytes } from '../../../support/hci-packets.js';
import { plainProfile } from '../../../support/plain-dialect.js';
import { ScriptedController, settle } from './scripted-controller.js';

const START_ADVERTISING = [
  'LE Set Random Address',
  'LE Set Advertising Parameters',
  'LE Set Advertising Data',
  'LE Set Scan Response Data',
  'LE Set Advertising Enable',
];
const ADVERTISE_ANEW = ['LE Set Advertising Enable', ...START_ADVERTISING];
const INIT = ['Reset', 'Set Event Mask', 'LE Set Event Mask', 'LE Read Buffer Size'];

const ours = nativeAdvertising(Uint8Array.of(1, 2, 3));
const plain = { advertisement: { services: [plainProfile.service] } };

const open = async (
  options: Partial<HciPeripheralOptions> = {},
  controller = new ScriptedController(),
) => {
  const clock = new SimClock();
  const peripheral = await openHciPeripheral({
    load: async () => controller,
    clock,
    random: seededRandom('hci'),
    ...options,
  });
  const errors: PhoneKeyError[] = [];
  await peripheral.start(
    [{ profile: nativeProfile, onLink: () => undefined }],
    (error) => void errors.push(error),
  );
  return { controller, peripheral, clock, errors };
};

/** The addresses that were set, and the types of advertising, since the last call. */
const advertised = (controller: ScriptedController) => {
  const commands = controller.commands.splice(0);
  const told = (command: string, name: string): unknown[] =>
    commands.filter(([each]) => each === command).map(([, parameters]) => parameters[name]);
  return {
    addresses: told('LE Set Random Address', 'address').map((address) =>
      Buffer.from(address as Uint8Array).toString('hex'),
    ),
    types: told('LE Set Advertising Parameters', 'type'),
    intervals: told('LE Set Advertising Parameters', 'intervalMin'),
  };
};

describe('the host of a peripheral', () => {
  it('resets the controller, says what it wants to hear, and asks for the buffers', async () => {
    const { controller } = await open();
    expect(controller.commands).toEqual([
      ['Reset', {}],
      ['Set Event Mask', { mask: bytes('10e0040000000020') }],
      ['LE Set Event Mask', { mask: bytes('1500000000000000') }],
      ['LE Read Buffer Size', {}],
    ]);
  });

  it('takes the buffers of BR/EDR where there are none for LE', async () => {
    const controller = new ScriptedController();
    controller.answers['LE Read Buffer Size'] = {};
    controller.answers['Read Buffer Size'] = { aclLength: 1021, aclCount: 8 };
    await open({}, controller);
    expect(controller.names()).toEqual([...INIT, 'Read Buffer Size']);
  });

  it.each([
    ['has no buffers', { 'LE Read Buffer Size': {} }, /no buffers/],
    ['refuses', { Reset: 0x1f }, /Reset: unspecified error/],
  ])('does not open where the controller %s, and lets go of it', async (_, answers, message) => {
    const controller = new ScriptedController();
    Object.assign(controller.answers, answers);
    await expect(open({}, controller)).rejects.toMatchObject({
      code: 'radio.unavailable',
      message: expect.stringMatching(message),
    });
    expect([controller.closed, controller.listeners]).toEqual([true, 0]);
  });

  it('does not open where the controller does not answer', async () => {
    const controller = new ScriptedController();
    controller.answers['Set Event Mask'] = 'silence';
    const clock = new SimClock();
    const opening = openHciPeripheral({ load: async () => controller, clock });
    await expect(clock.until(opening)).rejects.toMatchObject({ code: 'radio.unavailable' });
    expect([controller.closed, controller.listeners]).toEqual([true, 0]);
  });

  it.each([{ links: 0 }, { links: Number.NaN }, { mtu: 22 }, { mtu: 518 }])(
    'does not open with %j, and loads nothing',
    async (options) => {
      const load = (): Promise<never> => Promise.reject(new Error('loaded'));
      const opening = openHciPeripheral({ load, clock: new SimClock(), ...options });
      await expect(opening).rejects.toMatchObject({ code: 'usage.invalid' });
    },
  );

  it('translates why there is no controller', async () => {
    const load = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('bind'), { code: 'EPERM' }));
    await expect(openHciPeripheral({ load, clock: new SimClock() })).rejects.toMatchObject({
      code: 'radio.unavailable',
      hint: expect.stringMatching(/^Allow Bluetooth/),
    });
  });

  it('advertises under a private address, which is another one when something else is said', async () => {
    const { controller, peripheral } = await open();
    controller.names();
    await peripheral.advertise([ours]);
    expect(controller.commands.map(([name]) => name)).toEqual(ADVERTISE_ANEW);
    const first = advertised(controller);
    expect(first.types).toEqual([0]);
    expect(Number.parseInt(first.addresses[0]!.slice(10), 16) >> 6).toBe(0b00);
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1, 2, 3))]); // the same
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1, 2, 4))]);
    const { addresses } = advertised(controller);
    expect(addresses.slice(0, -1)).toEqual([first.addresses[0]]);
    expect(addresses.at(-1)).not.toBe(first.addresses[0]);
    await peripheral.advertise([]);
    expect(controller.names()).toEqual(['LE Set Advertising Enable']);
  });

  it('advertises several sets in turn, all under one address', async () => {
    const { controller, peripheral, clock } = await open();
    await peripheral.advertise([ours, plain]);
    for (let turn = 0; turn < 2; turn++) {
      await clock.advance(300);
      await settle();
    }
    const data = controller.commands
      .filter(([name]) => name === 'LE Set Advertising Data')
      .map(([, { length }]) => length);
    expect(data).toEqual([21, 21, 21]);
    expect(new Set(advertised(controller).addresses).size).toBe(1);
    await peripheral.close();
    await clock.advance(1000);
    await settle();
    expect(controller.names()).toEqual(['LE Set Advertising Enable']);
  });

  it('advertises on while a link is free, not connectable when none is, and ends one too many', async () => {
    const { controller, peripheral, clock } = await open({ links: 2 });
    await peripheral.advertise([ours]);
    advertised(controller);
    const types: unknown[][] = [];
    const after = async (act: () => void): Promise<void> => {
      act();
      await clock.advance(0);
      await settle();
      types.push(advertised(controller).types);
    };
    await after(() => controller.linkUp(0x40));
    await after(() => controller.linkUp(0x41));
    controller.linkUp(0x42);
    await settle();
    expect(controller.commands).toContainEqual(['Disconnect', { handle: 0x42, reason: 0x13 }]);
    await after(() => controller.linkDown(0x42, 0x16));
    await after(() => controller.linkDown(0x40));
    expect(types).toEqual([[0], [2], [2], [0]]);
  });

  it('advertises twice as often beside a link', async () => {
    const { controller, peripheral, clock } = await open();
    await peripheral.advertise([ours]);
    for (const act of [() => controller.linkUp(0x40), () => controller.linkDown(0x40)]) {
      act();
      await clock.advance(0);
      await settle();
    }
    expect(advertised(controller).intervals).toEqual([160, 80, 160]);
  });

  it('goes on without being connectable where the controller has fewer links', async () => {
    const { controller, peripheral, clock } = await open();
    await peripheral.advertise([ours]);
    advertised(controller);
    controller.refuse = ([name, { type }]) =>
      name === 'LE Set Advertising Parameters' && type === 0;
    controller.linkUp(0x40);
    await clock.advance(0);
    await settle();
    expect(advertised(controller).types).toEqual([0, 2]);
    delete controller.refuse;
    controller.linkDown(0x40);
    await clock.advance(0);
    await settle();
    expect(advertised(controller).types).toEqual([0]);
  });

  it('tries again to advertise where that fails later', async () => {
    const { controller, peripheral, clock } = await open();
    controller.answers['LE Set Advertising Enable'] = 0x0c;
    await expect(peripheral.advertise([ours])).rejects.toMatchObject({ code: 'radio.unavailable' });
    delete controller.answers['LE Set Advertising Enable'];
    await peripheral.advertise([ours]);
    controller.answers['LE Set Advertising Enable'] = 0x0c;
    controller.linkUp(0x40);
    controller.linkDown(0x40);
    await clock.advance(0);
    await settle();
    delete controller.answers['LE Set Advertising Enable'];
    controller.names();
    await clock.advance(1000);
    await settle();
    expect(controller.names()).toEqual(ADVERTISE_ANEW);
  });

  it('ends links that do not subscribe, the sooner the more there were', async () => {
    const { controller, clock } = await open();
    controller.names();
    for (const [handle, ms] of [
      [0x40, 6_000],
      [0x41, 1_500], // from the same address
      [0x42, 750],
    ] as const) {
      controller.linkUp(handle);
      await clock.advance(ms - 1);
      await settle();
      expect(controller.names()).not.toContain('Disconnect');
      await clock.advance(1);
      await settle();
      expect(controller.names()).toContain('Disconnect');
      controller.linkDown(handle, 0x16);
    }
  });

  it('resets the controller where no phone lets go of its link, and only there', async () => {
    const { controller, peripheral, clock } = await open({ links: 2 });
    void peripheral.advertise([ours]);
    await settle();
    controller.linkUp(0x40);
    controller.linkUp(0x41);
    await clock.advance(0);
    await settle();
    controller.names();
    await clock.advance(6_000); // neither subscribes; the controller says nothing of their ends
    await settle();
    expect(controller.names()).toEqual(['Disconnect', 'Disconnect']);
    await clock.advance(500);
    await settle();
    await clock.advance(0);
    await settle();
    expect(controller.names()).toEqual([...INIT, ...ADVERTISE_ANEW]);
    // One of two is still free.
    controller.linkUp(0x40);
    await clock.advance(6_500);
    await settle();
    expect(controller.names()).not.toContain('Reset');
  });

  it('has no keys for encryption', async () => {
    const { controller } = await open();
    controller.linkUp(0x40);
    controller.names();
    controller.tell(LeLongTermKeyRequest, { handle: 0x40 });
    await settle();
    expect(controller.names()).toEqual(['LE Long Term Key Negative Reply']);
  });

  it('says once that the controller is gone, and is of no use afterwards', async () => {
    const { controller, peripheral, errors } = await open();
    controller.linkUp(0x40);
    controller.close();
    expect(errors).toMatchObject([
      { code: 'radio.unavailable', message: 'the controller is gone' },
    ]);
    await expect(peripheral.advertise([ours])).rejects.toBe(errors[0]);
    await expect(peripheral.start([])).rejects.toBe(errors[0]);
    await peripheral.close();
    expect(controller.listeners).toBe(0);
    expect(errors).toHaveLength(1);
  });

  it('says so too when it does not answer any more', async () => {
    const { controller, peripheral, errors, clock } = await open();
    controller.answers['LE Set Advertising Data'] = 'silence';
    const advertising = peripheral.advertise([ours]);
    const failed = expect(advertising).rejects.toMatchObject({
      message: 'the controller does not answer LE Set Advertising Data',
    });
    await settle();
    await clock.advance(5000);
    await failed;
    expect(errors).toHaveLength(1);
  });

  it('closes by ending all links, and leaves nothing behind', async () => {
    const { controller, peripheral, clock } = await open();
    await peripheral.advertise([ours]);
    controller.linkUp(0x40);
    controller.linkUp(0x41);
    await clock.advance(0);
    await settle();
    controller.names();
    const closing = peripheral.close();
    await settle();
    controller.linkDown(0x40, 0x16);
    controller.linkDown(0x41, 0x16);
    await closing;
    expect(controller.names()).toEqual(['LE Set Advertising Enable', 'Disconnect', 'Disconnect']);
    expect([controller.closed, controller.listeners, clock.pending]).toEqual([true, 0, 0]);
    await peripheral.close();
    await expect(peripheral.advertise([ours])).rejects.toMatchObject({ code: 'radio.closed' });
  });

  it('closes also where the controller does not say that links ended', async () => {
    const { controller, peripheral, clock } = await open();
    controller.linkUp(0x40);
    await clock.until(peripheral.close());
    expect([controller.closed, clock.pending]).toEqual([true, 0]);
  });

  it('survives whatever the controller says', async () => {
    const { controller, peripheral } = await open();
    controller.linkUp(0x40);
    const odd = [
      [],
      [4],
      [4, 0x3e],
      [4, 0x3e, 1, 1],
      [4, 0x0e, 1, 1],
      [4, 0x13, 9, 200],
      [2],
      [2, 0x40, 0x20, 9, 0],
    ];
    for (const packet of [...odd, [1, 2, 3], [5, 5], [4, 0x05, 4, 0, 0x99, 0, 0x13]]) {
      controller.say(Uint8Array.from(packet));
    }
    controller.say(aclPacket(0x99, 2, Uint8Array.of(1)));
    controller.say(aclPacket(0x40, 1, Uint8Array.of(1)));
    controller.tell(HardwareErrorEvent, { code: 1 });
    controller.linkUp(0x40); // the same handle once more
    await peripheral.advertise([ours]);
  });
});
