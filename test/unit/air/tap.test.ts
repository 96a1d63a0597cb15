import { describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import type { AirEvent } from '../../../air/index.js';
import { setLabelCommand, setPositionCommand } from '../../../air/vendor.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { settle, TestHost } from './test-host.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { completed, event } from '../../support/hci-packets.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import { LeSetAdvertisingEnable } from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { HardwareErrorEvent } from '../../../lib/hci/events/general.js';

const RESET = commandPacket(0x0c03);

/** An event in a few words: `came 0 car`, `0 sent 01030c00`, `left 0`. */
const words = (event: AirEvent): string => {
  switch (event.type) {
    case 'came':
      return `came ${String(event.device.index)} ${event.device.label}`;
    case 'record': {
      const { index, direction, packet } = event.record;
      return `${String(index)} ${direction} ${packet.toString('hex')}`;
    }
    case 'found': {
      const { index, sets, links } = event.found;
      return `found ${String(index)}: ${String(sets.length)} sets, ${String(links.length)} links`;
    }
    case 'left':
      return `left ${String(event.device.index)}`;
  }
};

describe('a tap of an air', () => {
  const start = () => {
    const clock = new SimClock();
    const air = new VirtualAir({ seed: 'tap', clock });
    const events: AirEvent[] = [];
    const stop = air.tap((event) => events.push(event));
    return { clock, air, events, stop, heard: () => events.splice(0).map(words) };
  };

  it('introduces a controller before its first packet, and tells both directions in order', async () => {
    const { air, heard } = start();
    const car = air.controller({ label: 'car' });
    const phone = air.controller({ label: 'phone' });
    expect(heard()).toEqual([]);
    phone.send(RESET);
    car.send(RESET);
    await settle();
    expect(heard()).toEqual([
      'came 1 phone',
      '1 sent 01030c00',
      'came 0 car',
      '0 sent 01030c00',
      '1 received 040e0401030c00',
      '0 received 040e0401030c00',
    ]);
  });

  it('says when one leaves, and never uses its number again', async () => {
    const { air, heard } = start();
    for (let index = 0; index < 2; index++) {
      const controller = air.controller();
      controller.send(RESET);
      controller.close();
      await settle();
      expect(heard()).toEqual([
        `came ${String(index)} `,
        `${String(index)} sent 01030c00`,
        `left ${String(index)}`,
      ]);
    }
    air.controller().close();
    expect(heard()).toEqual([]);
  });

  it('begins with those that are there, and ends when it is told to', async () => {
    const { air, heard, stop } = start();
    const controller = air.controller({ label: 'early' });
    controller.send(RESET);
    await settle();
    const late: string[] = [];
    air.tap((event) => late.push(words(event)));
    expect(late.splice(0)).toEqual(['came 0 early']);
    heard();
    stop();
    controller.send(RESET);
    await settle();
    expect(heard()).toEqual([]);
    expect(late).toHaveLength(2);
  });

  it('tells who comes late what is going on: random addresses, advertising, links', async () => {
    const { air } = start();
    const lock = new TestHost(air.controller({ label: 'lock', peripheralLinks: 2 }));
    const phone = new TestHost(air.controller({ label: 'phone' }));
    for (const host of [lock, phone]) await host.enableEvents();
    lock.command(LeSetRandomAddress, { address: Uint8Array.of(1, 0, 0, 0, 0, 0xc0) });
    await lock.advertise();
    phone.connect(lock.controller);
    await settle();
    lock.command(LeSetAdvertisingEnable, { enable: 1 });
    await settle();
    const late: AirEvent[] = [];
    air.tap((event) => late.push(event));
    const time = expect.any(Number);
    const link = { handle: 0x40, intervalMs: 7.5, latency: 0, timeoutMs: 420 };
    expect(late).toEqual([
      {
        ...{ type: 'came', time },
        device: {
          index: 0,
          address: lock.controller.address,
          label: 'lock',
          random: ['c0:00:00:00:00:01'],
          advertised: 'car',
        },
      },
      {
        ...{ type: 'came', time },
        device: { index: 1, address: phone.controller.address, label: 'phone' },
      },
      {
        ...{ type: 'found', time },
        found: {
          index: 0,
          sets: [
            {
              ...{ name: 'legacy', connectable: true, scannable: true, extended: false },
              ownAddressType: 0,
              data: Uint8Array.of(2, 1, 6),
              scanResponse: new Uint8Array(Buffer.from('0408636172', 'hex')),
            },
          ],
          links: [{ ...link, role: 'peripheral', peer: phone.controller.address }],
        },
      },
      {
        ...{ type: 'found', time },
        found: {
          index: 1,
          sets: [],
          links: [{ ...link, role: 'central', peer: lock.controller.address }],
        },
      },
    ]);
  });

  it('does not tell how a program places its controller, but by what name', async () => {
    const { air, heard } = start();
    const host = new TestHost(air.controller());
    host.controller.send(setLabelCommand('phone'));
    host.controller.send(setPositionCommand(1, 2));
    expect(await host.packets()).toHaveLength(2);
    expect(heard()).toEqual([]);
    host.command(0xfdff);
    await settle();
    expect(heard()).toEqual(['came 0 phone', '0 sent 01fffd00', '0 received 040e0401fffd01']);
  });

  it('tells whole packets of hosts only, and of their own kinds', async () => {
    const { air, heard } = start();
    const host = new TestHost(air.controller());
    for (const junk of ['', '77', '01030c', '01030c0500', completed(Reset)]) host.send(junk);
    expect(await host.packets()).toEqual(Array(5).fill(event(HardwareErrorEvent, { code: 1 })));
    expect(heard()).toEqual(['came 0 ', ...Array<string>(5).fill('0 received 04100101')]);
  });

  it('keeps the time of the clock of the air, from the time of day on', async () => {
    const before = Date.now();
    const { air, clock, events } = start();
    const after = Date.now();
    const controller = air.controller();
    await clock.advance(5000);
    controller.send(RESET);
    await clock.advance(250);
    controller.close();
    const times = events.map((event) => (event.type === 'record' ? event.record.time : event.time));
    expect(times).toHaveLength(4);
    const [first = 0] = times;
    expect(first).toBeGreaterThan(before + 5000 - 2);
    expect(first).toBeLessThan(after + 5000 + 2);
    expect(times).toEqual([first, first, first, first + 250]);
  });

  it('keeps a packet that its host overwrites', async () => {
    const { air, heard } = start();
    const packet = Buffer.from(RESET);
    air.controller().send(packet);
    packet.fill(0xff);
    await settle();
    expect(heard()[1]).toBe('0 sent 01030c00');
  });
});
