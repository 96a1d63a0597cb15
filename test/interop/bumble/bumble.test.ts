import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadBleno, loadNoble, serveH4, VirtualAir } from '../../../air/index.js';
import type { H4Server } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Advertisement } from '../../../lib/radio/types.js';
import { decodeFromCar } from '../../../lib/wire/codec.js';
import { Reassembler } from '../../../lib/wire/framing.js';
import { fromHex } from '../../vectors/support.js';
import { requireTool } from '../support/toolchain.js';
import { BumbleRun, prepareBumble } from './bumble.js';

const describeIf = requireTool('python3') ? describe : describe.skip;

describeIf('Google bumble as the host, over H4/TCP', () => {
  let air: VirtualAir;
  let server: H4Server;
  let warnings: string[];
  const runs: BumbleRun[] = [];

  const bumble = (program: string, ...args: string[]): BumbleRun => {
    const run = new BumbleRun(program, server.port, ...args);
    runs.push(run);
    return run;
  };

  beforeAll(prepareBumble, 600_000);

  beforeEach(async () => {
    air = new VirtualAir();
    warnings = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => void warnings.push(message),
    };
    server = await serveH4({ air, logger });
  });

  afterEach(async () => {
    for (const run of runs.splice(0)) await run.stop();
    await server.close();
    air.close();
    expect(warnings).toEqual([]); // not one packet was malformed
  });

  it('as a central: finds our car, reads it, hears its hello and writes to it', async () => {
    const closed: string[] = [];
    const car = await SimulatedCar.start({
      name: 'Test car',
      peripheral: await openBlenoPeripheral({
        clock: systemClock,
        load: () => Promise.resolve(loadBleno(air.controller({ position: { x: 3, y: 4 } }))),
      }),
      onLinkEvent: (event) => {
        if (event.type === 'link-closed') closed.push(event.why);
      },
    });
    try {
      // A frame of no bytes, which the car ends the link for: so it has got both.
      const events = await bumble('central.py', '0000').rest();
      expect(events).toEqual([
        { event: 'found', rssi: -74, service_data: expect.stringMatching(/^00[0-9a-f]{16}$/) },
        { event: 'connected', mtu: 185 },
        { event: 'features', features: 0x412f, phy: 1 },
        { event: 'info', value: '01' },
        { event: 'hello', value: expect.any(String) },
        { event: 'written' },
        { event: 'disconnected', reason: 0x13 },
      ]);
      const [message] = new Reassembler().push(fromHex(String(events[4]?.['value'])));
      if (message === undefined) throw new Error('no whole message');
      expect(decodeFromCar(message).case).toBe('hello');
      expect(closed).toEqual(['protocol.malformed']);
    } finally {
      await car.stop();
    }
  });

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
      await central.scan((advertisement) => {
        found ??= advertisement;
        stop.abort();
      }, stop.signal);
      if (found === undefined) throw new Error('nothing found');
      expect(toHex(found.serviceData)).toBe('000102030405060708');
      const link = await central.connect(found);
      expect(await car.next()).toEqual({ event: 'connected' });
      expect(link.mtu).toBe(256);
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
