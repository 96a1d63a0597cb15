import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Cli } from '../support/cli.js';
import { must, openRig, pairedPhone, PASSWORD, registered, tapPillar } from './rig.js';
import type { Rig } from './rig.js';

jest.setTimeout(300_000);

// A story: each test goes on where the one before has ended.
let rig: Rig;
let ada: Cli;
let ben: Cli;
beforeAll(async () => {
  rig = await openRig();
  ada = await pairedPhone(rig, 'Ada');
  ben = await pairedPhone(rig, 'Ben');
});
afterAll(() => rig.close());

const error = (code: string) => ({ value: { code, mayHaveSucceeded: false } });
const login = (phone: Cli): Promise<string> =>
  readFile(join(phone.home, 'keys/cloud.login'), 'utf8');

it('runs one cloud in a home, and tells where it is', async () => {
  expect(await rig.cli.json(['cloud', 'start', '--port', '0'])).toMatchObject({
    code: 2,
    ...error('sim.already-running'),
  });
  expect(await ada.json(['cloud', 'status'])).toEqual({
    code: 0,
    value: {
      url: 'http://cloud.phonekey.test:8420',
      ...{ answers: true, account: null, running: null },
    },
  });
  const { value } = await rig.cli.json(['cloud', 'status']);
  expect(value).toMatchObject({ running: { url: expect.any(String), failing: null } });
});

it('registers and logs in, with a password that is no argument', async () => {
  expect(await ada.json(['cloud', 'cars', 'list'])).toMatchObject({
    code: 3,
    ...error('cloud.logged-out'),
  });
  expect(await ada.json(['cloud', 'register', 'ada', '--password', PASSWORD])).toMatchObject({
    code: 2,
    ...error('usage.invalid'),
  });
  expect((await ada.run(['cloud', 'register', 'ada'])).stderr).toMatch(/a password is needed/);
  await registered(ada, 'ada');
  const env = { KEY_CLOUD_PASSWORD: PASSWORD };
  expect(await ben.json(['cloud', 'register', 'ada'], { env })).toMatchObject({
    code: 3,
    ...error('cloud.conflict'),
  });
  const wrong = { env: { KEY_CLOUD_PASSWORD: `${PASSWORD}!` } };
  expect(await ada.json(['cloud', 'login', 'ada'], wrong)).toMatchObject({
    code: 3,
    ...error('cloud.logged-out'),
  });
  expect(await ada.json(['cloud', 'status'])).toMatchObject({ value: { account: 'ada' } });
  expect(await ben.run(['cloud', 'register', 'ben'], { env })).toMatchObject({
    code: 0,
    stdout: 'registered, and logged in as ben\n',
  });
});

it('keeps the token to itself, and shows it nowhere', async () => {
  const { mode } = await stat(join(ada.home, 'keys/cloud.login'));
  expect(mode & 0o777).toBe(0o600);
  const { token } = JSON.parse(await login(ada)) as { token: string };
  const { stdout, stderr } = await ada.run(['-v', '--json', 'cloud', 'cars', 'list']);
  expect(stdout + stderr).not.toContain(token);
  expect(stdout + stderr).not.toContain(PASSWORD);
});

it('claims a car with its code, once', async () => {
  expect(await rig.cli.json(['car', 'screen'])).toMatchObject({
    value: { state: 'idle', claimCode: rig.claimCode },
  });
  expect(await ada.json(['cloud', 'cars', 'list'])).toEqual({ code: 0, value: { cars: [] } });
  expect((await ada.json(['cloud', 'cars', 'claim', 'AAAAA-AAAAA'])).code).toBe(3);
  await must(ada, ['cloud', 'cars', 'claim', rig.claimCode]);
  expect((await ben.json(['cloud', 'cars', 'claim', rig.claimCode])).code).toBe(3);
  expect(await ada.json(['cloud', 'cars', 'list'])).toMatchObject({
    value: { cars: [{ name: 'car', membership: 'owner', online: true }] },
  });
});

