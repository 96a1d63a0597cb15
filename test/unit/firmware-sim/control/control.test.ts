import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlOf } from '../../../../firmware-sim/control/car-control.js';
import { controlClient, controlPath } from '../../../../firmware-sim/control/car-client.js';
import { openControlDoor } from '../../../../firmware-sim/control/car-server.js';
import type { CarEvent, CarReport } from '../../../../firmware-sim/index.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { silentLogger } from '../../../../lib/platform/logger.js';
import { MAX_REQUEST_BYTES } from '../../../../local/rpc/server.js';
import type { Opened } from '../../../../local/rpc/server.js';
import { rig } from '../rig.js';
import type { Rig } from '../rig.js';

let home: string;
let path: string;
let setup: Rig;
let closeDoor: () => Promise<void>;
let clock: SimClock;

const watchers = new Set<(event: CarEvent) => void>();

const openDoor = (reset = () => setup.car.reset()): Promise<() => Promise<void>> => {
  const watch = (): Opened<CarReport, CarEvent> => ({
    first: setup.car.status(),
    start: (push) => {
      watchers.add(push);
      return () => watchers.delete(push);
    },
  });
  return openControlDoor(path, controlOf(setup.car, reset), watch, silentLogger, clock);
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
  path = controlPath(home);
  setup = await rig();
  clock = new SimClock();
  closeDoor = await openDoor();
});
afterEach(async () => {
  await closeDoor();
  await rm(home, { recursive: true });
});

/** What comes for lines that no client of ours would send. */
const raw = async (...lines: readonly string[]): Promise<object[]> => {
  const socket = connect(path);
  socket.end(lines.map((line) => `${line}\n`).join(''));
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const answers = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
  return answers.map((answer) => JSON.parse(answer) as object);
};

