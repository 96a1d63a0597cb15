import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadBleno, loadNoble, VirtualAir } from '../air/index.js';
import { CarEndpoint } from '../lib/car/endpoint.js';
import { cloudCentral, CloudClient } from '../lib/cloud/index.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { systemClock as clock } from '../lib/platform/clock.js';
import { seededRandom } from '../lib/platform/seeded-random.js';
import { openBlenoPeripheral } from '../lib/radio/bleno.js';
import { openNobleCentral } from '../lib/radio/noble.js';
import { figure, medians } from './measure.js';
import type { Figure } from './measure.js';
import { introduced } from './setup.js';

const ROUNDS = 9;
/** From one unlock to the next, so that each begins at another moment of the car's advertising, in milliseconds. */
const APART_MS = 137;

const failed: RequestListener = (_, response) => {
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end('{"code":"internal","message":"it failed"}');
};

/** How the cloud does with each request; of the last two nothing is asked. */
const MODES: Readonly<Record<string, RequestListener | undefined>> = {
  '500': failed,
  timeout: () => undefined,
  slow: (request, response) => {
    setTimeout(() => failed(request, response), 3_000).unref();
  },
  refuse: undefined,
  dns: undefined,
};

/**
 * What a cloud that fails costs who stands at his car: unlock by Bluetooth alone, and through the cloud first, with the
 * real noble and bleno at the pace of a real radio, and HTTP on this machine. The ways take turns, so that their ratios hold
 * on a busy machine.
 */
export const viaFigures = async (): Promise<Figure[]> => {
  const random = seededRandom('via');
  const air = new VirtualAir({ clock, pace: 'real', seed: 'via' });
  const { host, store } = await introduced(random);
  const load = async () => loadBleno(air.controller());
  const car = new CarEndpoint({
    host,
    peripheral: await openBlenoPeripheral({ clock, load }),
    random,
  });
  await car.start();
  const central = await openNobleCentral({ clock, load: async () => loadNoble(air.controller()) });
  const servers = await Promise.all(Object.entries(MODES).map(serve));
  const token = 'a-token-of-nobody';
  const phones = servers.map(({ url, fetch }) => {
    const cloud = cloudCentral(new CloudClient({ url, token, ...(fetch && { fetch }) }));
    return new PhoneKey({ central, cloud, store, random });
  });
  const [first] = phones;
  if (first === undefined) throw new Error('no cloud fails');
  const time = async (phone: PhoneKey, via: 'ble' | 'cloud'): Promise<number> => {
    const begun = performance.now();
    await phone.unlock({ via });
    const took = performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    return took;
  };
  try {
    const [alone = 0, ...both] = await medians(ROUNDS, [
      () => time(first, 'ble'),
      ...phones.map((phone) => () => time(phone, 'cloud')),
    ]);
    return [
      figure('via.unlock.ble', alone, 'ms'),
      ...both.flatMap((ms, i) => {
        const name = `via.unlock.cloud_${servers[i]?.mode ?? ''}`;
        return [
          figure(name, ms, 'ms'),
          figure(`${name}.more`, ms - alone, 'ms'),
          figure(`${name}.ratio`, ms / alone, ''),
        ];
      }),
    ];
  } finally {
    for (const { close } of servers) close();
    await central.close();
    await car.stop();
    air.close();
  }
};

interface FailingCloud {
  readonly mode: string;
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly close: () => void;
}

const serve = async ([mode, answer]: [
  string,
  RequestListener | undefined,
]): Promise<FailingCloud> => {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  if (answer === undefined) close();
  const url = `http://127.0.0.1:${String(port)}`;
  return { mode, url, close, ...(mode === 'dns' && { fetch: notFound }) };
};

/** As where the name of the cloud is not found. */
const notFound: typeof globalThis.fetch = () => {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
};
