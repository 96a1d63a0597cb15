import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import type { HciTransport } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { openWindow } from '../../../testing/open-window.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock as clock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/hci.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { preparePython } from '../../../scripts/python.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { requireTool } from '../support/toolchain.js';
import { Reader } from './guide.js';
import { PACKAGES, pinned, preparePackages } from './packages.js';

/** Runs docs/guides/stacks.md as it stands, and the stacks of @stoprocent in process. */

const GUIDE = 'docs/guides/stacks.md';
const BUMBLE = 'test/interop/bumble';

let venv: string;
beforeAll(() => {
  preparePackages();
  if (requireTool('python3')) venv = resolve(preparePython('interop-bumble', BUMBLE), '../..');
}, 600_000);

const STOPROCENT = { scope: '@stoprocent', from: resolve(PACKAGES, 'package.json') } as const;

const centrals = {
  'noble of @abandonware': (hci: HciTransport) => loadNoble(hci),
  'noble of @stoprocent': (hci: HciTransport) => loadNoble(hci, STOPROCENT),
};

const peripherals = {
  'bleno of @abandonware': (hci: HciTransport) =>
    openBlenoPeripheral({ clock, load: async () => loadBleno(hci) }),
  'bleno of @stoprocent': (hci: HciTransport) =>
    openBlenoPeripheral({ clock, load: async () => loadBleno(hci, STOPROCENT) }),
  'our own host': (hci: HciTransport) => openHciPeripheral({ clock, load: async () => hci }),
};

describe('in one process', () => {
  it.each([
    ['noble of @stoprocent', 'bleno of @abandonware'],
    ['noble of @abandonware', 'bleno of @stoprocent'],
    ['noble of @stoprocent', 'bleno of @stoprocent'],
    ['noble of @stoprocent', 'our own host'],
  ] as const)('a phone on %s pairs with a car on %s, and uses it', async (central, peripheral) => {
    const air = new VirtualAir();
    const car = await SimulatedCar.start({
      name: 'Blue',
      suite: cheapSuite,
      peripheral: await peripherals[peripheral](air.controller()),
    });
    const load = async () => centrals[central](air.controller({ position: { x: 2, y: 0 } }));
    const phone = new PhoneKey({
      name: 'Phone',
      suite: cheapSuite,
      central: await openNobleCentral({ clock, load }),
      store: new MemoryCarStore(),
    });
    try {
      await phone.pair({ code: await openWindow(car) });
      await phone.unlock();
      expect(await car.control.status()).toMatchObject({ locked: false });
      const link = await phone.connect({ car: 'Blue' });
      await link.lock();
      expect(await link.status()).toMatchObject({ locked: true });
      await link.close();
      // Advertised again after each of them.
      await phone.unlock();
    } finally {
      await phone.close();
      await car.stop();
    }
    expect(air.controllers).toEqual([]);
  });

  it('says what to install where they are not', () => {
    const air = new VirtualAir();
    for (const load of [loadNoble, loadBleno]) {
      expect(() => load(air.controller(), { scope: '@stoprocent' })).toThrow(
        expect.objectContaining({
          code: 'radio.unavailable',
          hint: expect.stringMatching(/npm install --ignore-scripts @stoprocent\/(noble|bleno)/),
        }),
      );
    }
    air.close();
  });
});

