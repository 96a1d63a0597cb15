// The client of a cloud over real HTTP. What it makes of answers: test/unit/cloud.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudCentral, CloudClient } from '../../../lib/cloud/index.js';
import { decodeFrame, encodeFrame } from '../../../lib/cloud/frame.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';
import { errorWith } from '../../support/errors.js';
import { hear, Inbox } from '../radio/setup.js';

const TOKEN = 'token-that-nobody-sees';
const { service } = nativeProfile;
const servers: { close(): void; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const event = (type: string, data: unknown): string =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The least that a phone needs of a cloud: one car, which answers each chunk with the same. */
const echoing = async () => {
  const state: { stream?: ServerResponse; gone: Promise<unknown>; sent: number } = {
    gone: Promise.resolve(),
    sent: 0,
  };
  const say = (body: Parameters<typeof encodeFrame>[0]): void => {
    const text = event('frame', { frame: Buffer.from(encodeFrame(body)).toString('base64') });
    for (const character of text) state.stream?.write(character); // as finely as a network cuts it
  };
  const car = { id: 'c1', name: 'Blue', membership: 'owner', online: true };
  const url = await serve((request, response) => {
    void (async () => {
      const frame = await bodyOf(request);
      if (request.headers.authorization !== `Bearer ${TOKEN}`) {
        response.writeHead(401).end();
      } else if (request.url === '/v1/cars') {
        const cars = [{ ...car, advertises: [{ uuid: service, data: '00' }] }];
        response.end(JSON.stringify({ cars }));
      } else if (request.url === '/v1/cars/c1/links') {
        state.stream = response;
        state.gone = once(response, 'close');
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(event('opened', { link: '00000000000000aa' }));
      } else {
        const { sequence, ...body } = decodeFrame(frame);
        response.writeHead(204).end();
        say({ ...body, sequence });
      }
    })();
  });
  return { url, state, say };
};

describe('over HTTP, a phone', () => {
  it('finds a car and talks with it, in order', async () => {
    const { url, state } = await echoing();
    const central = cloudCentral(new CloudClient({ url, token: TOKEN }));
    const link = await central.connect(await hear(central), nativeProfile);
    const inbox = new Inbox();
    await link.open(inbox.handlers);
    const chunks = Array.from({ length: 20 }, (_, i) => new Uint8Array(512).fill(i));
    await Promise.all(chunks.map((chunk) => link.send(chunk)));
    expect(await inbox.until(20)).toEqual(chunks);
    await link.close();
    await state.gone; // the cloud sees that it is over
    expect(await inbox.closed).toBe('local');
    await central.close();
  });

  it('hears that the cloud has gone', async () => {
    const { url, state } = await echoing();
    const central = cloudCentral(new CloudClient({ url, token: TOKEN }));
    const link = await central.connect(await hear(central), nativeProfile);
    const inbox = new Inbox();
    await link.open(inbox.handlers);
    state.stream?.destroy();
    expect(await inbox.closed).toBe('lost');
    await expect(link.send(Uint8Array.of(1))).rejects.toEqual(errorWith('radio.link-lost'));
  });

  it('is told that it is logged out, and that nobody is there', async () => {
    const { url } = await echoing();
    const scan = (where: string): Promise<void> =>
      cloudCentral(new CloudClient({ url: where })).scan(
        [nativeScan],
        () => undefined,
        new AbortController().signal,
      );
    await expect(scan(url)).rejects.toEqual(errorWith('cloud.logged-out'));
    const closed = await serve(() => undefined);
    servers.pop()?.close();
    await expect(scan(closed)).rejects.toMatchObject({
      code: 'cloud.unreachable',
      message: `the cloud takes no connections: ${new URL(closed).host}`,
    });
  });

  it('is sent to no other place, and takes its token nowhere', async () => {
    const asked: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(request.headers);
      response.end('{"cars":[]}');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await serve((_, response) => {
        response.writeHead(status, { location: `${elsewhere}/v1/cars` }).end();
      });
      const client = new CloudClient({ url, token: TOKEN });
      await expect(client.cars()).rejects.toEqual(errorWith('cloud.malformed'));
    }
    expect(asked).toEqual([]);
  });

  it('lets go of an answer that has no end', async () => {
    let closed: Promise<unknown> | undefined;
    const url = await serve((_, response) => {
      closed = once(response, 'close');
      const more = (): void => {
        while (response.write(' '.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    await expect(new CloudClient({ url }).cars()).rejects.toEqual(errorWith('cloud.malformed'));
    await closed;
  });
});
