import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Peripheral } from '@abandonware/noble';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLogger } from '../../../lib/platform/logger.js';
import { openWindow } from '../../../testing/open-window.js';
import { loadBleno, loadNoble, serveH4, servePty, VirtualAir } from '../../../air/index.js';
import type { H4Server, HciTransport } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarEvent, SimulatedCarOptions } from '../../../firmware-sim/index.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openHciPeripheral } from '../../../lib/radio/hci.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Advertisement } from '../../../lib/radio/types.js';
import { decodeFromCar } from '../../../lib/native/codec.js';
import { Reassembler } from '../../../lib/link/message-link.js';
import { fromHex } from '../../vectors/support.js';
import type { PhoneRun } from '../python-phone/python-phone.js';
import { preparePhone, runPhone } from '../python-phone/python-phone.js';
import { requireTool } from '../support/toolchain.js';
import { BumbleLink } from './bumble-link.js';
import { BumbleRun, overTcp, prepareBumble } from './bumble.js';
import { MAX_MESSAGE_BYTES, nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';
import { serviceDataOf } from '../../../lib/link/advertising.js';

const peripherals = {
  bleno: (hci: HciTransport) =>
    openBlenoPeripheral({ clock: systemClock, load: async () => loadBleno(hci) }),
  'our own host': (hci: HciTransport) =>
    openHciPeripheral({ clock: systemClock, load: async () => hci }),
};

const describeIf = requireTool('python3') ? describe : describe.skip;

describeIf('Google bumble as the host', () => {
  let air: VirtualAir;
  let server: H4Server;
  let warnings: string[];
  const runs: BumbleRun[] = [];
  const logger = {
    ...silentLogger,
    warn: (message: string) => void warnings.push(message),
  };

  const bumbleOver = (transport: string, program: string, ...args: string[]): BumbleRun => {
    const run = new BumbleRun(program, transport, ...args);
    runs.push(run);
    return run;
  };

  const bumble = (program: string, ...args: string[]): BumbleRun =>
    bumbleOver(overTcp(server), program, ...args);

  beforeAll(() => {
    prepareBumble();
    preparePhone();
  }, 600_000);

  beforeEach(async () => {
    air = new VirtualAir();
    warnings = [];
    server = await serveH4({ air, logger });
  });

  afterEach(async () => {
    for (const run of runs.splice(0)) await run.stop();
    await server.close();
    air.close();
    expect(warnings).toEqual([]); // not one packet was malformed
  });

  /** Starts a car five metres away. */
  const startCar = async (
    callbacks: Pick<SimulatedCarOptions, 'onLinkEvent' | 'onEvent'>,
    stack: keyof typeof peripherals,
  ): Promise<SimulatedCar> => {
    const controller = air.controller({ position: { x: 3, y: 4 }, peripheralLinks: 3 });
    const peripheral = await peripherals[stack](controller);
    return SimulatedCar.start({ name: 'Test car', peripheral, ...callbacks });
  };

  /** Why the car ended its links while somebody met it. */
  const besideCar = async (
    meet: () => Promise<void>,
    stack: keyof typeof peripherals = 'bleno',
  ): Promise<string[]> => {
    const closed: string[] = [];
    const onLinkEvent: SimulatedCarOptions['onLinkEvent'] = (event) => {
      if (event.type === 'link-closed') closed.push(event.why);
    };
    const car = await startCar({ onLinkEvent }, stack);
    try {
      await meet();
    } finally {
      await car.stop();
    }
    return closed;
  };

  /** Sends a frame of no bytes, which the car ends the link for: so it has got both. */
  const meetAsCentral = async (central: BumbleRun): Promise<void> => {
    const events = await central.rest();
    expect(events).toEqual([
      { event: 'found', rssi: -74, service_data: expect.stringMatching(/^00[0-9a-f]{16}$/) },
      { event: 'connected', mtu: 185 },
      { event: 'features', features: 0x412f, phy: 1 },
      { event: 'info', value: '01' },
      { event: 'hello', value: expect.any(String) },
      { event: 'written' },
      { event: 'disconnected', reason: 0x13 },
    ]);
    const [message] = new Reassembler(MAX_MESSAGE_BYTES).push(
      fromHex(String(events[4]?.['value'])),
    );
    if (message === undefined) throw new Error('no whole message');
    expect(decodeFromCar(message).case).toBe('hello');
  };

  const stacks = Object.keys(peripherals) as (keyof typeof peripherals)[];

  it.each(stacks)(
    'as a central: finds our car on %s, reads it, hears its hello and writes to it',
    async (stack) => {
      const closed = await besideCar(() => meetAsCentral(bumble('central.py', '0000')), stack);
      expect(closed).toEqual(['protocol.malformed']);
    },
  );

  it('as three centrals at once: each has a link of its own to our car on its own host', async () => {
    const closed = await besideCar(async () => {
      const links = await Promise.all(
        [1, 2, 3].map((n) => BumbleLink.connect(bumble('link.py', `F0:F1:F2:F3:F4:0${n}`))),
      );
      const hellos = new Set<string>();
      await Promise.all(
        links.map(async (link) => {
          const hello = await new Promise<Uint8Array>((data, reject) => {
            link.open({ data, closed: reject }).catch(reject);
          });
          hellos.add(toHex(hello));
        }),
      );
      expect(hellos.size).toBe(3);
      for (const link of links) await link.close();
    }, 'our own host');
    expect(closed).toEqual(['remote', 'remote', 'remote']);
  });

  it('as a central at a serial port: the same, and once more after it was closed', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'key-')), 'ttyBLE');
    const pty = await servePty({ path, air, logger });
    try {
      const closed = await besideCar(async () => {
        for (let i = 0; i < 2; i++) {
          await meetAsCentral(bumbleOver(`serial:${path}`, 'central.py', '0000'));
        }
      });
      expect(closed).toEqual(['protocol.malformed', 'protocol.malformed']);
    } finally {
      await pty.close();
      rmdirSync(dirname(path)); // empty: the link is gone
    }
  });

  it.each(stacks)(
    'carries the Python phone to our car on %s: it pairs, unlocks, and is refused once removed',
    async (stack) => {
      const home = mkdtempSync(join(tmpdir(), 'key-'));
      const state = join(home, 'phone.json');
      const events: CarEvent[] = [];
      const car = await startCar({ onEvent: (event) => void events.push(event) }, stack);
      const phone = async (args: string[], code?: string): Promise<PhoneRun> => {
        const link = await BumbleLink.connect(bumble('link.py'));
        expect(link.mtu).toBe(247);
        return runPhone(args, { link, ...(code !== undefined && { code }) });
      };
      try {
        const code = await openWindow(car);
        const wrong = code === '12345678' ? '12345679' : '12345678';
        expect(await phone(['pair', '--state', state], wrong)).toMatchObject({
          exitCode: 1,
          errors: 'phone.py: wrong code\n',
        });
        expect(await phone(['pair', '--state', state], code)).toMatchObject({
          exitCode: 0,
          errors: '',
          result: { car: 'Test car', role: 'owner' },
        });
        const used = await phone([
          'command',
          '--state',
          state,
          'status',
          'unlock',
          'start',
          'status',
        ]);
        expect(used).toMatchObject({
          exitCode: 0,
          errors: '',
          result: {
            results: [
              { command: 'status', outcome: 'status', locked: true },
              { command: 'unlock', outcome: 'done' },
              { command: 'start', outcome: 'done' },
              { command: 'status', outcome: 'status', locked: false, drive_seconds_left: 120 },
            ],
          },
        });
        const by = { slot: 0, name: 'Python phone' };
        expect(events).toContainEqual(expect.objectContaining({ type: 'unlocked', by }));

        await car.control.reset();
        expect(await phone(['command', '--state', state, 'unlock'])).toMatchObject({
          exitCode: 1,
          errors: 'phone.py: the car does not accept the key\n',
        });
        expect(events.filter(({ type }) => type === 'unlocked')).toHaveLength(1);
      } finally {
        await car.stop();
        rmSync(home, { recursive: true });
      }
    },
  );

  it('as a peripheral: our phone finds it, reads it, writes, and is notified', async () => {
    const car = bumble('peripheral.py');
    expect(await car.next()).toEqual({ event: 'ready' });
    const central = await openNobleCentral({
      clock: systemClock,
      load: () => Promise.resolve(loadNoble(air.controller({ position: { x: 1, y: 0 } }))),
    });
    try {
      const stop = new AbortController();
      let found: Advertisement | undefined;
      await central.scan(
        [nativeScan],
        (advertisement) => {
          found ??= advertisement;
          stop.abort();
        },
        stop.signal,
      );
      if (found === undefined) throw new Error('nothing found');
      expect(toHex(serviceDataOf(found, nativeProfile.service)!)).toBe('000102030405060708');
      const link = await central.connect(found, nativeProfile);
      expect(await car.next()).toEqual({ event: 'connected' });
      expect(link.mtu).toBe(256);
      // Its attributes are in the row that phones remember, too.
      expect(link.attHandle).toBeGreaterThan(0);
      let notified: (chunk: Uint8Array) => void = () => undefined;
      await link.open({
        data: (chunk) => {
          notified(chunk);
        },
        closed: () => undefined,
      });
      for (const length of [1, 20, 253]) {
        const chunk = new Uint8Array(length).fill(length);
        const echo = new Promise<Uint8Array>((resolve) => (notified = resolve));
        await link.send(chunk);
        expect(await car.next()).toEqual({ event: 'written', value: toHex(chunk) });
        expect(toHex(await echo)).toBe(toHex(chunk));
      }
      await link.close();
      expect(await car.rest()).toEqual([{ event: 'disconnected', reason: 0x13 }]);
    } finally {
      await central.close();
    }
  });

  it('as a peripheral: our noble pairs with it and reads over the encrypted link', async () => {
    const secret = bumble('secret.py');
    expect(await secret.next()).toEqual({ event: 'ready' });
    const { noble, close } = loadNoble(air.controller());
    try {
      await noble.startScanningAsync([], false);
      const found = await new Promise<Peripheral>((resolve) => noble.once('discover', resolve));
      await noble.stopScanningAsync();
      await found.connectAsync();
      const { characteristics } = await found.discoverAllServicesAndCharacteristicsAsync();
      const readable = characteristics.find(({ uuid }) => uuid.startsWith('181b0001'));
      expect((await readable?.readAsync())?.toString()).toBe('secret');
      await found.disconnectAsync();
      expect(await secret.rest()).toEqual([
        { event: 'connected', encrypted: false },
        { event: 'encryption', encrypted: true },
        { event: 'disconnected', reason: 0x13 },
      ]);
    } finally {
      close();
    }
  });

  it('as both: pairs, encrypts with the key, and is refused with another one or none', async () => {
    expect(await bumble('encrypt.py').rest()).toEqual([
      { event: 'paired', encrypted: [true, true] },
      { event: 'same key', status: 0x00, before: [false, false], encrypted: [true, true] },
      { event: 'other key', status: 0x3d, encrypted: [false, false], reasons: [0x3d, 0x3d] },
      { event: 'no key', status: 0x06, encrypted: [false, false] },
      { event: 'still linked', reasons: [0x16, 0x13] },
    ]);
  });
});