it('shares a car with another account, which reaches it then, and ends that', async () => {
  const far = ['--at', '900,0', '--timeout', '6', 'unlock', '--via', 'cloud'];
  expect((await ben.run(far)).code).toBe(4);
  expect((await ben.json(['cloud', 'share', 'ada', 'car'])).code).toBe(2); // it has no such car
  await must(ada, ['cloud', 'share', 'ben']);
  expect(await ben.json(['cloud', 'cars', 'list'])).toMatchObject({
    value: { cars: [{ name: 'car', membership: 'member' }] },
  });
  expect(await ben.json(far)).toMatchObject({ code: 0, value: { via: 'cloud' } });
  await tapPillar(rig);
  expect(await ben.json(['cloud', 'log'])).toMatchObject({
    code: 3,
    ...error('cloud.not-permitted'),
  });
  expect(await ben.json(['cloud', 'share', 'ada'])).toMatchObject({ code: 3 });
  await must(ada, ['cloud', 'unshare', 'ben']);
  expect(await ben.json(['cloud', 'cars', 'list'])).toEqual({ code: 0, value: { cars: [] } });
});

it('tells the owner what was asked, and who watches what happens', async () => {
  const watching = ada.start(['--json', 'cloud', 'watch']);
  await watching.until(/watching the cloud/, 'stderr');
  expect((await ada.run(['--at', '900,0', 'unlock', '--via', 'cloud'])).code).toBe(0);
  await tapPillar(rig);
  await watching.until(/"type":"command"/);
  await must(rig.cli, ['cloud', 'fail', '--mode', 'dns']);
  await watching.until(/"type":"failing"/);
  await must(rig.cli, ['cloud', 'fail', '--stop']);
  expect(await watching.stop('SIGINT')).toMatchObject({ code: 0 });
  const { value } = await ada.json(['cloud', 'log']);
  const { commands } = value as { commands: { account: string; command?: string }[] };
  expect(commands.map(({ account, command }) => `${account} ${command ?? '-'}`)).toEqual([
    ...['ada unlock', 'ada -', 'ben unlock', 'ben -'],
  ]);
  expect(commands).toMatchObject([{ outcome: 'done' }, {}, { outcome: 'done' }, {}]);
  expect((await ada.run(['cloud', 'log', '--limit', '1'])).stdout).toMatch(/ada +unlock +done\n$/);
});

it('is not where the environment says there is none, and names that cloud', async () => {
  const env = { KEY_CLOUD_URL: 'http://127.0.0.1:9' };
  expect(await ada.json(['cloud', 'status'], { env })).toMatchObject({
    code: 4,
    ...error('cloud.unreachable'),
  });
  const { stderr } = await ada.run(['cloud', 'cars', 'list'], { env });
  expect(stderr).toContain('this phone is logged in to http://cloud.phonekey.test:8420, not to');
});

it('leaves the car to whoever was logged out, by Bluetooth', async () => {
  await must(ben, ['cloud', 'logout']);
  expect(await readdir(join(ben.home, 'keys'))).toEqual(['car.json']);
  const { code, stdout, stderr } = await ben.run(['unlock', '--via', 'cloud']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'unlocked\n' });
  expect(stderr).toContain('the cloud was not used: this phone is not logged in to the cloud\n');
  await tapPillar(rig);
  expect((await ben.run(['cloud', 'logout'])).stdout).toBe('nobody was logged in\n');
});

it('logs out of a cloud that is down, and says that it was not told', async () => {
  const { token } = JSON.parse(await login(ada)) as { token: string };
  await must(rig.cli, ['cloud', 'fail']);
  const { code, stdout, stderr } = await ada.run(['cloud', 'logout']);
  expect({ code, left: await readdir(join(ada.home, 'keys')) }).toEqual({
    code: 0,
    left: ['car.json'],
  });
  expect(stdout).toMatch(/^logged out, but its token lives on in the cloud until 20/);
  expect(stderr).toContain('the cloud was not told: the cloud answered 500');
  expect(stdout + stderr).not.toContain(token);
  await must(rig.cli, ['cloud', 'fail', '--stop']);
});

it('gives a car up', async () => {
  await must(ada, ['cloud', 'login', 'ada', '--password', '-'], PASSWORD);
  await must(ada, ['cloud', 'cars', 'remove', 'car']);
  expect(await ada.json(['cloud', 'cars', 'list'])).toEqual({ code: 0, value: { cars: [] } });
  expect((await ada.json(['cloud', 'log'])).value).toMatchObject({ code: 'usage.invalid' });
});
