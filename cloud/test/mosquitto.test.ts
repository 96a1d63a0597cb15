import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notRun } from '../../test/interop/support/toolchain.js';
import { mosquittoServer } from '../../test/support/servers/mosquitto.js';
import type { MosquittoServer } from '../../test/support/servers/mosquitto.js';
import { isInstalled } from '../../test/support/servers/server.js';
import type { Broker } from '../broker/broker.js';
import { brokerByUrl } from '../broker/by-url.js';
import type { BrokerOptions } from '../broker/by-url.js';
import {
  AT_ONCE,
  brokerContract,
  isDown,
  isUp,
  listenTo,
  newCarId,
  says,
  startCar,
} from './broker-contract.js';
import type { TestCar } from './broker-contract.js';

const hasMosquitto = isInstalled('mosquitto') || notRun('mosquitto is missing (see .ci/mosquitto)');

const brokerOn = (server: MosquittoServer, more: Partial<BrokerOptions> = {}): Broker => {
  const { url, username, password, ca } = server;
  return brokerByUrl({
    url,
    username,
    password,
    ca,
    accounts: 'dynsec',
    backOff: AT_ONCE,
    ...more,
  });
};

(hasMosquitto ? describe : describe.skip)('Mosquitto', () => {
  describe.each([{ tls: false }, { tls: true }])('as a broker, TLS: $tls', ({ tls }) => {
    brokerContract(async () => {
      const server = await mosquittoServer({ tls });
      await server.start();
      const broker = brokerOn(server);
      await broker.start();
      return {
        broker,
        ...(server.ca === undefined ? {} : { ca: server.ca }),
        admit: (car, secret) => broker.admitCar(car, secret),
        // The plugin does so when the car is removed.
        forget: () => Promise.resolve(),
        async close() {
          await broker.close();
          await server.remove();
        },
      };
    });
  });

  describe('with a service and a car', () => {
    let server: MosquittoServer;
    let broker: Broker;
    beforeAll(async () => {
      server = await mosquittoServer({ tls: true });
      await server.start();
      broker = brokerOn(server);
      await broker.start();
    });
    afterAll(async () => {
      await broker.close();
      await server.remove();
    });

    const options = (car: string) => ({
      brokerUrl: server.url,
      car,
      secret: 'its secret',
      ...(server.ca === undefined ? {} : { ca: server.ca }),
    });

    it('has both back after a kill -9, with accounts, presence and reports', async () => {
      const from = listenTo(broker);
      const id = newCarId();
      await broker.admitCar(id, 'its secret');
      const { channel, saw } = startCar(options(id));
      await saw.next(isUp);
      await from(id).next(says(true));

      await server.kill();
      await saw.next(isDown);
      await from(id).next(says(false));
      expect(broker.connected).toBe(false);
      const message = { type: 'frame', link: '00'.repeat(8), frame: new Uint8Array() } as const;
      await expect(broker.toCar(id, message)).rejects.toMatchObject({ temporary: true });
      channel.report({ link: '00'.repeat(8), command: 'unlock', outcome: 'done' });

      await server.start();
      await saw.next(isUp);
      await from(id).next(says(true));
      await from(id).next((each) => each.type === 'report');
      await channel.close();
    });

    it('is not told the secret where its certificate is of nobody known', async () => {
      const id = newCarId();
      await broker.admitCar(id, 'its secret');
      const { brokerUrl, car, secret } = options(id);
      const cars: TestCar[] = [];
      const why = new Promise((resolve) => {
        const info = (_message: string, fields: unknown): void => resolve(fields);
        const log = { debug: () => undefined, warn: () => undefined, info };
        cars.push(startCar({ brokerUrl, car, secret, log }));
      });
      const said = await why;
      await Promise.all(cars.map(({ channel }) => channel.close()));
      expect(said).toMatchObject({ why: expect.stringMatching(/CERT|VERIFY|ISSUER|SIGNED/) });
    });

    it('lets a car in again that is admitted again, and only then', async () => {
      const from = listenTo(broker);
      const id = newCarId();
      await broker.admitCar(id, 'old');
      await broker.admitCar(id, 'its secret');
      const { channel, saw } = startCar(options(id));
      await saw.next(isUp);
      await broker.removeCar(id);
      await saw.next(isDown);
      await broker.removeCar(id);
      await from(id).next(says(false));
      await broker.admitCar(id, 'its secret');
      await saw.next(isUp);
      await channel.close();
    });
  });
});
