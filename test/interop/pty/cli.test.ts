import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, lstatSync, readlinkSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Cli } from '../../support/cli.js';
import type { Running } from '../../support/running.js';
import { H4Client } from '../../support/h4-client.js';
import { requireTool } from '../support/toolchain.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { LeSetScanEnable, LeSetScanParameters } from '../../../lib/hci/commands/listening.js';
import { completed } from '../../support/hci-packets.js';

jest.setTimeout(60_000);

const describeIf = requireTool('python3') ? describe : describe.skip;

/** Resolves when nothing has the name any more, not even a link that leads nowhere. */
const vanished = async (path: string): Promise<void> => {
  const watcher = watch(dirname(path));
  try {
    while (lstatSync(path, { throwIfNoEntry: false })) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
};

describeIf('key air start --pty', () => {
  let cli: Cli;
  let path: string;
  beforeAll(async () => {
    cli = await Cli.create();
    path = join(cli.home, 'ttyBLE');
  });
  afterAll(() => cli.close());

  const startAir = async (...args: string[]): Promise<Running> => {
    const air = cli.start(['--json', 'air', 'start', '--pty', path, ...args]);
    const [line] = await air.until(/^.*"type":"ready".*$/m);
    expect(JSON.parse(line)).toMatchObject({ type: 'ready', pty: path });
    return air;
  };

  it('lets a serial host onto the air of the car, beside one that comes over TCP', async () => {
    const air = await startAir('--h4', '127.0.0.1:0');
    const [, port] = await air.until(/"port":(\d+)/);
    const car = cli.start(['car', 'start', '--json']);
    await car.until(/"type":"ready"/);
    const hosts = [H4Client.openSerial(path), await H4Client.connect(Number(port))];
    for (const host of hosts) {
      host.command(Reset);
      expect(await host.until(/^040e/)).toBe(completed(Reset));
      await host.enableEvents();
      host.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12 });
      host.command(LeSetScanEnable, { enable: 1 });
      expect(await host.until(/^043e..0201/)).toMatch(/^043e..02010000[0-9a-f]+c5$/);
    }
    await air.until(/"type":"host-connected","hosts":2/);
    expect((await car.stop('SIGINT')).code).toBe(0);
    const { code, stderr } = await air.stop('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const host of hosts) await host.closed;
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says in words where it is, and stops with 0 on SIGTERM', async () => {
    const air = cli.start(['air', 'start', '--pty', path]);
    await air.until(
      new RegExp(`the air is up, instant, seed \\w+; HCI over H4 at \\S*/${basename(path)}\n`),
    );
    expect((await air.stop('SIGTERM')).code).toBe(0);
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('leaves no link and no process behind when it is killed', async () => {
    const air = await startAir();
    const folder = dirname(readlinkSync(path));
    const host = H4Client.openSerial(path);
    host.command(Reset);
    await host.until(/^040e/);
    await air.stop('SIGKILL');
    await host.closed; // hung up: nobody holds the pty
    await vanished(path);
    await vanished(folder);
    expect(existsSync(folder)).toBe(false);
  });

  it('takes the door to TCP down again when the pty cannot be had', async () => {
    const air = await startAir();
    const second = await cli.json(['air', 'start', '--h4', '127.0.0.1:0', '--pty', path]);
    expect(second).toMatchObject({ code: 2, value: { code: 'usage.invalid' } });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect((await air.stop('SIGINT')).code).toBe(0);
  });
});
