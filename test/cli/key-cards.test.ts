import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';

jest.setTimeout(60_000);

let cli: Cli;
let car: Running;
beforeAll(async () => {
  cli = await Cli.create({ inside: true });
  car = cli.start(['car', 'start']);
  await car.until(/is ready/);
  await cli.run(['car', 'tap', '--pair']);
  const { value } = await cli.json(['car', 'screen']);
  const input = `${(value as { code: string }).code}\n`;
  expect(await cli.run(['pair', '--code', '-'], { input })).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

const UNKNOWN = {
  code: 3,
  value: {
    code: 'sim.refused',
    message: 'the car does not know this key card, or not any more',
    hint: 'See which cards the car knows: key car status. Where the only one was lost, reset the car with another: key car reset --card.',
  },
};

it('a second key card is added with the first, and a lost one is taken away by the phone', async () => {
  expect(await cli.json(['car', 'tap', 'pillar', '--card', 'spare'])).toMatchObject(UNKNOWN);
  expect(await cli.outside().run(['car', 'card', 'add', 'spare'])).toMatchObject({
    code: 0,
    stdout: 'the car knows the key card spare\n',
  });
  await car.until(/key card added by the key card: spare, slot 25, [0-9a-f]{16}/);
  expect(await cli.json(['car', 'card', 'add', 'third', '--card', 'nobody'])).toMatchObject(
    UNKNOWN,
  );
  expect((await cli.run(['car', 'tap', 'pillar', '--card', 'spare'])).code).toBe(0);
  await car.until(/key card spare on the pillar, to lock/);

  const { stdout } = await cli.run(['car', 'status']);
  expect(stdout).toMatch(/^24 +- +[0-9a-f]{16} +card +card$/m);
  expect(stdout).toMatch(/^25 +- +[0-9a-f]{16} +card +spare$/m);
  expect((await cli.run(['keys', 'list'])).stdout).toMatch(
    /^25 +none +[0-9a-f]{16} +- +- +- +card +spare$/m,
  );

  // The card "card" is lost; the owner is far from the car's screen.
  expect((await cli.outside().run(['keys', 'remove', '24'])).code).toBe(0);
  await car.until(/key card removed by .*: card, slot 24/);
  for (const args of [['pillar'], ['console'], ['console', '--pair']]) {
    expect(await cli.json(['car', 'tap', ...args, '--card', 'card'])).toMatchObject(UNKNOWN);
  }
  await car.until(/a card on the console that is not enrolled: card/);
  for (const args of [
    ['car', 'remove', '0', '--card', 'card'],
    ['car', 'time', '--set', '2030-01-01', '--yes', '--card', 'card'],
  ]) {
    expect(await cli.json(args)).toMatchObject(UNKNOWN);
  }
  expect((await cli.run(['car', 'tap', 'console', '--pair'])).code).toBe(0);
});

it('the last one stays, whoever wants it away', async () => {
  expect(await cli.json(['keys', 'remove', '25'])).toMatchObject({
    code: 3,
    value: { code: 'car.refused', message: "this is the car's last key card" },
  });
  expect(await cli.json(['car', 'remove', '25'])).toMatchObject({
    code: 3,
    value: { code: 'sim.refused', message: "this is the car's last key card" },
  });
});

it('a card is no key to suspend, and a name that it cannot have is wrong usage', async () => {
  expect(await cli.json(['suspend', '25'])).toMatchObject({
    code: 2,
    value: { message: 'the car has no key "25"' },
  });
  for (const args of [['add'], ['add', ''], ['take', 'spare']]) {
    expect(await cli.run(['car', 'card', ...args])).toMatchObject({ code: 2, stdout: '' });
  }
});

it('whoever has lost the only one resets the car with another, and the lost one opens nothing', async () => {
  expect(await cli.json(['car', 'reset', '--yes', '--card', 'blue'])).toMatchObject({ code: 0 });
  expect((await cli.run(['car', 'status'])).stdout).toMatch(/^24 +- +[0-9a-f]{16} +card +blue$/m);
  for (const card of ['card', 'spare']) {
    expect(await cli.json(['car', 'tap', 'pillar', '--card', card])).toMatchObject(UNKNOWN);
  }
  expect((await cli.run(['car', 'tap', 'pillar', '--card', 'blue'])).code).toBe(0);
  expect(await cli.run(['car', 'reset', '--yes', '--card', ''])).toMatchObject({ code: 2 });
});
