import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { diagnose, doctor } from '../../cli/doctor/checks.js';
import type { Check } from '../../cli/doctor/checks.js';
import { buildCommand, installationOf, installCommand } from '../../cli/doctor/probes.js';
import type { Probes } from '../../cli/doctor/probes.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { Cli } from '../support/cli.js';
import { testContext, testHost } from '../support/cli-host.js';

const done = (): Promise<void> => Promise.resolve();

/** A machine on which everything works. */
const healthy: Probes = {
  nodeVersion: '22.13.0',
  platform: 'linux',
  cryptographyLacks: () => undefined,
  buildCommand: 'npm rebuild --ignore-scripts=false @abandonware/bluetooth-hci-socket',
  installCommand: (name) => `npm install --ignore-scripts ${name}`,
  packageVersion: () => Promise.resolve('1.2.3'),
  hciDevices: () => Promise.resolve([{ devId: 0, devUp: true }]),
  bluetoothBlocked: () => Promise.resolve(undefined),
  mayOpenRawSockets: () => Promise.resolve(true),
  openBluetooth: done,
  openVirtual: done,
  hubRunning: () => Promise.resolve(true),
  settings: () => Promise.resolve('/home/x/.config/phonekey/config.json'),
  pairedCars: () => Promise.resolve(2),
};

const errno = (code: string): Error => Object.assign(new Error(code), { code });
const failing = (error: Error) => () => Promise.reject(error);

const check = async (probes: Partial<Probes>, name: string): Promise<Check> => {
  const { checks } = await diagnose({ ...healthy, ...probes }, 50);
  return checks.find((each) => each.name === name)!;
};

