import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fetchByNames, OwnNames, portNamed } from '../../cli/cloud/names.js';
import { CLOUD_NAME, CLOUD_URL, cloudUrl } from '../../cli/cloud/url.js';

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'names-'));
  path = join(home, 'air', 'names.json');
});
afterEach(() => rm(home, { recursive: true }));

const serve = async () => {
  const server = createServer((request, response) => response.end(request.url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
};

it('finds the cloud of the home wherever it listens, and leaves other names to the system', async () => {
  const server = await serve();
  const names = new OwnNames(path);
  await names.own({ [CLOUD_NAME]: server.port });
  const get = fetchByNames(path);
  expect(await (await get(`${CLOUD_URL}/v1/health`)).text()).toBe('/v1/health');
  const direct = `http://127.0.0.1:${String(server.port)}/direct`;
  expect(await (await get(direct)).text()).toBe('/direct');
  expect(await (await get(new Request(`${CLOUD_URL}/request`))).text()).toBe('/request');
  server.close();
});

it.each(['no file', 'taken away', 'another name'])(
  'fails as the system does where there is %s',
  async (why) => {
    const names = new OwnNames(path);
    if (why !== 'no file') await names.own({ [CLOUD_NAME]: 1 });
    if (why === 'taken away') await names.release();
    const url = why === 'another name' ? 'http://other.phonekey.test' : CLOUD_URL;
    await expect(fetchByNames(path)(url)).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ENOTFOUND' },
    });
  },
);

it('is silent about its names during an outage of them, and tells them again', async () => {
  const names = new OwnNames(path);
  await names.own({ [CLOUD_NAME]: 1234 });
  names.set(false);
  names.set(true);
  names.set(false);
  await names.own({ [CLOUD_NAME]: 1234 }); // after what is under way
  expect(await portNamed(path, CLOUD_NAME)).toBeUndefined();
  names.set(true);
  await names.own({ [CLOUD_NAME]: 1234 });
  expect(await portNamed(path, CLOUD_NAME)).toBe(1234);
});

it('takes nobody else’s name away', async () => {
  const first = new OwnNames(path);
  const second = new OwnNames(path);
  await first.own({ [CLOUD_NAME]: 1 });
  await second.own({ [CLOUD_NAME]: 2 });
  await first.release();
  expect(await portNamed(path, CLOUD_NAME)).toBe(2);
  await second.release();
  await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

it.each(['{', '[]', '{"cloud.phonekey.test":0}', '{"cloud.phonekey.test":"1"}', '{"bank.test":1}'])(
  'refuses a file that it did not write: %s',
  async (text) => {
    await new OwnNames(path).own({});
    await writeFile(path, text);
    await expect(portNamed(path, CLOUD_NAME)).rejects.toMatchObject({ code: 'usage.invalid' });
    await new OwnNames(path).own({ [CLOUD_NAME]: 3 }); // a start of the cloud mends it
    expect(await portNamed(path, CLOUD_NAME)).toBe(3);
  },
);

it.each([
  ['https://cloud.example', 'https://cloud.example'],
  ['https://cloud.example/', 'https://cloud.example'],
  ['https://cloud.example/a/b/', 'https://cloud.example/a/b'],
  ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ['http://[::1]:1', 'http://[::1]:1'],
  ['http://localhost', 'http://localhost'],
  [CLOUD_URL, CLOUD_URL],
])('takes the address %s', (given, used) => {
  expect(cloudUrl(given)).toBe(used);
});

it.each([
  ...['', 'cloud', 'ftp://cloud.example', 'http://cloud.example', 'http://127.0.0.1.example'],
  ...['http://phonekey.test.example', 'https://ada:secret@cloud.example', 'https://cloud.example?x'],
  ...['https://cloud.example#x', `https://cloud.example/${'x'.repeat(2048)}`],
])('takes no address that would show a token to others, or is none: %s', (given) => {
  expect(cloudUrl(given)).toBeUndefined();
});
