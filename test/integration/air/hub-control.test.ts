import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectOrStartHub, openHubControl } from '../../../air/index.js';
import type { AirEvent, HubControl, HubSettings } from '../../../air/index.js';
import { hubArguments } from '../../../air/hub/settings.js';
import { endHubs, hubDirectory, hubGone, startHost } from './support/processes.js';
import type { HostProcess } from './support/processes.js';

jest.setTimeout(30_000);

const HUB = join(import.meta.dirname, '../../../dist/air/hub/main.js');

/** A car and a phone, each in a process of its own, and a person beside the air in this one. */

let path: string;
let remove: () => void;
let hosts: HostProcess[];
let control: HubControl;

beforeEach(async () => {
  ({ path, remove } = hubDirectory());
  hosts = [];
  const car = await start('car', '0');
  await car.said('up');
  control = await openHubControl(path);
});

afterEach(async () => {
  control.close();
  for (const host of hosts) if (host.child.exitCode === null) await host.end('SIGKILL');
  await endHubs(path);
  remove();
});

const start = async (role: string, x: string): Promise<HostProcess> => {
  const host = startHost(role, path, 'vehicle', x);
  hosts.push(host);
  return Promise.resolve(host);
};

const startPhone = async (): Promise<HostProcess> => {
  const phone = await start('phone', '2');
  await phone.said('linked');
  return phone;
};

describe('a control connection', () => {
  it('shows a link from both ends, and moving one end away breaks it', async () => {
    const phone = await startPhone();
    const { devices } = await control.list();
    const [car, other] = devices;
    expect(devices).toMatchObject([
      { label: 'vehicle', advertising: false, position: { x: 0, y: 0 } },
      { label: 'vehicle', position: { x: 2, y: 0 } },
    ]);
    // -59 dBm at 1 m, and 22 dB less for ten times that.
    expect([car?.links, other?.links]).toEqual([
      [{ role: 'peripheral', peer: other?.index, address: other?.address, rssi: -66 }],
      [{ role: 'central', peer: car?.index, address: car?.address, rssi: -66 }],
    ]);
    await control.move({ who: String(other?.address), to: { x: 500, y: 0 } });
    await phone.said('unlinked');
    expect((await control.list()).devices).toMatchObject([{ links: [] }, { links: [] }]);
  });

  it('does not keep the hub when the hosts have gone, nor does a tap, which ends with it', async () => {
    const tap = await control.tap();
    const phone = await startPhone();
    await phone.end();
    await hosts[0]?.end();
    const seen: AirEvent[] = [];
    for await (const event of tap) seen.push(event);
    await hubGone(path);
    const of = (type: string) => seen.filter((event) => event.type === type);
    expect([of('came').length, of('left').length]).toEqual([2, 2]);
    expect(of('record').length).toBeGreaterThan(20);
    await expect(control.info()).rejects.toMatchObject({ code: 'radio.unavailable' });
  });
});

describe('a hub', () => {
  it('has the settings it is started with, and nobody gets others of it', async () => {
    const settings = { seed: '--a', faults: 'loss=0.5, mtu=23' };
    const other = hubDirectory();
    const hub = spawn(process.execPath, [HUB, ...hubArguments(other.path, settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(hub, 'exit');
    expect(String((await once(hub.stdout, 'data'))[0])).toBe('ready\n');
    const joinAs = (label: string, asked: HubSettings) =>
      connectOrStartHub(other.path, { label }, asked);
    const first = await joinAs('first', settings);
    const second = await joinAs('second', { seed: '--a', pace: 'instant' });
    await expect(joinAs('third', { seed: 'b' })).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(/with seed --a, not b$/),
      hint: expect.stringContaining('first, second. End'),
    });
    const fourth = await openHubControl(other.path);
    expect(await fourth.info()).toMatchObject({ ...settings, pace: 'instant' });
    fourth.close();
    first.close();
    second.close();
    expect(await ended).toEqual([0, null]);
    other.remove();
  });
});
