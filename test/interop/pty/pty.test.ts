import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { silentLogger } from '../../../lib/platform/logger.js';
import { servePty, VirtualAir } from '../../../air/index.js';
import type { PtyServer } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { H4Client } from '../../support/h4-client.js';
import { createConnection, TestHost } from '../../unit/air/test-host.js';
import { requireTool } from '../support/toolchain.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import {
  LeCreateConnection,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { DisconnectionComplete } from '../../../lib/hci/events/links.js';

jest.setTimeout(60_000);

const RESET_COMPLETE = completed(Reset);
/** Every byte that a terminal which is not raw would do something with, and more. */
const CONTROL_CHARACTERS = '1e00030408090a0d0e0f1112131415161718191a1b1c1d1f7f80ff5c0a0d0a0d';

const describeIf = requireTool('python3') ? describe : describe.skip;

describeIf('a pseudo-terminal', () => {
  let home: string;
  let path: string;
  let clock: SimClock;
  let air: VirtualAir;
  let server: PtyServer;
  let lost: Promise<void>;
  let warnings: string[];
  let changed: () => void;
  const clients: H4Client[] = [];

  const open = (): H4Client => {
    const client = H4Client.openSerial(path);
    clients.push(client);
    return client;
  };

  /** Until so many hosts have their controller. */
  const hosts = async (count: number): Promise<void> => {
    while (air.controllers.length !== count) {
      await new Promise<void>((resolve) => (changed = resolve));
    }
  };

  const reset = async (client: H4Client): Promise<string> => {
    client.command(Reset);
    return client.until(/./);
  };

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'key-'));
    path = join(home, 'ttyBLE');
    clock = new SimClock();
    air = new VirtualAir({ seed: 'pty', clock });
    warnings = [];
    changed = () => undefined;
    let onLost: () => void = () => undefined;
    lost = new Promise((resolve) => (onLost = resolve));
    server = await servePty({
      path,
      air,
      logger: {
        ...silentLogger,
        warn: (message) => void warnings.push(message),
      },
      onLost,
      onConnect: () => {
        changed();
      },
      onDisconnect: () => {
        changed();
      },
    });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('is a serial port of its user alone that speaks H4', async () => {
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(statSync(path).isCharacterDevice()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await reset(open())).toBe(RESET_COMPLETE);
    expect(air.controllers.length).toBe(1);
  });

  it('is raw: every byte passes both ways', async () => {
    const client = open();
    await client.enableEvents();
    const other = new TestHost(air.controller());
    await other.enableEvents();
    await other.advertise(CONTROL_CHARACTERS.slice(0, 62));
    client.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12 });
    client.command(LeSetScanEnable, { enable: 1 });
    expect(await client.until(/^043e/)).toContain(CONTROL_CHARACTERS.slice(0, 62));

    client.command(LeSetScanEnable);
    client.command(LeSetAdvertisingParameters, {
      intervalMin: 0xa0,
      intervalMax: 0xa0,
      channels: 7,
    });
    client.command(LeSetAdvertisingData, {
      length: 31,
      data: bytes(CONTROL_CHARACTERS.slice(0, 62)),
    });
    client.command(LeSetAdvertisingEnable, { enable: 1 });
    await client.until(/^040e04010a20/);
    other.scan(false);
    expect((await other.packets()).join()).toContain(CONTROL_CHARACTERS.slice(0, 62));
  });

  it('closing is power-off: the peer loses the link with reason 0x08; opening is power-on', async () => {
    const car = new TestHost(air.controller());
    await car.enableEvents();
    await car.advertise();
    const client = open();
    await client.enableEvents();
    const first = air.controllers.at(-1)!.address;
    client.command(LeCreateConnection, createConnection(car.controller));
    await client.until(/^043e130100/);
    await car.packets();
    client.close();
    await hosts(1);
    await clock.advance(420);
    expect(await car.packets()).toEqual([
      event(DisconnectionComplete, { handle: 0x40, reason: Status.connectionTimeout }),
    ]);

    expect(await reset(open())).toBe(RESET_COMPLETE);
    expect(air.controllers.length).toBe(2);
    expect(air.controllers.at(-1)!.address).not.toBe(first);
  });

  it('opening without a word is no power-on', async () => {
    const silent = open();
    silent.close();
    await silent.closed;
    expect(await reset(open())).toBe(RESET_COMPLETE);
    expect(air.controllers.length).toBe(1);
  });

  it('keeps what one user did not read from the next', async () => {
    const port = await openFile(path, constants.O_RDWR | constants.O_NOCTTY);
    // 64 KiB of events, more than a pty holds; one byte of them is read.
    await port.write(Buffer.from('01021000'.repeat(900), 'hex'));
    await port.read(Buffer.alloc(1));
    await port.close();
    await hosts(0);
    expect(await reset(open())).toBe(RESET_COMPLETE);
  });

  it('answers a malformed stream with a hardware error and hangs up; the path leads on', async () => {
    const slave = realpathSync(path);
    const client = open();
    expect(await reset(client)).toBe(RESET_COMPLETE);
    client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await client.until(/^04100102$/);
    await client.closed;
    expect(warnings).toEqual(['malformed H4 stream from a host']);
    await hosts(0);
    expect(existsSync(slave)).toBe(false);
    expect(await reset(open())).toBe(RESET_COMPLETE);
  });

  it('leaves nothing behind when it is closed', async () => {
    const folder = dirname(readlinkSync(path));
    const client = open();
    expect(await reset(client)).toBe(RESET_COMPLETE);
    await server.close();
    await server.close();
    await client.closed;
    expect(air.controllers).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('says when it is lost, and leaves nothing behind then', async () => {
    const folder = dirname(readlinkSync(path));
    const client = open();
    expect(await reset(client)).toBe(RESET_COMPLETE);
    process.kill(bridgeOf(folder), 'SIGKILL');
    await lost;
    await client.closed;
    expect(air.controllers).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('is refused where something is', async () => {
    await expect(servePty({ path, air })).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(await reset(open())).toBe(RESET_COMPLETE);
    expect(warnings).toEqual([]);
  });
});

/** The process that holds the pty; its arguments name the folder. */
const bridgeOf = (folder: string): number => {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)) return Number(pid);
    } catch {
      // Gone meanwhile.
    }
  }
  throw new Error(`no process for ${basename(folder)}`);
};