describe('the control door', () => {
  it('is for its owner only', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('taps, pulls, opens and closes', async () => {
    const car = controlClient(path);
    expect(await car.pullHandle('front-left')).toEqual({ opened: false });
    await expect(car.open('front-left')).rejects.toMatchObject({
      code: 'sim.refused',
      message: 'the car is locked',
    });
    await car.tap({ reader: 'pillar' });
    expect(await car.pullHandle('front-left')).toEqual({ opened: true });
    await car.open('trunk');
    expect((await car.status()).open).toEqual(['front-left', 'trunk']);
    await car.close('front-left');
    await car.close('trunk');
    expect(await car.status()).toMatchObject({ locked: false, open: [] });
  });

  it('is not kept by those who say nothing, and cuts them off after 10 s', async () => {
    const silent = Array.from({ length: 40 }, () => connect(path));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    silent[0]?.write('{"op":');
    expect(await controlClient(path).status()).toMatchObject({ locked: true });
    const cut = Promise.all(silent.map((socket) => once(socket.resume(), 'close')));
    await clock.advance(10_000);
    await cut;
  });

  it('takes 32 watchers, and tells the next one that it is full', async () => {
    const watches = [];
    for (let i = 0; i < 32; i++) watches.push(await controlClient(path).watch());
    const full = {
      code: 'sim.door-full',
      message: "the car's control door is full: 32 programs are there",
    };
    await expect(controlClient(path).status()).rejects.toMatchObject(full);
    await expect(controlClient(path).watch()).rejects.toMatchObject(full);
    await clock.advance(60_000);
    watches[0]?.stop();
    for await (const event of watches[0] ?? []) expect(event).toBeUndefined(); // ends
    expect(await controlClient(path).status()).toMatchObject({ locked: true });
    for (const watch of watches) watch.close();
  });

  it('drives and parks', async () => {
    const car = controlClient(path);
    await expect(car.drive()).rejects.toMatchObject({
      code: 'sim.refused',
      message: 'driving is not authorised',
    });
    await car.tap({ reader: 'console', purpose: 'drive' });
    await car.drive();
    expect(await car.status()).toMatchObject({ driving: true, driveSecondsLeft: 120 });
    await expect(car.reset()).rejects.toMatchObject({ code: 'sim.refused' });
    await car.park();
    expect(await car.status()).toMatchObject({ driving: false, driveSecondsLeft: 0 });
  });

  it('shows the screen with the code', async () => {
    const car = controlClient(path);
    expect(await car.screen()).toEqual({ state: 'idle' });
    await car.tap({ reader: 'console', purpose: 'pair', role: 'owner' });
    const screen = await car.screen();
    expect(screen).toEqual(setup.car.pairing.screen());
    expect(screen).toMatchObject({ state: 'pairing', secondsLeft: 120, role: 'owner' });
  });

  it('tells who has the links of the car', async () => {
    const car = controlClient(path);
    expect((await car.status()).links).toEqual([]);
    const key = await setup.enrol(1);
    setup.holders.push({ key, heldMs: 12_345 }, { key: undefined, heldMs: 0 });
    expect((await car.status()).links).toEqual([
      { key: { slot: 0, name: 'phone 1' }, seconds: 12 },
      { key: null, seconds: 0 },
    ]);
  });

  it('tells the status, and resets', async () => {
    const car = controlClient(path);
    await setup.enrol(1);
    const before = await car.status();
    expect(before).toEqual(setup.car.status());
    expect(before.keys).toHaveLength(1);
    const { fingerprint } = await car.reset();
    expect(fingerprint).not.toBe(before.fingerprint);
    expect(await car.status()).toMatchObject({ fingerprint, keys: [] });
  });

  it('adds and removes key cards, and takes one that is named', async () => {
    const car = controlClient(path);
    await car.addCard('spare', 'card');
    await car.tap({ reader: 'pillar', card: 'spare' });
    expect(await car.status()).toEqual(setup.car.status());
    await car.removeKey(24, 'spare');
    expect((await car.status()).cards).toMatchObject([{ slot: 25, name: 'spare' }]);
    const refused = { code: 'sim.refused' };
    const tap = car.tap({ reader: 'console', purpose: 'drive', card: 'card' });
    await expect(tap).rejects.toMatchObject(refused);
    await expect(car.setTime(0, 'card')).rejects.toMatchObject(refused);
  });

  it('sets the time', async () => {
    const car = controlClient(path);
    await car.setTime(1_700_000_000);
    expect(await car.status()).toEqual(setup.car.status());
    expect(await car.status()).toMatchObject({ now: 1_700_000_000, epoch: 1, floors: [] });
  });

  it.each<[string, string]>([
    ['{"op":"nothing"}', 'no such operation'],
    ['{"op":"__proto__"}', 'no such operation'],
    ['{"op":"tap"}', 'reader is not one of console, pillar'],
    ['{"op":"tap","reader":"console"}', 'purpose is not one of drive, pair'],
    ['{"op":"tap","reader":"console","purpose":"pair","role":"king"}', 'role is not one of'],
    ['{"op":"tap","reader":"console","purpose":"drive","role":"owner"}', 'for pairing only'],
    ['{"op":"tap","reader":"pillar","purpose":"pair"}', 'only locks and unlocks'],
    ['{"op":"handle","door":"trunk"}', 'door is not one of front-left'],
    ['{"op":"open","closure":["trunk"]}', 'closure is not one of'],
    ['{"op":"drive","fast":true}', 'unknown field'],
    ['{"op":"remove","slot":32}', 'slot is not a whole number from 0 to 31'],
    ['{"op":"card/add","name":""}', 'name is not a name of 1 to 32 bytes'],
    ['{"op":"tap","reader":"pillar","card":7}', 'card is not a text'],
    ['{"op":"clock/advance","seconds":0}', 'seconds is not a whole number from 1 to'],
    ['{"op":"clock/set","seconds":4294967296}', 'seconds is not a whole number from 0 to'],
    ['[]', 'JSON object'],
    ['null', 'JSON object'],
    ['{', 'a request is a JSON object'],
  ])('refuses %s', async (line, message) => {
    expect(await raw(line)).toMatchObject([
      { error: { code: 'usage.invalid', message: expect.stringContaining(message) } },
    ]);
    expect(setup.events).toEqual([]);
  });

  it('answers one after the other, and reads no more than its limit', async () => {
    const fits = JSON.stringify({ op: 'tap', reader: 'pillar' }).padEnd(MAX_REQUEST_BYTES);
    const answers = await raw(fits, '{"op":"handle","door":"front-left"}', `${fits} `, fits);
    expect(answers).toMatchObject([
      { result: {} },
      { result: { opened: true } },
      { error: { code: 'usage.invalid' } },
    ]);
    expect(setup.car.status().locked).toBe(false);
  });

  it('names a fault of the car without its details', async () => {
    await closeDoor();
    closeDoor = await openDoor(() => Promise.reject(new Error('secret detail')));
    expect(JSON.stringify(await raw('{"op":"reset"}'))).not.toContain('secret');
    await expect(controlClient(path).reset()).rejects.toMatchObject({ code: 'internal' });
  });

  it('takes the place of a dead socket, and closes with clients in it', async () => {
    await closeDoor();
    await writeFile(path, '');
    closeDoor = await openDoor();
    const idle = connect(path);
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    idle.resume();
    await closeDoor();
    await closed;
    await closeDoor();
  });
});

describe('a watch', () => {
  const push = (type: 'driving' | 'clock-lost'): void => {
    for (const watcher of watchers) watcher({ type, at: 1, time: '2026-01-01T00:00:00.000Z' });
  };

  it('gives the status, and then what happens, until it is stopped', async () => {
    const watch = await controlClient(path).watch();
    expect(watch.first).toEqual(setup.car.status());
    push('driving');
    push('clock-lost');
    watch.stop();
    const seen: string[] = [];
    for await (const { type } of watch) seen.push(type);
    expect(seen).toEqual(['driving', 'clock-lost']);
    expect(watchers.size).toBe(0);
  });

  it('ends with the car, and when its watcher goes', async () => {
    const watch = await controlClient(path).watch();
    const other = await controlClient(path).watch();
    push('driving');
    for await (const { type } of other) {
      expect(type).toBe('driving');
      break;
    }
    while (watchers.size > 1) await new Promise(setImmediate);
    const closing = closeDoor();
    const seen: string[] = [];
    for await (const { type } of watch) seen.push(type);
    expect(seen).toEqual(['driving']);
    await closing;
  });

  it('is cut off when it does not read; the car goes on, and the watcher is told', async () => {
    const watch = await controlClient(path).watch();
    // 60 bytes each; nobody reads what exceeds the buffers of the system.
    for (let sent = 0; watchers.size > 0 && sent < 1_000_000; sent++) {
      push('driving');
      if (sent % 1000 === 0) await new Promise(setImmediate);
    }
    let seen = 0;
    const read = async (): Promise<void> => {
      for await (const { type } of watch) if (type === 'driving') seen += 1;
    };
    await expect(read()).rejects.toMatchObject({ code: 'car.silent' });
    expect(seen).toBeGreaterThan(10_000);
  });
});

describe('controlClient', () => {
  it('says when no car runs', async () => {
    await closeDoor();
    await expect(controlClient(path).status()).rejects.toMatchObject({
      code: 'sim.not-running',
      hint: 'Start the car first.',
    });
  });

  it('says when somebody else answers there', async () => {
    await closeDoor();
    const other = createServer((socket: Socket) => socket.resume().end('hello\n'));
    other.listen(path);
    await once(other, 'listening');
    await expect(controlClient(path).status()).rejects.toMatchObject({ code: 'internal' });
    const closed = once(other, 'close');
    other.close();
    await closed;
  });
});

describe('controlPath', () => {
  const onUnix = process.platform === 'win32' ? it.skip : it;
  onUnix('refuses a directory whose path is too long for a socket', () => {
    expect(() => controlPath(`/${'x'.repeat(88)}`)).not.toThrow();
    expect(() => controlPath(`/${'x'.repeat(200)}`)).toThrow('too long');
  });
});
