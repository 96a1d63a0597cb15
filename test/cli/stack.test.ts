import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Cli } from '../support/cli.js';

jest.setTimeout(60_000);

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create({ inside: true });
});
afterEach(() => cli.end());
afterAll(() => Cli.allClosed());

describe('key car start --stack', () => {
  it('hci serves phones through the hub, under another address than that of its controller', async () => {
    const car = cli.start(['--json', 'car', 'start', '--stack', 'hci']);
    await car.until(/"type":"ready"/);
    await cli.run(['car', 'tap', '--pair']);
    const { value } = await cli.json(['car', 'screen']);
    const { code } = value as { code: string };
    expect((await cli.run(['pair', '--code', '-'], { input: code })).code).toBe(0);
    expect((await cli.run(['unlock'])).stdout).toBe('unlocked\n');
    const { devices } = (await cli.json(['air', 'list'])).value as {
      devices: readonly { address: string }[];
    };
    const heard = (await cli.json(['--timeout', '1', 'scan'])).value as { id: string };
    expect(heard).toMatchObject({ car: 'car', id: expect.stringMatching(/^[0-3]/) });
    expect(heard.id).not.toBe(devices[0]!.address.replaceAll(':', ''));
    await car.stop('SIGINT');
  });

  it('is bleno or hci', async () => {
    expect(await cli.outside().json(['car', 'start', '--stack', 'bluez'])).toMatchObject({
      code: 2,
      value: { code: 'usage.invalid', hint: expect.stringMatching(/bleno, hci/) },
    });
  });
});
