import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlOf } from '../../../../firmware-sim/control/car-control.js';
import { controlClient } from '../../../../firmware-sim/control/client.js';
import { controlPath } from '../../../../firmware-sim/control/path.js';
import { MAX_REQUEST_BYTES, openControlDoor } from '../../../../firmware-sim/control/server.js';
import type { ControlDoor } from '../../../../firmware-sim/control/server.js';
import { silentLogger } from '../../../../lib/platform/logger.js';
import { rig } from '../rig.js';
import type { Rig } from '../rig.js';

let home: string;
let path: string;
let setup: Rig;
let door: ControlDoor;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
  path = controlPath(home);
  setup = await rig();
  const { car } = setup;
  door = await openControlDoor(
    path,
    controlOf(car, () => car.reset()),
    silentLogger,
  );
});
afterEach(async () => {
  await door.close();
  await rm(home, { recursive: true });
});

/** A request as no client of ours would send it. */
const raw = async (
  method: string,
  url: string,
  body?: string,
): Promise<{ status: number | undefined; body: string }> => {
  const outgoing = request({ socketPath: path, method, path: url, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [
    AsyncIterable<Buffer> & { statusCode?: number },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() };
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
    expect(screen).toEqual(setup.car.screen());
    expect(screen).toMatchObject({ state: 'pairing', secondsLeft: 120, role: 'owner' });
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

  it.each<[string, string, string, string]>([
    ['GET', '/nothing', '', 'no such operation'],
    ['GET', '/tap', '', 'no such operation'],
    ['POST', '/status', '', 'no such operation'],
    ['POST', '/tap', '', 'reader is one of console, pillar'],
    ['POST', '/tap', '{"reader":"console"}', 'purpose is one of drive, pair'],
    ['POST', '/tap', '{"reader":"console","purpose":"pair","role":"king"}', 'role is one of'],
    ['POST', '/tap', '{"reader":"console","purpose":"drive","role":"owner"}', 'for pairing only'],
    ['POST', '/tap', '{"reader":"pillar","purpose":"pair"}', 'only locks and unlocks'],
    ['POST', '/handle', '{"door":"trunk"}', 'door is one of front-left'],
    ['POST', '/open', '{"closure":["trunk"]}', 'closure is one of'],
    ['POST', '/open', '[]', 'JSON object'],
    ['POST', '/open', 'null', 'JSON object'],
    ['POST', '/open', '{', 'a request is a JSON object'],
  ])('refuses %s %s %s', async (method, url, body, message) => {
    const answer = await raw(method, url, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { code: 'usage.invalid', message: expect.stringContaining(message) },
    });
    expect(setup.events).toEqual([]);
  });

  it('reads no more than its limit', async () => {
    const fits = JSON.stringify({ reader: 'pillar' }).padEnd(MAX_REQUEST_BYTES);
    expect((await raw('POST', '/tap', fits)).status).toBe(200);
    const answer = await raw('POST', '/tap', `${fits} `);
    expect(answer.status).toBe(400);
    expect(setup.car.status().locked).toBe(false);
  });

  it('names a fault of the car without its details', async () => {
    await door.close();
    const control = controlOf(setup.car, () => Promise.reject(new Error('secret detail')));
    door = await openControlDoor(path, control, silentLogger);
    const answer = await raw('POST', '/reset');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
    await expect(controlClient(path).reset()).rejects.toMatchObject({ code: 'internal' });
  });

  it('takes the place of a dead socket, and closes with clients in it', async () => {
    await door.close();
    await writeFile(path, '');
    door = await openControlDoor(
      path,
      controlOf(setup.car, () => setup.car.reset()),
      silentLogger,
    );
    const idle = createConnection(path);
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    idle.resume();
    await door.close();
    await closed;
    await door.close();
  });
});

describe('controlClient', () => {
  it('says when no car runs', async () => {
    await door.close();
    await expect(controlClient(path).status()).rejects.toMatchObject({
      code: 'sim.not-running',
      hint: 'Start the car first: key car start.',
    });
  });

  it('says when somebody else answers there', async () => {
    await door.close();
    const other = createServer((_, response) => response.writeHead(200).end('hello'));
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
