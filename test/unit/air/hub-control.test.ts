import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { connectHub, openHubControl } from '../../../air/index.js';
import type { AirEvent, HubTap } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MAX_REQUEST_BYTES } from '../../../local/rpc/server.js';
import { readLines, startHub } from './hub-rig.js';
import type { HubRig } from './hub-rig.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { ReadSupportedCommands } from '../../../lib/hci/commands/information.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { completed } from '../../support/hci-packets.js';

jest.setTimeout(30_000);

let hub: HubRig;
beforeEach(async () => {
  hub = await startHub(undefined, { seed: 'control' });
});
afterEach(() => hub.close());

const INFO = { seed: 'control', pace: 'instant', faults: null, devices: 0 };
const REFUSED = { error: expect.objectContaining({ code: 'usage.invalid', kind: 'usage' }) };

/** What comes for these bytes, until both sides have closed. */
const ask = async (bytes: string | Uint8Array): Promise<Record<string, unknown>[]> => {
  const socket = await hub.enter();
  socket.end(bytes);
  return readLines(socket);
};

describe('a control connection', () => {
  it('answers in order, however the bytes come', async () => {
    const socket = await hub.enter();
    const lines = readLines(socket);
    const requests = '{"op":"info"}\n{"op":"list"}\n{"op":"fly"}\n{"op":"info"}\n';
    for (const byte of Buffer.from(requests)) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    socket.end();
    const list = { ...INFO, devices: [], absent: [] };
    expect(await lines).toEqual([{ result: INFO }, { result: list }, REFUSED, { result: INFO }]);
    expect(await ask(requests)).toHaveLength(4);
  });

  it('refuses a line that is no request, and goes on', async () => {
    const lines = ['{', '{}', '[]', '', 'null', '{"op":"info","op2":1}', '{"op":"\xff"}'];
    const bytes = Buffer.from(`{"op":"info"}\n${lines.join('\n')}\n{"op":"info"}\n`, 'latin1');
    const answers = await ask(bytes);
    expect(answers).toEqual([{ result: INFO }, ...lines.map(() => REFUSED), { result: INFO }]);
  });

  it('takes a request of 4096 bytes, and ends at a longer one', async () => {
    const fits = '{"op":"info"}'.padEnd(MAX_REQUEST_BYTES);
    const answers = await ask(`${fits}\n${fits} \n${fits}\n`);
    expect(answers).toEqual([{ result: INFO }, REFUSED]);
    expect(await ask('{'.padEnd(MAX_REQUEST_BYTES + 1))).toEqual([REFUSED]);
  });

  it('is no controller, and leaves hosts alone', async () => {
    const host = await connectHub(hub.path, { label: 'phone' });
    expect(await ask('{"op":"info"}\n')).toEqual([{ result: { ...INFO, devices: 1 } }]);
    await ask('{\n\n\n');
    expect(host.closed).toBe(false);
    host.close();
  });

  it('answers any bytes with objects, and the next connection as ever', async () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.constantFrom('{"op":"list"}', '{"op":"tap"}', '{"op":"move","who":"x"}').map(Buffer.from),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), async (lines) => {
        const bytes = lines.flatMap((each) => [each, Buffer.from('\n')]);
        for (const answer of await ask(Buffer.concat([Buffer.from('{'), ...bytes]))) {
          expect(Object.keys(answer)).toHaveLength(1);
          expect(answer['result'] ?? answer['error']).toBeInstanceOf(Object);
        }
        expect(await ask('{"op":"info"}\n')).toEqual([{ result: INFO }]);
      }),
    );
  });

  it('ends for who asks and does not read', async () => {
    await hub.close();
    hub = await startHub(new SimClock(), { seed: 'control' }); // however long this takes, it stays
    const hosts = await Promise.all(
      Array.from({ length: 16 }, () => connectHub(hub.path, { label: 'x'.repeat(60) })),
    );
    const socket = await hub.enter();
    socket.pause();
    const end = hub.accepted.at(-1);
    if (end === undefined) throw new Error('nobody came');
    const over = once(end, 'finish');
    // Answers of more than 2000 bytes: 10 MB.
    const requests = Buffer.from('{"op":"list"}\n'.repeat(5000));
    socket.write(requests);
    while (!end.writableEnded) await new Promise(setImmediate);
    const lines = await readLines(socket);
    await over;
    expect(lines.at(-1)).toMatchObject({ error: { code: 'radio.unavailable' } });
    expect(lines.length).toBeLessThan(4000);
    expect(JSON.stringify(lines[0]).length).toBeGreaterThan(2000);
    expect(await ask('{"op":"info"}\n')).toEqual([{ result: { ...INFO, devices: 16 } }]);
    for (const host of hosts) host.close();
  });
});

