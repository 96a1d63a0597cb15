import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';

jest.setTimeout(60_000);

/** With one car for all tests: it takes eight presses of one fob in 30 s, and there are seven. */
let cli: Cli;
let car: Running;
beforeAll(async () => {
  cli = await Cli.create({ inside: true });
  car = cli.start(['car', 'start']);
  await car.until(/is ready/);
});
afterAll(() => cli.close());

it('is laid on the console with a card, and then unlocks by itself for a moment', async () => {
  expect(await cli.json(['fob', 'press', 'unlock'])).toMatchObject({
    code: 6,
    value: {
      code: 'keys.not-paired',
      message: 'this fob is not enrolled at any car',
      hint: 'Lay it on the console, with a card: key fob pair.',
    },
  });
  expect(await cli.json(['fob', 'pair', '--card', 'found'])).toMatchObject({
    code: 3,
    value: { code: 'sim.refused', message: 'the car does not know this key card, or not any more' },
  });
  expect(await cli.json(['fob', 'pair', '--car', 'none'])).toMatchObject({
    code: 4,
    value: { code: 'sim.not-running', message: 'no car named none is running' },
  });
  const paired = await cli.json(['fob', 'pair', '--card', 'card']);
  expect(paired).toEqual({ code: 0, value: { fob: 'fob', car: 'car', role: 'owner', slot: 0 } });
  await car.until(/key added: fob, owner, slot 0/);

  const pressed = await cli.outside().run(['fob', 'press', 'unlock']);
  expect(pressed).toEqual({ code: 0, stdout: 'unlocked\n', stderr: '' });
  await car.until(/unlocked by fob \(slot 0\)/);
  const { mode } = await stat(join(cli.home, 'fobs', 'fob', 'cell.json'));
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
});

it('carried in a pocket takes presses, and tells what it did', async () => {
  const fob = cli.start(['fob', 'start', '--at', '3,0']);
  await fob.until(/fob is ready/);
  expect(await cli.json(['fob', 'press', 'lock'])).toMatchObject({
    code: 0,
    value: { command: 'lock', ok: true, car: 'car', battery: { state: 'ok' } },
  });
  await fob.until(/lock pressed\n.* car: locked\n/);
  // The same place on the air, and the same lock.
  const { stdout } = await cli.run(['air', 'list']);
  expect(stdout).toMatch(/^fob .*3,0/m);
  expect(await cli.json(['fob', 'start'])).toMatchObject({
    code: 2,
    value: { code: 'sim.already-running' },
  });
  // A card at its second enrolment, while it runs.
  expect(await cli.json(['fob', 'pair', '--role', 'owner'])).toMatchObject({ code: 0 });
  await fob.until(/enrolled at car/);

  await cli.run(['air', 'move', 'fob', '--to', '400,0']);
  expect(await cli.json(['--timeout', '0.3', 'fob', 'press', 'unlock'])).toMatchObject({
    code: 4,
    value: {
      code: 'car.not-found',
      mayHaveSucceeded: false,
      message: 'the car was not heard: fob is at 400,0, car at 0,0, 400 m away',
      hint: 'Go closer: key air move fob --to 1,0.',
    },
  });
  await fob.until(/nothing was done: the car was not heard/);
  await cli.run(['air', 'move', 'fob', '--to', '3,0']);
  expect((await cli.run(['fob', 'press', 'unlock'])).code).toBe(0);

  const { code, stdout: told, stderr } = await fob.stop('SIGINT');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(told).toMatch(/stopped\n$/);
});

it('that was killed leaves nothing in the way of the next press, nor of the next start', async () => {
  for (let time = 0; time < 2; time++) {
    const fob = cli.start(['fob', 'start']);
    await fob.until(/fob is ready/);
    await fob.stop('SIGKILL');
  }
  expect(await cli.json(['fob', 'press', 'lock'])).toMatchObject({ code: 0 });
});

it('says when its cell is low, does nothing when it is empty, and takes a new one', async () => {
  expect(await cli.json(['fob', 'battery'])).toEqual({
    code: 0,
    value: { fob: 'fob', percent: 100, state: 'ok' },
  });
  expect(await cli.run(['fob', 'battery', '--drain', '95'])).toEqual({
    code: 0,
    stdout: '5 % of the coin cell of fob are left\n',
    stderr: 'the coin cell of fob is low (5 %); put a new CR2032 in: key fob battery --replace\n',
  });
  const low = await cli.json(['fob', 'press', 'unlock']);
  expect(low.value).toMatchObject({ ok: true, battery: { percent: 5, state: 'low' } });
  expect((await cli.run(['fob', 'list'])).stdout).toMatch(/^fob +car +owner +0 +5 %, low$/m);
  await cli.run(['fob', 'battery', '--drain', '100']);
  expect(await cli.json(['fob', 'press', 'lock'])).toMatchObject({
    code: 4,
    value: {
      code: 'fob.cell-empty',
      message: 'the coin cell of the fob is empty; nothing was sent',
      hint: 'Use another key, the phone or the card, and put a new CR2032 into the fob: key fob battery --replace.',
    },
  });
  expect((await cli.run(['car', 'status'])).stdout).toMatch(/^unlocked$/m);
  expect((await cli.run(['fob', 'battery', '--replace'])).stdout).toMatch(/^100 %/);
  expect((await cli.run(['fob', 'press', 'lock'])).code).toBe(0);
  expect(await cli.run(['fob', 'battery', '--replace', '--drain', '1'])).toMatchObject({ code: 2 });
});

it('of another name is another key', async () => {
  const paired = await cli.json(['fob', '--name', 'spare', 'pair']);
  expect(paired.value).toMatchObject({ fob: 'spare', role: 'driver', slot: 1 });
  expect((await cli.run(['car', 'status'])).stdout).toMatch(/^1 +driver +\S+ +fob +spare$/m);
  expect(await cli.json(['fob', 'list'])).toMatchObject({
    value: {
      fobs: [
        { fob: 'fob', slot: 0 },
        { fob: 'spare', car: 'car', slot: 1 },
      ],
    },
  });
  expect((await cli.run(['car', 'remove', '1'])).code).toBe(0);
  expect(await cli.json(['fob', '--name', 'spare', 'press', 'unlock'])).toMatchObject({
    code: 3,
    value: { code: 'car.not-recognised', hint: expect.stringMatching(/: key fob pair\.$/) },
  });
  expect(await cli.json(['fob', 'press', 'unlock'])).toMatchObject({ code: 0 });
});

it.each([
  [['press']],
  [['press', 'horn']],
  [['battery', '--drain', '0']],
  [['press', 'lock', '--car', 'x']],
])('takes no %j', async (args) => {
  expect(await cli.run(['fob', ...args])).toMatchObject({ code: 2, stdout: '' });
});
