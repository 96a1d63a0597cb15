import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';

/** What the built `key` does by `--via` where the cloud fails: that cloud is made by hand here. The car is on the virtual air. */

const TOKEN = 'a-token-of-nobody-0123456789';

let phone: Cli;
let car: Running;
let server: Server | undefined;
let asked: string[];

/** A cloud that does so with every request; the phone is logged in to it. */
const cloud = async (answer: RequestListener): Promise<string> => {
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return logIn(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
};

const logIn = async (url: string): Promise<string> => {
  const login = { url, account: 'ada', token: TOKEN, id: 'one', expiresAt: '2100-01-01T00:00:00Z' };
  await writeFile(join(phone.home, 'keys', 'cloud.login'), JSON.stringify(login), { mode: 0o600 });
  return url;
};

const status =
  (code: number, body: object): RequestListener =>
  (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

const MODES = {
  '500': () => cloud(status(500, { code: 'internal', message: 'it failed' })),
  timeout: () => cloud(() => undefined),
  refuse: async () => {
    const url = await cloud(() => undefined);
    server?.close();
    server?.closeAllConnections();
    return url;
  },
  slow: () =>
    cloud((request, response) => {
      setTimeout(() => status(500, { code: 'internal', message: '' })(request, response), 3_000);
    }),
  dns: () => logIn('http://cloud.phonekey.test:8420'),
  'logged out': () => cloud(status(401, { code: 'unauthorised', message: 'no such token' })),
  'hung up': () => cloud((request) => request.socket.destroy()),
  nonsense: () => cloud((_, response) => response.end('<html>welcome</html>')),
} satisfies Readonly<Record<string, () => Promise<string>>>;

export type Mode = keyof typeof MODES;

const notUsed = (text: string): string[] =>
  text.split('\n').filter((line) => line.includes('was not used'));

/** The tests of these modes, beside the car and far away from it, and of what any mode does. */
export const viaSuite = (near: readonly Mode[], away: readonly Mode[]): void => {
  beforeAll(async () => {
    phone = await Cli.create();
    car = phone.start(['car', 'start', '--json']);
    await car.until(/"ready"/);
    await phone.inside().run(['car', 'tap', 'console', '--pair']);
    const screen = await phone.inside().json(['car', 'screen']);
    const { code } = screen.value as { readonly code: string };
    const paired = await phone.inside().json(['pair'], { env: { KEY_PAIRING_CODE: code } });
    expect(paired).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await phone.close();
  });
  beforeEach(async () => {
    asked = [];
    await phone.inside().run(['lock', '--via', 'ble']);
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  describe('near the car', () => {
    it.each(near)(
      'opens it by Bluetooth and says in one line why not by a cloud with: %s',
      async (mode) => {
        const url = await MODES[mode]();
        const { code, stdout, stderr } = await phone.run([
          ...['unlock', '--via', 'cloud', '--cloud-url', url],
        ]);
        expect({ code, stdout }).toEqual({ code: 0, stdout: 'unlocked\n' });
        expect(notUsed(stderr)).toEqual([expect.stringMatching(/^the cloud was not used: .+/)]);
        expect(stderr).not.toContain(TOKEN);
        if (mode !== 'refuse' && mode !== 'dns') expect(asked[0]).toBe('GET /v1/cars');
      },
    );
  });

  describe('far from it', () => {
    const far = ['--at', '500,0', '--timeout', '3'];

    it.each(away)('says what was not done and what still works, with a cloud: %s', async (mode) => {
      const url = await MODES[mode]();
      const { code, stdout, stderr } = await phone.run([
        ...['unlock', '--via', 'cloud', '--cloud-url', url, ...far],
      ]);
      expect(stdout).toBe('');
      expect(code).toBe(4);
      expect(stderr).toMatch(/^error: the car was not heard; .+$/m);
      expect(stderr).toMatch(/^hint: Nothing was done\. The key card and the fob work .*$/m);
      expect(notUsed(stderr)).toEqual([]);
    });
  });
};

/** What is the same in every mode. */
export const anyMode = (): void => {
  it('tells programs the same as JSON', async () => {
    const url = await cloud(status(500, { code: 'internal', message: 'it failed' }));
    const answer = await phone.json(['unlock', '--via', 'cloud', '--cloud-url', url]);
    expect(answer).toMatchObject({
      code: 0,
      value: {
        ...{ command: 'unlock', ok: true, via: 'ble' },
        notUsed: [{ via: 'cloud', error: { code: 'cloud.failed', kind: 'unreachable' } }],
      },
    });
  });

  it.each(['unlock', 'status'])('asks the cloud nothing for %s by auto', async (command) => {
    const url = await cloud(status(500, { code: 'internal', message: 'it failed' }));
    const answer = await phone.inside().json([command, '--cloud-url', url]);
    expect(answer).toMatchObject({ code: 0, value: { via: 'ble', notUsed: [] } });
    expect(asked).toEqual([]);
  });

  it('opens it by a phone that was logged out of the app', async () => {
    await phone.inside().run(['cloud', 'logout']);
    const plain = await phone.run(['unlock']);
    expect(plain).toEqual({ code: 0, stdout: 'unlocked\n', stderr: '' });
    const asking = await phone.run(['lock', '--via', 'cloud']);
    expect(asking).toMatchObject({ code: 0, stdout: 'locked\n' });
    expect(asking.stderr).toBe(
      'the cloud was not used: this phone is not logged in to the cloud\n',
    );
  });
};