describe('a tap', () => {
  const events = async (tap: HubTap): Promise<AirEvent[]> => {
    const found: AirEvent[] = [];
    for await (const event of tap) found.push(event);
    return found;
  };

  it('gives devices and packets of all hosts, up to the moment it is stopped', async () => {
    const control = await openHubControl(hub.path);
    const early = await connectHub(hub.path, { label: 'early' });
    const tap = await control.tap();
    control.close();
    const reset = commandPacket(Reset.opcode);
    for (const host of [early, await connectHub(hub.path, { label: 'late' })]) {
      const answered = new Promise((resolve) => host.onPacket(resolve));
      host.send(reset);
      await answered;
      if (host !== early) host.close();
    }
    const another = await openHubControl(hub.path);
    while ((await another.info()).devices > 1) await new Promise(setImmediate);
    another.close();
    tap.stop();
    const device = (index: number, label: string) => ({
      index,
      label,
      address: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    });
    const time = expect.any(Number);
    const exchange = (index: number) => [
      { type: 'record', record: { index, direction: 'sent', packet: reset, time } },
      {
        type: 'record',
        record: {
          index,
          direction: 'received',
          packet: Buffer.from(completed(Reset), 'hex'),
          time,
        },
      },
    ];
    expect(await events(tap)).toEqual([
      { type: 'came', device: device(0, 'early'), time },
      ...exchange(0),
      { type: 'came', device: device(1, 'late'), time },
      ...exchange(1),
      { type: 'left', device: device(1, 'late'), time },
    ]);
    early.close();
  });

  it('ends with the air, and throws when it is lost before', async () => {
    const clock = new SimClock();
    const other = await startHub(clock);
    const host = await connectHub(other.path, { label: 'host' });
    const tap = await (await openHubControl(other.path)).tap();
    host.close();
    while (other.idle() === 0) await clock.advance(100);
    expect(await events(tap)).toEqual([]);
    await other.close();

    const lost = await (await openHubControl(hub.path)).tap();
    for (const socket of hub.accepted) socket.destroy();
    await expect(events(lost)).rejects.toMatchObject({ code: 'radio.unavailable' });
  });

  it('closes when its reader leaves the loop', async () => {
    const host = await connectHub(hub.path, { label: 'host' });
    host.send(commandPacket(Reset.opcode));
    const tap = await (await openHubControl(hub.path)).tap();
    const end = hub.accepted.at(-1);
    if (end === undefined) throw new Error('nobody came');
    for await (const event of tap) {
      expect(event.type).toBe('came');
      break;
    }
    if (!end.closed) await once(end, 'close');
    host.close();
  });

  it('takes no further request but to stop, which only a tap takes', async () => {
    const socket = await hub.enter();
    socket.write('{"op":"tap"}\n{"op":"info"}\n{"op":"stop"}\n{"op":"info"}\n');
    expect(await readLines(socket)).toEqual([{ result: {} }, REFUSED, { result: {} }]);
    expect(await ask('{"op":"stop"}\n')).toEqual([REFUSED]);
  });

  it('is cut off when it does not read; the air goes on, and the reader is told', async () => {
    const host = await connectHub(hub.path, { label: 'host' });
    const tap = await (await openHubControl(hub.path)).tap();
    const end = hub.accepted.at(-1);
    if (end === undefined) throw new Error('nobody came');
    const command = commandPacket(ReadSupportedCommands.opcode);
    let answers = 0;
    host.onPacket(() => answers++);
    let sent = 0;
    // Each exchange is told in about 300 bytes; nobody reads what exceeds the buffers of the system.
    for (; !end.writableEnded && sent < 100_000; sent += 100) {
      const most = end.writableLength;
      expect(most).toBeLessThan((1 << 22) + 10_000);
      for (let count = 0; count < 100; count++) host.send(command);
      while (answers < sent + 100) await new Promise(setImmediate);
    }
    expect(sent).toBeLessThan(100_000);
    await expect(events(tap)).rejects.toMatchObject({ code: 'radio.unavailable' });
    host.close();
  });
});

describe('the client', () => {
  it('says when no hub is there', async () => {
    await expect(openHubControl(`${hub.path}.not`)).rejects.toMatchObject({
      code: 'radio.unavailable',
      hint: 'Start the car first, it brings the air up.',
    });
  });

  it('gives the error of the hub as it is, and each call its own answer', async () => {
    const control = await openHubControl(hub.path);
    const calls = [
      control.info(),
      control.move({ who: '00:00:00:00:00:00', to: { x: 0, y: 0 } }),
      control.move({ who: 'phone', to: { x: 3, y: 0 }, beforehand: true }),
      control.list(),
    ];
    const [info, refused, moved, list] = await Promise.allSettled(calls);
    expect(info).toMatchObject({ value: INFO });
    expect(refused).toMatchObject({
      reason: { code: 'usage.invalid', hint: 'On it: nothing.' },
    });
    expect(moved).toMatchObject({ value: { label: 'phone', to: { x: 3, y: 0 } } });
    expect(list).toMatchObject({ value: { absent: [{ label: 'phone' }] } });
    control.close();
    await expect(control.info()).rejects.toMatchObject({ code: 'radio.unavailable' });
  });

  it('rejects when the hub ends before it has answered', async () => {
    const control = await openHubControl(hub.path);
    await control.info();
    for (const socket of hub.accepted) socket.destroy();
    await expect(control.info()).rejects.toMatchObject({ code: 'radio.unavailable' });
  });

  it.each(['HTTP/1.1 400\n', '{"answer":1}\n', '{"error":{"code":"unheard"}}\n', '{"result":1}\n'])(
    'finds %j strange',
    async (answer) => {
      const path = `${hub.path}.strange`;
      const strange = createServer((socket: Socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(answer));
      });
      strange.listen(path);
      await once(strange, 'listening');
      const control = await openHubControl(path);
      await expect(control.info()).rejects.toMatchObject({ code: 'internal' });
      control.close();
      strange.close();
    },
  );
});
