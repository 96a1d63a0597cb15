import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';
import { must, PASSWORD } from './rig.js';

jest.setTimeout(300_000);

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
});
afterEach(() => cli.close());

/** A cloud on the ports of one before, where there was one. */
const startCloud = async (ports: readonly string[] = ['--port', '0']) => {
  const cloud = cli.start(['cloud', 'start', ...ports, '--json']);
  const [line] = await cloud.until(/^\{"type":"ready".*\}$/m);
  const { url, broker } = JSON.parse(line) as { url: string; broker: string };
  const again = ['--port', new URL(url).port, '--broker-port', new URL(broker).port];
  return { cloud, again };
};

const left = async (): Promise<string[]> =>
  (await readdir(join(cli.home, 'cloud'))).filter((name) => name !== 'database');

const names = (): boolean => existsSync(join(cli.home, 'air/names.json'));

const times = (running: Running, what: string, count: number) =>
  running.until(new RegExp(`(?:${what}[^]*){${String(count)}}`));

it('says which port is taken, and leaves nothing behind on Ctrl-C', async () => {
  const { cloud, again } = await startCloud();
  expect(names()).toBe(true);
  const other = await Cli.create({ air: cli });
  expect(await other.json(['cloud', 'start', ...again])).toMatchObject({
    code: 2,
    value: { code: 'usage.invalid', message: expect.stringContaining('in use') },
  });
  await other.end();
  expect(names()).toBe(true);
  const { code, stdout } = await cloud.stop('SIGINT');
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\{"type":"stopped"/);
  expect({ left: await left(), names: names() }).toEqual({ left: [], names: false });
});

it('starts after a kill -9, with the accounts and cars of before, and cars come back', async () => {
  const first = await startCloud();
  const car = cli.start(['car', 'start', '--cloud']);
  const [, code = ''] = await car.until(/cars claim (\S+)\n/);
  await must(cli, ['cloud', 'register', 'ada', '--password', '-'], PASSWORD);
  await must(cli, ['cloud', 'cars', 'claim', code]);
  await times(car, 'linked to the cloud', 1);
  await first.cloud.stop('SIGKILL');
  await car.until(/the link to the cloud is lost/);
  expect(await cli.json(['cloud', 'cars', 'list'])).toMatchObject({ code: 4 });

  const second = await startCloud(first.again);
  await times(car, 'linked to the cloud', 2);
  expect(await cli.json(['cloud', 'cars', 'list'])).toMatchObject({
    code: 0,
    value: { cars: [{ name: 'car', membership: 'owner', online: true }] },
  });
  // What it says of its link is told once for each time that it comes or goes.
  const { stdout } = await car.stop('SIGINT');
  expect(stdout.match(/the link to the cloud is lost/g)).toHaveLength(1);
  await second.cloud.until(/"type":"car-offline"/);
  expect((await second.cloud.stop('SIGINT')).code).toBe(0);
});

it('a car that was killed is the same one to the cloud, and goes to no other', async () => {
  const { cloud } = await startCloud();
  const first = cli.start(['car', 'start', '--cloud']);
  await first.until(/linked to the cloud/);
  const registration = await readFile(join(cli.home, 'cars/car/cloud.json'), 'utf8');
  await first.stop('SIGKILL');
  const second = cli.start(['car', 'start', '--cloud']);
  await second.until(/linked to the cloud/);
  expect(await readFile(join(cli.home, 'cars/car/cloud.json'), 'utf8')).toBe(registration);
  await second.stop('SIGINT');
  await cloud.stop('SIGINT');
  const elsewhere = ['car', 'start', '--cloud', '--cloud-url', 'http://127.0.0.1:9'];
  expect(await cli.json(elsewhere)).toMatchObject({
    code: 2,
    value: { message: expect.stringContaining('registered with the cloud at http://cloud.') },
  });
});

it('a car starts without the cloud, says so once, and registers when it is there', async () => {
  const car = cli.start(['car', 'start', '--cloud']);
  await car.until(/car is ready/);
  await car.until(/not registered with the cloud yet: the name of the cloud does not resolve/);
  await must(cli, ['car', 'tap', 'pillar']);
  const { cloud } = await startCloud();
  await car.until(/cars claim \S+\n/);
  await car.until(/linked to the cloud/);
  const { stdout } = await car.stop('SIGINT');
  expect(stdout.match(/not registered/g)).toHaveLength(1);
  await cloud.stop('SIGINT');
});

it('takes URLs with passwords from the environment and private files alone', async () => {
  const env = { KEY_CLOUD_DATABASE: 'mysql://ada:secret@localhost/x' };
  const { code, stderr } = await cli.run(['cloud', 'start', '--port', '0'], { env });
  expect(code).toBe(2);
  expect(stderr).toMatch(/what is in KEY_CLOUD_DATABASE is no URL that begins with postgres:/);
  expect(stderr).not.toContain('secret');
});
