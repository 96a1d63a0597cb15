import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectCar } from '../broker/car.js';
import { topicOf } from '../broker/topics.js';
import { isDown, isUp, newCarId, startCar } from './broker-contract.js';
import type { TestCar } from './broker-contract.js';

const CONNACK = [0x20, 2, 0, 0];
/** A publication of QoS 0. */
const publication = (topic: string, payload: Uint8Array): Uint8Array => {
  const name = new TextEncoder().encode(topic);
  const body = [0, name.length, ...name, ...payload];
  return new Uint8Array([0x30, (body.length % 128) | 0x80, body.length >> 7, ...body]);
};

/** A broker that lets everybody in, and then says what it likes. */
const hostile = async (says: Uint8Array): Promise<Server> => {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (chunk[0] === 0x10) socket.write(new Uint8Array(CONNACK));
      if (chunk[0] !== 0x82) return;
      socket.write(new Uint8Array([0x90, 6, ...chunk.subarray(3, 5), 1, 1, 1, 1]));
      socket.write(says);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

describe('a car at a hostile broker', () => {
  let server: Server;
  let car: TestCar;
  afterEach(async () => {
    await car.channel.close();
    server.close();
  });
  const id = newCarId();
  const start = async (says: Uint8Array): Promise<void> => {
    server = await hostile(says);
    const { port } = server.address() as AddressInfo;
    car = startCar({ brokerUrl: `mqtt://127.0.0.1:${port}`, car: id, secret: 'x' });
  };

  it.each([
    ['a packet longer than any', new Uint8Array([0x30, 0xff, 0xff, 0xff, 0x7f])],
    ['a length that is none', new Uint8Array([0x30, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a type that is none', new Uint8Array([0x00, 2, 0, 0])],
    ['a publication without a topic', new Uint8Array([0x30, 2, 0, 9])],
  ])('leaves it for %s, and comes again', async (_what, says) => {
    await start(says);
    await car.saw.next(isDown);
    await car.saw.next(isDown);
  });

  it('takes no notice of what is not for it, or no message', async () => {
    const other = topicOf(newCarId(), 'link/0011223344556677/down');
    const own = topicOf(id, 'link/0011223344556677/down');
    const says = [
      publication(other, new Uint8Array([1])),
      publication('x', new Uint8Array([2])),
      publication(topicOf(id, 'reported'), new Uint8Array(500)),
      publication(topicOf(id, 'presence'), new Uint8Array([0xff])),
      publication(topicOf(id, 'object/../x'), new Uint8Array([3])),
      publication(own, new Uint8Array([4])),
    ];
    await start(new Uint8Array(says.flatMap((each) => [...each])));
    await car.saw.next(isUp);
    const first = await car.saw.next(() => true);
    expect(first).toEqual({
      type: 'frame',
      link: '0011223344556677',
      frame: new Uint8Array([4]),
    });
  });
});

describe('a car without a broker', () => {
  it('says nothing, throws nothing, and can be closed', async () => {
    const { channel, saw } = startCar({
      brokerUrl: 'mqtt://127.0.0.1:1',
      car: newCarId(),
      secret: 'x',
    });
    channel.advertise([]);
    channel.send('0011223344556677', new Uint8Array(3));
    channel.confirm('ab');
    for (let n = 0; n < 100; n++) {
      channel.report({ link: '0011223344556677', command: 'lock', outcome: 'done' });
    }
    await channel.close();
    await channel.close();
    expect(saw.all).toEqual([]);
  });

  it.each([
    'http://127.0.0.1',
    'mqtt:',
    'ws://127.0.0.1:1883',
    'mqtt://name:secret@127.0.0.1',
    '127.0.0.1:1883',
  ])('needs a URL of one, not %s', (brokerUrl) => {
    expect(() => connectCar({ brokerUrl, car: newCarId(), secret: 'x' })).toThrow(/URL/);
  });

  it('needs an id of a car', () => {
    const options = { brokerUrl: 'mqtt://127.0.0.1', secret: 'x' };
    expect(() => connectCar({ ...options, car: '../+' })).toThrow(/32 hex/);
  });
});
