import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Cli } from '../support/cli.js';

jest.setTimeout(60_000);

/** How owners come to a car: the first by its QR code, a second one, and one for a phone that was lost. */

let car: Cli;
let phones: Cli[];
beforeEach(async () => {
  car = await Cli.create({ inside: true });
  phones = [];
  const running = car.start(['--json', 'car', 'start']);
  await running.until(/"type":"ready"/);
});
afterEach(async () => {
  for (const each of [...phones, car]) await each.end();
});
afterAll(() => Cli.allClosed());

interface Shown {
  readonly code: string;
  readonly uri: string;
}

/** Another phone, with keys of its own, on the car's air. */
const anotherPhone = async (): Promise<Cli> => {
  const phone = await Cli.create({ air: car, inside: true });
  phones.push(phone);
  return phone;
};

const pairing = async (phone: Cli, ...role: string[]) => pairingWith(phone, [], ...role);

const pairingWith = async (phone: Cli, options: readonly string[], ...role: string[]) => {
  await car.run(['car', 'tap', '--pair', ...role]);
  const { uri } = (await car.json(['car', 'screen'])).value as Shown;
  return phone.json(['pair', '--uri', '-', ...options], { input: `${uri}\n` });
};

const unlock = (phone: Cli) => phone.run(['unlock']);

describe('key pair --uri -', () => {
  it('pairs with what a camera reads from the screen', async () => {
    await car.run(['car', 'tap', '--pair']);
    const { stdout, stderr } = await car.run(['--json', 'car', 'screen', '--qr']);
    const { code, uri } = JSON.parse(stdout) as Shown;
    expect(uri).toBe(`phonekey:pair/${code}`);
    expect(stderr).toMatch(/[█▀▄]{5}/);
    const paired = await car.json(['pair', '--uri', '-'], { input: uri });
    expect(paired).toMatchObject({ code: 0, value: { role: 'owner', slot: 0 } });
    const argument = await car.json(['pair', '--uri', uri]);
    expect(argument).toMatchObject({ code: 2, value: { code: 'usage.invalid' } });
  });

  it('makes a second owner, and a third one in the place of a phone that was lost', async () => {
    const first = await anotherPhone();
    const second = await anotherPhone();
    const third = await anotherPhone();
    expect(await pairing(first)).toMatchObject({ value: { role: 'owner', slot: 0 } });
    expect(await pairing(second, '--role', 'owner')).toMatchObject({
      value: { role: 'owner', slot: 1 },
    });
    expect((await unlock(second)).code).toBe(0);
    // The first phone is lost. The card is at hand.
    expect((await car.run(['car', 'remove', '0'])).code).toBe(0);
    expect((await unlock(first)).code).toBe(3);
    expect(await pairing(third, '--role', 'owner')).toMatchObject({
      value: { role: 'owner', slot: 0 },
    });
    expect((await unlock(third)).code).toBe(0);
    expect((await car.run(['car', 'remove', '0'])).code).toBe(0);
    const last = await car.json(['car', 'remove', '1']);
    expect(last).toMatchObject({ value: { code: 'sim.refused' } });
  });

  it('gives up rights only where that is accepted, and the last owner keeps them', async () => {
    const first = await anotherPhone();
    const second = await anotherPhone();
    await pairing(first);
    await pairing(second, '--role', 'owner');
    const cars = async () => (await second.json(['cars'])).value;
    const before = await cars();
    expect(before).toMatchObject({ cars: [{ role: 'owner', unconfirmed: false }] });
    expect(await pairing(second, '--role', 'valet')).toMatchObject({
      code: 2,
      value: {
        code: 'usage.invalid',
        message: expect.stringContaining('this phone is owner of car'),
        hint: expect.stringContaining('--accept-role'),
        mayHaveSucceeded: false,
      },
    });
    expect(await cars()).toEqual(before);
    const status = await car.json(['car', 'status']);
    expect(status).toMatchObject({ value: { keys: [{ role: 'owner' }, { role: 'owner' }] } });
    expect(await pairingWith(second, ['--accept-role'], '--role', 'valet')).toMatchObject({
      code: 0,
      value: { role: 'valet', slot: 1 },
    });
    expect(await cars()).toMatchObject({ cars: [{ role: 'valet', slot: 1 }] });
    expect(await pairingWith(first, ['--accept-role'], '--role', 'valet')).toMatchObject({
      code: 3,
      value: { code: 'pairing.last-owner' },
    });
  });
});
