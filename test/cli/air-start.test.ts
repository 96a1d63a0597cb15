import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';
import { H4Client } from '../support/h4-client.js';
import { Reset } from '../../lib/hci/commands/host-control.js';
import { ReadBdAddr } from '../../lib/hci/commands/information.js';
import { LeSetScanEnable, LeSetScanParameters } from '../../lib/hci/commands/listening.js';
import { completed } from '../support/hci-packets.js';

jest.setTimeout(60_000);

describe('key air start', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.create();
  });
  afterAll(() => cli.close());

  /** An air with H4 on any free port, and that port. */
  const startAir = async (): Promise<[Running, number]> => {
    const air = cli.start(['--json', 'air', 'start', '--h4', '127.0.0.1:0']);
    const [line] = await air.until(/^.*"type":"ready".*$/m);
    const { h4 } = JSON.parse(line) as { h4: { host: string; port: number } };
    expect(h4.host).toBe('127.0.0.1');
    return [air, h4.port];
  };

  it('lets a TCP client onto the air of the car, and stops with 0', async () => {
    const [air, port] = await startAir();
    const car = cli.start(['car', 'start', '--json']);
    await car.until(/"type":"ready"/);
    const client = await H4Client.connect(port);
    client.command(Reset);
    expect(await client.until(/^040e/)).toBe(completed(Reset));
    client.command(ReadBdAddr);
    expect(await client.until(/^040e/)).toMatch(/^040e0a01091000[0-9a-f]{12}$/);
    await client.enableEvents();
    client.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12 });
    client.command(LeSetScanEnable, { enable: 1 });
    // A connectable advertisement, from a public address, at one metre.
    expect(await client.until(/^043e..0201/)).toMatch(/^043e..02010000[0-9a-f]+c5$/);

    expect((await car.stop('SIGINT')).code).toBe(0);
    const { code, stdout, stderr } = await air.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await client.closed;
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(events.slice(0, 2)).toEqual(['ready', 'host-connected']);
    expect(events.at(-1)).toBe('stopped');
  });

  it('stops with 0 on SIGTERM, and says in words what it serves', async () => {
    const air = cli.start(['air', 'start', '--h4', '[::1]:0']);
    await air.until(/the air is up, instant, seed \w+; HCI over H4 on ::1 port \d+\n/);
    expect((await air.stop('SIGTERM')).code).toBe(0);
  });

  it('keeps an air up without H4, so that a phone finds one', async () => {
    const air = cli.start(['air', 'start', '--json']);
    const [line] = await air.until(/^.+$/m);
    expect(JSON.parse(line)).toMatchObject({ type: 'ready', h4: null, pty: null });
    expect(await cli.run(['scan', '--for', '0.1'])).toMatchObject({ code: 0 });
    expect((await air.stop('SIGINT')).code).toBe(0);
  });

  it('refuses what is not loopback, and what is no address', async () => {
    for (const address of ['0.0.0.0:6402', '[::]:0', 'example.org:6402', '127.0.0.1:65536']) {
      expect(await cli.json(['air', 'start', '--h4', address])).toMatchObject({
        code: 2,
        value: { code: 'usage.invalid' },
      });
    }
  });

  it('says what a pseudo-terminal needs', async () => {
    const pty = ['air', 'start', '--pty', join(cli.home, 'tty')];
    expect(await cli.json(pty, { env: { PATH: cli.home } })).toMatchObject({
      code: 4,
      value: {
        code: 'radio.unavailable',
        message: 'no pseudo-terminal: python3 does not start',
        hint: expect.stringMatching(/python3.*--h4.*socat/),
      },
    });
    expect(await cli.json(['air', 'start', '--pty', ''])).toMatchObject({ code: 2 });
  });

  it('says when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const address = `127.0.0.1:${String(port)}`;
      expect(await cli.json(['air', 'start', '--h4', address])).toMatchObject({
        code: 4,
        value: { code: 'radio.unavailable', message: `cannot listen on ${address}` },
      });
    } finally {
      other.close();
    }
  });
});