/** A port that nobody has. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
};

describe('the guide', () => {
  let reader: Reader;
  afterEach(() => reader.close());

  describe('to @stoprocent', () => {
    beforeEach(() => {
      reader = new Reader(GUIDE, '## @stoprocent');
      reader.install('node_modules', `${PACKAGES}/node_modules`);
    });

    it('names the versions that are tested', () => {
      const [install] = reader.commands;
      const { '@stoprocent/noble': noble, '@stoprocent/bleno': bleno } = pinned();
      expect(install).toBe(
        `npm install --ignore-scripts @stoprocent/noble@${String(noble)} @stoprocent/bleno@${String(bleno)}`,
      );
    });

    (process.platform === 'win32' ? it.skip : it)(
      'lets them meet, unmodified, each at a serial port of its own',
      async () => {
        const [, air, other, lock, phone] = reader.commands;
        for (const start of [air, other]) await reader.type(String(start)).until(/is up/);
        await reader.type(String(lock)).until(/lock advertises/);
        const { code, stdout, stderr } = await reader.type(String(phone)).finished;
        expect({ code, stdout, stderr }).toEqual({
          code: 0,
          stdout: 'lock was locked\n',
          stderr: '',
        });
        const { stdout: list } = await reader.type('key air list').finished;
        expect(list).toMatch(/^pty .*advertising .* lock +-$/m);
      },
    );
  });

  it('to @stoprocent in process runs, and ends by itself', async () => {
    reader = new Reader(GUIDE, '### In your process, as in a test');
    const modules = join(reader.folder, 'node_modules');
    mkdirSync(modules);
    symlinkSync(resolve('.'), join(modules, 'phonekey'));
    symlinkSync(resolve(PACKAGES, 'node_modules/@stoprocent'), join(modules, '@stoprocent'));
    const { code, stdout, stderr } = await reader.type(`node ${reader.program('ts')}`).finished;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'unlocked\n', stderr: '' });
  });

  (requireTool('python3') ? describe : describe.skip)('to bumble', () => {
    let commands: string[];
    beforeEach(async () => {
      reader = new Reader(GUIDE, '## Google bumble');
      reader.install('.venv', venv);
      const doors = new Reader(GUIDE, '## The doors');
      const port = String(await freePort());
      const all = [...reader.commands, ...doors.commands];
      await doors.close();
      commands = all.map((command) => command.replace('6402', port));
    });

    /** The command of the guide that begins so. */
    const command = (begin: string): string => {
      const found = commands.find((each) => each.startsWith(begin));
      if (found === undefined) throw new Error(`the guide has no command ${begin}`);
      return found;
    };

    it('names the version that is tested', () => {
      const [version] = /^bumble==\S+$/m.exec(readFileSync(`${BUMBLE}/requirements.txt`, 'utf8'))!;
      expect(command('python3 -m venv')).toMatch(new RegExp(`install ${version}$`));
    });

    it('gives one lock several phones, and one phone several locks, all of them in sight', async () => {
      await reader.type(command('key air start')).until(/is up/);
      const python = '.venv/bin/python ';
      await Promise.all(
        ['front', 'back'].map((name) => {
          const lock = commands.find(
            (each) => each.startsWith(`${python}lock.py`) && each.endsWith(name),
          );
          return reader.type(String(lock)).until(new RegExp(`${name} advertises`));
        }),
      );
      const watch = reader.type(command('key air watch --values').replace('lock', 'front'));
      await watch.until(/ advertises .*name "front"/); // it had begun before
      const both = command(`${python}phone.py`);
      const phones = [both, both.replace(' back', '')].map((each) => reader.type(each));
      // The second one comes while the first one stays.
      for (const phone of phones) await phone.until(/front was (locked|open)\n/);
      await phones[0]?.until(/back was locked\n/);
      const { stdout } = await reader.type('key air list --json').finished;
      const { devices } = JSON.parse(stdout) as {
        devices: { advertised: { name: string | null }; links: { role: string }[] }[];
      };
      const linksOf = (name: string) =>
        devices.find(({ advertised }) => advertised.name === name)?.links.map(({ role }) => role);
      expect([linksOf('front'), linksOf('back')]).toEqual([
        ['peripheral', 'peripheral'],
        ['peripheral'],
      ]);
      await watch.until(/Read Response: .* = 6c6f636b6564\n/);
      await watch.until(/Write Request: .* = 6f70656e\n/);
      const moved = await reader.type(command('key air move').replace('lock', 'back')).finished;
      expect(moved).toMatchObject({ code: 0, stdout: 'h4 is at 9,0\n' });
      for (const phone of phones) phone.say('\n');
      for (const phone of phones) expect((await phone.finished).code).toBe(0);
      await watch.until(/disconnected/);
    });

    it('comes over a Unix socket, too', async () => {
      const air = reader.type('key air start --h4 unix:air.sock');
      await air.until(/HCI over H4 at air\.sock\n/);
      const lock = command('.venv/bin/python lock.py').replace(/tcp-client:\S+/, 'unix:air.sock');
      await reader.type(lock).until(/front advertises/);
    });
  });
});
