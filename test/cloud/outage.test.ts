import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Cli } from '../support/cli.js';
import { must, openRig, pairedPhone, registered, tapPillar } from './rig.js';
import type { Rig } from './rig.js';

jest.setTimeout(300_000);

let rig: Rig;
let ada: Cli;
let ben: Cli;
beforeAll(async () => {
  rig = await openRig();
  ada = await pairedPhone(rig, 'Ada');
  ben = await pairedPhone(rig, 'Ben');
  await registered(ada, 'ada');
  await registered(ben, 'ben');
  await must(ada, ['cloud', 'cars', 'claim', rig.claimCode]);
  await must(ada, ['cloud', 'share', 'ben']);
});
afterAll(() => rig.close());

/** What `key unlock` says of the cloud, and of its name, while it is so. */
const MODES = [
  ['500', /the cloud answered 500/],
  ['timeout', /the cloud was not used: it had not answered yet/],
  ['refuse', /the cloud takes no connections: cloud\.phonekey\.test/],
  ['slow', /the cloud was not used: it had not answered yet/],
  ['flap', /the cloud answered 500|^$/],
  ['dns', /the name of the cloud does not resolve: cloud\.phonekey\.test/],
] as const;

it('unlocks through the cloud from afar while that works', async () => {
  // Near the car a cloud that is slow for a moment would leave it to Bluetooth.
  expect(await ada.json(['--at', '900,0', 'unlock', '--via', 'cloud'])).toMatchObject({
    code: 0,
    value: { command: 'unlock', ok: true, via: 'cloud' },
  });
  await tapPillar(rig);
  const { code, stdout, stderr } = await ben.run(['--at', '900,0', 'unlock']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'unlocked, through the cloud\n' });
  expect(stderr).toContain('Bluetooth was not used: the car');
  await tapPillar(rig);
});

it.each(MODES)('during %s the cloud is told why not, and Bluetooth unlocks', async (mode, why) => {
  await must(rig.cli, ['cloud', 'fail', '--mode', mode, '--for', '20m']);
  const status = await rig.cli.json(['cloud', 'status']);
  if (mode !== 'slow' && mode !== 'flap') expect(status.code).toBe(4);
  const first = await ada.run(['unlock', '--via', 'cloud']);
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^unlocked(, through|$)/m),
  });
  const lines = first.stderr.split('\n').filter((line) => line.includes('was not used'));
  expect(lines.length).toBeLessThanOrEqual(1);
  expect(lines[0] ?? '').toMatch(why);
  await tapPillar(rig);
  const second = await ben.run(['unlock']);
  expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^unlocked/) });
  await must(rig.cli, ['cloud', 'fail', '--stop']);
  await tapPillar(rig);
});

it('says from afar what still works, and that nothing was done', async () => {
  await must(rig.cli, ['cloud', 'fail', '--for', '20m']);
  const { code, stdout, stderr } = await ben.run(['--at', '900,0', '--timeout', '4', 'unlock']);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toMatch(/error: the car was not heard; the cloud answered 500/);
  expect(stderr).toMatch(/hint: Nothing was done\. The key card and the fob work/);
  expect(await rig.cli.json(['car', 'status'])).toMatchObject({ value: { locked: true } });
  await must(rig.cli, ['cloud', 'fail', '--stop']);
});

it('ends an outage by itself, and says so', async () => {
  await must(rig.cli, ['cloud', 'fail', '--mode', 'refuse', '--for', '1s']);
  await rig.cloud.until(/refuses connections, for 1 s[^]*the outage is over/);
  expect((await rig.cli.run(['cloud', 'status'])).code).toBe(0);
});