describe('the doctor', () => {
  it('finds nothing to mend on a healthy machine', async () => {
    const { checks, usable } = await diagnose(healthy);
    expect(checks.map(({ status }) => status)).toEqual(checks.map(() => 'ok'));
    expect(checks.every(({ fix }) => fix === undefined)).toBe(true);
    expect(usable).toEqual(['ble', 'virtual']);
  });

  it.each<[string, Partial<Probes>, string, Check['status'], RegExp]>([
    ['an old Node', { nodeVersion: '20.18.3' }, 'Node.js', 'fail', /20\.19/],
    [
      'no noble',
      { packageVersion: failing(errno('MODULE_NOT_FOUND')) },
      '@abandonware/noble',
      'fail',
      /npm install/,
    ],
    [
      'no native socket',
      { hciDevices: failing(errno('MODULE_NOT_FOUND')) },
      'native socket',
      'warn',
      /npm rebuild --ignore-scripts=false @abandonware\/bluetooth-hci-socket/,
    ],
    [
      'a socket for another Node',
      { hciDevices: failing(errno('ERR_DLOPEN_FAILED')) },
      'native socket',
      'fail',
      /npm rebuild/,
    ],
    [
      'a kernel without Bluetooth',
      { hciDevices: failing(errno('EAFNOSUPPORT')) },
      'kernel',
      'fail',
      /--radio virtual/,
    ],
    ['no adapter', { hciDevices: () => Promise.resolve([]) }, 'adapter', 'fail', /Plug/],
    [
      'an adapter that is off',
      { hciDevices: () => Promise.resolve([{ devId: 1, devUp: false }]) },
      'adapter',
      'fail',
      /power on/,
    ],
    [
      'a software switch',
      { bluetoothBlocked: () => Promise.resolve('soft' as const) },
      'rfkill',
      'fail',
      /rfkill unblock/,
    ],
    [
      'a hardware switch',
      { bluetoothBlocked: () => Promise.resolve('hard' as const) },
      'rfkill',
      'fail',
      /switch/,
    ],
    [
      'no capability',
      { mayOpenRawSockets: () => Promise.resolve(false) },
      'permission',
      'warn',
      /setcap/,
    ],
    [
      'an adapter that does not open',
      { openBluetooth: failing(new PhoneKeyError('radio.unavailable', 'off')) },
      'bluetooth',
      'fail',
      /use another radio/,
    ],
    [
      'cryptography that is not whole',
      { cryptographyLacks: () => 'it lacks scrypt' },
      'cryptography',
      'warn',
      /another Node/,
    ],
    ['no hub', { hubRunning: () => Promise.resolve(false) }, 'air hub', 'warn', /key car start/],
    [
      'keys that others may read',
      { pairedCars: failing(new PhoneKeyError('keys.permissions', 'others may read it')) },
      'key store',
      'fail',
      /chmod/,
    ],
  ])('names %s and the fix', async (_what, probes, name, status, fix) => {
    const found = await check(probes, name);
    expect(found).toMatchObject({ name, status });
    expect(found.fix).toMatch(fix);
  });

  it('does not try the adapter where something it needs is missing', async () => {
    let tried = false;
    const openBluetooth = async (): Promise<void> => {
      tried = true;
      await done();
    };
    const hciDevices = failing(errno('MODULE_NOT_FOUND'));
    const { checks, usable } = await diagnose({ ...healthy, openBluetooth, hciDevices });
    expect({ tried, usable }).toEqual({ tried: false, usable: ['virtual'] });
    expect(checks.find(({ name }) => name === 'bluetooth')).toEqual({
      name: 'bluetooth',
      status: 'skip',
      detail: 'not tried: see native socket',
    });
  });

  it('asks macOS and Windows for the radio alone', async () => {
    const { checks, usable } = await diagnose({ ...healthy, platform: 'darwin' });
    expect(checks.map(({ name }) => name)).not.toContain('native socket');
    expect(usable).toContain('ble');
  });

  it('neither throws nor hangs when every probe does', async () => {
    const silent = (): Promise<never> => new Promise(() => undefined);
    const throws = (): never => {
      throw new Error('thrown at once');
    };
    for (const probe of [silent, throws, failing(new Error('rejected'))]) {
      const probes: Probes = {
        ...healthy,
        packageVersion: probe,
        hciDevices: probe,
        bluetoothBlocked: probe,
        mayOpenRawSockets: probe,
        openBluetooth: probe,
        openVirtual: probe,
        hubRunning: probe,
        settings: probe,
        pairedCars: probe,
      };
      const { checks, usable } = await diagnose(probes, 10);
      expect(usable).toEqual([]);
      expect(checks.filter(({ status }) => status === 'ok').map(({ name }) => name)).toEqual([
        'Node.js',
        'cryptography',
      ]);
    }
  });

  it.each([
    ['both radios', healthy, 0],
    ['the virtual one', { ...healthy, openBluetooth: failing(new Error('off')) }, 0],
    ['the real one', { ...healthy, openVirtual: failing(new Error('broken')) }, 0],
    [
      'neither',
      {
        ...healthy,
        openVirtual: failing(new Error('broken')),
        openBluetooth: failing(new Error('off')),
      },
      4,
    ],
  ])('with %s exits as documented', async (_what, probes, code) => {
    const host = testHost();
    expect(await doctor(testContext(host, { home: '/nowhere' }), probes)).toBe(code);
    expect(host.written.out).toContain(code === 0 ? 'These radios work' : 'No radio works');
  });

  it('names the command that works from where one stands, however it was installed', () => {
    const clone = installationOf('/src/phonekey/dist/cli/doctor/probes.js');
    expect(clone).toEqual({ kind: 'clone', root: '/src/phonekey' });
    const rebuild = 'rebuild --ignore-scripts=false @abandonware/bluetooth-hci-socket';
    expect(buildCommand(clone, '/src/phonekey', true)).toBe(`npm ${rebuild}`);
    expect(buildCommand(clone, '/src/phonekey/docs', true)).toBe(`npm ${rebuild}`);
    expect(buildCommand(clone, '/src/phonekey-2', true)).toBe(
      `npm --prefix "/src/phonekey" ${rebuild}`,
    );
    // There is nothing to build anew.
    expect(buildCommand(clone, '/src/phonekey', false)).toMatch(/^npm install .*socket@\d/);
    const installed = '/a/node_modules/phonekey/dist/cli/doctor/probes.js';
    const dependency = installationOf(installed, () => true);
    expect(buildCommand(dependency, '/a', false)).toMatch(/^npm install --ignore-scripts=false /);
    expect(installCommand(dependency, '/', 'x')).toBe(
      'npm --prefix "/a" install --ignore-scripts x',
    );
    const global = installationOf(installed, () => false);
    expect(buildCommand(global, '/b', true)).toMatch(/^npm -g install --ignore-scripts=false /);
  });
});

describe('key doctor', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.create();
  });
  afterAll(() => cli.close());

  it('ends with Ctrl-C while a probe hangs', async () => {
    const host = testHost();
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const probes = { ...healthy, openVirtual: () => hanging };
    const answer = doctor(testContext(host, { home: cli.home }), probes);
    host.interrupt.abort();
    await expect(answer).rejects.toMatchObject({ code: 'interrupted' });
    expect(host.written.out).toBe('');
    release();
  });

  it('finds the virtual air usable on this machine', async () => {
    const { code, value } = await cli.json(['doctor']);
    expect(code).toBe(0);
    expect(value).toMatchObject({ ok: true, usable: expect.arrayContaining(['virtual']) });
    const { checks } = value as { checks: Check[] };
    for (const { status, detail, fix } of checks) {
      expect(['ok', 'warn', 'fail', 'skip']).toContain(status);
      expect(detail).not.toBe('');
      if (status === 'warn') expect(fix).toMatch(/\S/);
    }
  });
});
