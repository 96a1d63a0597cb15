import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectHub } from '../../../air/index.js';
import { tapHub } from '../../../air/hub/control-client.js';
import { listAir } from '../../../cli/air/list.js';
import { moveOnAir } from '../../../cli/air/move.js';
import { openDoors } from '../../../cli/air/doors.js';
import { showAir } from '../../../cli/air/watch.js';
import type { WatchOptions } from '../../../cli/air/watch.js';
import type { Context } from '../../../cli/context.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { LeCreateConnection } from '../../../lib/hci/commands/listening.js';
import { aclPacket } from '../../../lib/hci/h4.js';
import { testContext, testHost } from '../../support/cli-host.js';
import { H4Client } from '../../support/h4-client.js';
import { bytes } from '../../support/hci-packets.js';
import { startHub } from '../../unit/air/hub-rig.js';
import type { HubRig } from '../../unit/air/hub-rig.js';

/** Hosts that come by --h4, on a hub in this process, and what the commands show of them. */

const LOCK = 'c0:00:00:00:00:01';
const PHONE = 'c0:00:00:00:00:02';
const RANDOM = 1;

let home: string;
let hub: HubRig;
let doors: Awaited<ReturnType<typeof openDoors>>;
const clients: H4Client[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
  hub = await startHub();
  const { context } = command();
  const options = { h4: { host: '127.0.0.1', port: 0 }, links: 2 };
  const quiet = { tell: () => undefined, failed: () => undefined };
  doors = await openDoors(context, options, quiet);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await doors.close();
  await hub.close();
  await rm(home, { recursive: true, force: true });
});

/** A command on the hub of the test. */
const command = () => {
  const host = testHost();
  const base = testContext(host, { home });
  const context: Context = { ...base, paths: { ...base.paths, hub: hub.path } };
  return { host, context };
};

const wire = (address: string): Uint8Array => bytes(address.replaceAll(':', '')).toReversed();

/** A host with a random address. */
const enter = async (address: string): Promise<H4Client> => {
  const { h4 } = doors.where;
  if (h4 === null || !('port' in h4)) throw new Error('no door');
  const client = await H4Client.connect(h4.port);
  clients.push(client);
  client.command(Reset);
  await client.enableEvents();
  client.command(LeSetRandomAddress, { address: wire(address) });
  await client.until(/^040e04010520/);
  return client;
};

const enable = async (host: H4Client): Promise<void> => {
  host.command(LeSetAdvertisingEnable, { enable: 1 });
  expect(await host.until(/^040e04010a20/)).toMatch(/00$/);
};

const advertise = async (host: H4Client, name: string): Promise<void> => {
  const parameters = { intervalMin: 0xa0, intervalMax: 0xa0, channels: 7, ownAddressType: RANDOM };
  const data = Buffer.from([name.length + 1, 9, ...Buffer.from(name)]);
  host.command(LeSetAdvertisingParameters, parameters);
  const length = data.length;
  host.command(LeSetAdvertisingData, { length, data: Buffer.concat([data], 31) });
  await enable(host);
};

const connect = async (host: H4Client, peer: string): Promise<void> => {
  host.command(LeCreateConnection, {
    ...{ scanInterval: 0x60, scanWindow: 0x30, intervalMin: 6, intervalMax: 6, timeout: 0x2a },
    ...{ peerAddressType: RANDOM, peerAddress: wire(peer), ownAddressType: RANDOM },
  });
  await host.until(/^043e..0100/);
};

/** An ATT PDU in an ACL packet, of the first link of the host. */
const say = (host: H4Client, pdu: string): void => {
  const header = Buffer.of(pdu.length / 2, 0, 4, 0);
  host.send(aclPacket(0x40, 0, Buffer.concat([header, bytes(pdu)])));
};

const list = async (): Promise<string> => {
  const { host, context } = command();
  await listAir(context, {});
  return host.written.out;
};

const move = async (who: string): Promise<string> => {
  const { host, context } = command();
  await moveOnAir(context, who, { to: { x: 2, y: 0 } });
  return host.written.out;
};

