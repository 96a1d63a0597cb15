import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createHubServer } from '../../air/hub/hub-server.js';
import { makeHubDirectory } from '../../air/hub/socket.js';
import { connectHub, defaultHubPath, loadBleno } from '../../air/index.js';
import type { AirTransport } from '../../air/index.js';
import type { CarEndpoint } from '../../lib/car/endpoint.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import { systemClock } from '../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../lib/radio/bleno.js';
import type { Link, Peripheral } from '../../lib/radio/types.js';
import { listenAt } from '../../local/sockets.js';
import { Cli } from '../support/cli.js';
import { DONE, startEndpoint, TestHost } from '../support/test-car.js';
import { deferred } from '../support/waiting.js';

/**
 * What the built `key` says when the last message of an unlock, the car's result, does not come as the
 * car sent it. The car and the hub are in this process.
 */

jest.setTimeout(30_000);

let phone: Cli;
let path: string;
let hub: Server;
let radio: AirTransport;
let host: TestHost;
let car: CarEndpoint;
/** From now on the last byte of all that the car sends changes on the way. */
let altering: boolean;

beforeEach(async () => {
  phone = await Cli.create();
  path = defaultHubPath(phone.home);
  await makeHubDirectory(path);
  hub = createHubServer(systemClock, () => undefined);
  await listenAt(hub, path);
  radio = await connectHub(path, { label: 'car', position: { x: 0, y: 0 } });
  const bleno = await openBlenoPeripheral({
    load: () => Promise.resolve(loadBleno(radio)),
    clock: systemClock,
  });
  altering = false;
  host = new TestHost();
  host.open = true;
  ({ endpoint: car } = await startEndpoint({
    host,
    peripheral: altered(bleno),
    suite: defaultSuite,
  }));
  const env = { KEY_PAIRING_CODE: host.code };
  expect(await phone.inside().json(['pair'], { env })).toMatchObject({ code: 0 });
});

afterEach(async () => {
  await car.stop();
  radio.close();
  const closed = once(hub, 'close');
  hub.close();
  await closed;
  await phone.close();
});

const altered = (peripheral: Peripheral): Peripheral => ({
  mostLinks: peripheral.mostLinks,
  start: (services, onError) =>
    peripheral.start(
      services.map(({ profile, onLink }) => ({
        profile,
        onLink: (link) => {
          onLink(alteredLink(link));
        },
      })),
      onError,
    ),
  advertise: (sets) => peripheral.advertise(sets),
  close: () => peripheral.close(),
});

const alteredLink = (link: Link): Link => ({
  mtu: link.mtu,
  peer: link.peer,
  open: (handlers) => link.open(handlers),
  send: (chunk) => link.send(altering ? withLastByteChanged(chunk) : chunk),
  close: () => link.close(),
});

const withLastByteChanged = (chunk: Uint8Array): Uint8Array =>
  Uint8Array.from(chunk, (byte, index) => (index === chunk.length - 1 ? byte ^ 1 : byte));

it('is unlocked when the result comes', async () => {
  expect(await phone.json(['unlock'])).toEqual({
    code: 0,
    value: { command: 'unlock', ok: true, via: 'ble', notUsed: [] },
  });
  expect(host.executed).toEqual(['unlock']);
});

it('exits with 5 when the car dies between the proof and the result', async () => {
  host.answer = () => {
    radio.close();
    return new Promise(() => undefined);
  };
  const { code, stdout, stderr } = await phone.run(['unlock', '--json', '--timeout', '10']);
  expect({ code, stdout, executed: host.executed }).toEqual({
    code: 5,
    stdout: '',
    executed: ['unlock'],
  });
  expect(stderr).toMatch(/^hint: .*key status/m);
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    code: 'car.outcome-unknown',
    kind: 'outcome-unknown',
    mayHaveSucceeded: true,
  });
});

it('exits with 5 when the car never answers', async () => {
  host.answer = () => new Promise(() => undefined);
  expect(await phone.json(['unlock', '--timeout', '1'])).toMatchObject({
    code: 5,
    value: { code: 'car.outcome-unknown', mayHaveSucceeded: true },
  });
  expect(host.executed).toEqual(['unlock']);
});

it('exits with 130 when it is interrupted before the result, and does not deny the deed', async () => {
  const { promise: executing, resolve } = deferred<undefined>();
  host.answer = () => {
    resolve(undefined);
    return new Promise(() => undefined);
  };
  const unlock = phone.start(['unlock', '--json']);
  await executing;
  const { code, stderr } = await unlock.stop('SIGINT');
  expect(code).toBe(130);
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    code: 'interrupted',
    mayHaveSucceeded: true,
    hint: expect.stringContaining('key status'),
  });
});

it('exits with 7 when the result is altered on the way', async () => {
  host.answer = () => {
    altering = true;
    return Promise.resolve(DONE);
  };
  expect(await phone.json(['unlock'])).toMatchObject({
    code: 7,
    value: { code: 'protocol.authentication', kind: 'security', mayHaveSucceeded: true },
  });
  expect(host.executed).toEqual(['unlock']);
});
