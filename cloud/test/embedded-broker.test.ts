import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { Broker } from '../broker/broker.js';
import { embeddedBroker } from '../broker/embedded.js';
import type { EmbeddedBrokerOptions } from '../broker/embedded-options.js';
import { topicOf } from '../broker/topics.js';
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

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const known = new Map<string, string>();
const brokerWith = (options: Partial<EmbeddedBrokerOptions> = {}): Broker =>
  embeddedBroker({
    authenticate: (car, hash) =>
      Promise.resolve(known.get(car) === Buffer.from(hash).toString('hex')),
    ...options,
  });
const newCar = (): string => {
  const car = newCarId();
  known.set(car, hashOf('secret'));
  return car;
};

describe('the embedded broker', () => {
  brokerContract(async () => {
    const broker = brokerWith();
    await broker.start();
    return {
      broker,
      admit(car, secret) {
        known.set(car, hashOf(secret));
        return Promise.resolve();
      },
      forget(car) {
        known.delete(car);
        return Promise.resolve();
      },
      close: () => broker.close(),
    };
  });
});

describe('what the embedded broker refuses:', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = brokerWith({ limits: { mostPacketBytes: 2_000, packetsPerSecond: 50, mostCars: 3 } });
    await broker.start();
  });
  afterAll(() => broker.close());

  /** A client that does what it likes. */
  const client = (car: string, more: mqtt.IClientOptions = {}): Promise<MqttClient> =>
    new Promise((resolve, reject) => {
      const made = mqtt.connect(broker.carUrl, {
        clientId: car,
        username: car,
        password: 'secret',
        reconnectPeriod: 0,
        ...more,
      });
      made.on('connect', () => resolve(made));
      made.on('error', reject);
      made.on('close', () => reject(new Error('closed')));
    });
  const closed = (made: MqttClient): Promise<void> =>
    new Promise((resolve) => made.once('close', () => resolve()));

  it.each([
    ['another client id', { clientId: newCarId() }],
    ['no client id', { clientId: '' }],
    ['a name that is no car', { clientId: 'service', username: 'service' }],
    ['no password', { password: undefined }],
    ['a long password', { password: 'x'.repeat(1_000) }],
    [
      'the last will of another',
      { will: { topic: topicOf(newCarId(), 'presence'), payload: 'x' } },
    ],
  ] as [string, mqtt.IClientOptions][])('%s', async (_what, more) => {
    await expect(client(newCar(), more)).rejects.toBeInstanceOf(Error);
  });

  it.each([
    ['what another car says', () => topicOf(newCarId(), 'report'), {}],
    ['what the cloud says', (car: string) => topicOf(car, 'reported'), {}],
    ['a frame to itself', (car: string) => topicOf(car, 'link/0011223344556677/down'), {}],
    ['another topic', () => 'other', {}],
    ['a topic of the broker', () => '$SYS/x', {}],
    ['what is to be retained', (car: string) => topicOf(car, 'report'), { retain: true }],
  ])('a car that publishes %s', async (_what, topic, options) => {
    const car = newCar();
    const made = await client(car);
    const over = closed(made);
    made.publish(topic(car), 'x', options);
    await over;
  });

  it.each([
    ['all', () => '#'],
    ['every car', () => 'phonekey/1/+/report'],
    ['another car', () => topicOf(newCarId(), 'reported')],
    ['too much of itself', (car: string) => `phonekey/1/${car}/#`],
  ])('a car that listens to %s', async (_what, topic) => {
    const car = newCar();
    const made = await client(car);
    const over = closed(made);
    await expect(made.subscribeAsync(topic(car))).rejects.toBeInstanceOf(Error);
    await over;
  });

  it('a packet that is too long, and too many of them', async () => {
    const car = newCar();
    const long = await client(car);
    const longOver = closed(long);
    long.publish(topicOf(car, 'report'), Buffer.alloc(2_001));
    await longOver;
    const fast = await client(car);
    const fastOver = closed(fast);
    for (let n = 0; n < 300; n++) fast.publish(topicOf(car, 'report'), 'x');
    await fastOver;
  });

  it('more cars than it has room for', async () => {
    const cars = await Promise.all([1, 2, 3].map(() => client(newCar())));
    await expect(client(newCar())).rejects.toBeInstanceOf(Error);
    await Promise.all(cars.map((each) => each.endAsync()));
  });

  it('bytes that are no MQTT', async () => {
    const { hostname, port } = new URL(broker.carUrl);
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      '\x10\xff\xff\xff\xff\xff',
      '\x10\x02\0\0',
      '\xf0\0',
    ]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined).resume();
      const over = new Promise((resolve) => socket.on('close', resolve));
      socket.end(Buffer.from(bytes, 'latin1'));
      await over;
    }
    const made = await client(newCar());
    await made.endAsync();
  });
});

it('tells a car to come again while it cannot say who it is', async () => {
  let isAway = true;
  const broker = brokerWith({
    authenticate: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(true)),
  });
  await broker.start();
  const told = new Promise((resolve) => {
    const info = (_message: string, fields: unknown): void => {
      isAway = false;
      resolve(fields);
    };
    const log = { debug: () => undefined, warn: () => undefined, info };
    const car = startCar({ brokerUrl: broker.carUrl, car: newCarId(), secret: 'x', log });
    void car.saw.next(isUp).then(async () => {
      await car.channel.close();
      await broker.close();
    });
  });
  expect(await told).toMatchObject({ why: 'refused, code 3' });
});

it('has its cars back after the service was started again', async () => {
  const car = newCar();
  const first = brokerWith();
  await first.start();
  const port = Number(new URL(first.carUrl).port);
  const { channel, saw } = startCar({
    brokerUrl: first.carUrl,
    car,
    secret: 'secret',
    backOff: AT_ONCE,
  });
  channel.advertise([]);
  await saw.next(isUp);
  await first.close();
  await saw.next(isDown);
  const second = brokerWith({ port });
  const from = listenTo(second);
  await second.start();
  await saw.next(isUp);
  await from(car).next(says(true));
  await channel.close();
  await second.close();
});

it('cuts off a car that takes nothing, which holds up no other one for good', async () => {
  const broker = brokerWith({ limits: { drainMs: 200 } });
  await broker.start();
  const [frozen, other] = [newCar(), newCar()];
  const deaf = await mqtt.connectAsync(broker.carUrl, {
    clientId: frozen,
    username: frozen,
    password: 'secret',
    reconnectPeriod: 0,
  });
  await deaf.subscribeAsync(topicOf(frozen, 'object/+'), { qos: 0 });
  const over = new Promise((resolve) => deaf.stream.on('close', resolve));
  deaf.stream.pause();
  const { channel, saw } = startCar({ brokerUrl: broker.carUrl, car: other, secret: 'secret' });
  await saw.next(isUp);
  const bytes = new Uint8Array(60_000);
  const sent = Array.from({ length: 300 }, (_, n) =>
    broker.toCar(frozen, { type: 'object', object: n.toString(16), bytes }),
  );
  await Promise.all(sent);
  const message = { type: 'frame', link: '0011223344556677', frame: new Uint8Array([7]) } as const;
  await broker.toCar(other, message);
  await saw.next((each) => each.type === 'frame');
  deaf.stream.resume();
  await over;
  await channel.close();
  await broker.close();
});