/** Lines of `key air watch` until one matches. */
const watch = async (options: WatchOptions) => {
  const { host, context } = command();
  const finished = showAir(context, options, () => tapHub(hub.path));
  await host.wrote(/watching the air/);
  return {
    async end(): Promise<string[]> {
      host.interrupt.abort();
      await finished;
      return host.written.out
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(13).replaceAll(/ +/g, ' '));
    },
  };
};

describe('hosts of other stacks', () => {
  it('are listed and moved by what they are called, and as many as --links says reach one', async () => {
    const lock = await enter(LOCK);
    await advertise(lock, 'lock');
    const phone = await enter(PHONE);
    expect(await list()).toMatch(
      new RegExp(`^h4 +1,0 .* advertising +\\S+ +lock, ${LOCK} +-$`, 'm'),
    );
    expect(await move('lock')).toBe('h4 is at 2,0\n');
    expect(await move(PHONE.toUpperCase())).toBe('h4 is at 2,0\n');
    await expect(move('h4')).rejects.toMatchObject({ message: 'there are 2 on the air called h4' });
    await expect(move('nosuch')).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: 'On it: h4 (lock), h4.',
    });
    // The phone of the command itself may be put somewhere before it was ever there.
    expect(await move('phone')).toMatch(/^phone is at 2,0 \(it is not on the air now/);

    await connect(phone, LOCK);
    await enable(lock);
    await connect(await enter('c0:00:00:00:00:03'), LOCK);
    lock.command(LeSetAdvertisingEnable, { enable: 1 });
    // Connection limit exceeded.
    expect(await lock.until(/^040e04010a20/)).toMatch(/09$/);
  });

  it('a watch that begins late tells who is there and at what, and then values, of one alone', async () => {
    const lock = await enter(LOCK);
    await advertise(lock, 'lock');
    const phone = await enter(PHONE);
    await connect(phone, LOCK);
    const other = await enter('c0:00:00:00:00:03');
    await advertise(other, 'other');
    const all = await watch({});
    const named = await watch({ values: true, only: 'other' });
    const addressed = await watch({ values: true, only: PHONE });
    const hci = await watch({ hci: true, only: 'lock' });

    say(phone, '120c00c0ffee');
    await lock.until(/120c00c0ffee$/);
    say(lock, '13');
    await phone.until(/^02.*13$/);
    say(phone, '0a0c00');
    await lock.until(/0a0c00$/);
    say(lock, '0b6869');
    await phone.until(/0b6869$/);

    const connected = 'h4 #1 -- h4 #0 (lock) connected: interval 7.5 ms, latency 0, timeout 420 ms';
    const advertises = 'h4 #2 (other) advertises (connectable, scannable): name "other"';
    const told = await all.end();
    expect(told).toEqual(
      expect.arrayContaining(['h4 (lock) is on the air', connected, advertises]),
    );
    expect(told).toContain('h4 #1 -> h4 #0 (lock) Write Request: handle 0x000c, 3 B');
    expect(told.join()).not.toMatch(/c0ffee/);
    expect((await named.end()).slice(1)).toEqual([advertises]);
    const values = [
      'h4 #1 -> h4 #0 (lock) Write Request: handle 0x000c, 3 B = c0ffee',
      'h4 #1 <- h4 #0 (lock) Write Response: handle 0x000c',
      'h4 #1 -> h4 #0 (lock) Read Request: handle 0x000c',
      'h4 #1 <- h4 #0 (lock) Read Response: handle 0x000c, 2 B = 6869',
    ];
    expect((await addressed.end()).slice(1)).toEqual([connected, ...values]);
    // By the name that it advertised before the phone came.
    expect((await hci.end()).filter((line) => line.includes('ACL'))).toEqual([
      expect.stringMatching(/^h4 #0 \(lock\) < +ACL: .*Write Request/),
      expect.stringMatching(/^h4 #0 \(lock\) > +ACL: .*Write Response/),
      expect.stringMatching(/^h4 #0 \(lock\) < +ACL: .*Read Request/),
      expect.stringMatching(/^h4 #0 \(lock\) > +ACL: .*Read Response/),
    ]);
  });

  it('are on the air with others of the same hub', async () => {
    const car = await connectHub(hub.path, { label: 'car' });
    await advertise(await enter(LOCK), 'lock');
    expect(await list()).toMatch(/^car .*\n.*lock/m);
    car.close();
  });
});
