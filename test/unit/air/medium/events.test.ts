import { beforeEach, describe, expect, it } from '@jest/globals';
import { Medium } from '../../../../air/medium/medium.js';
import type { MediumOptions } from '../../../../air/medium/medium.js';
import type { ConnectRequest } from '../../../../air/medium/pdu.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { TestRadio } from './test-radio.js';

let clock: SimClock;
let car: TestRadio;
let phone: TestRadio;

const start = (options: Partial<MediumOptions> = {}, x = 1): void => {
  clock = new SimClock();
  const medium = new Medium({ clock, seed: 'events', pace: 'real', ...options });
  car = new TestRadio(medium, 1);
  phone = new TestRadio(medium, 2, { position: { x, y: 0 } });
};

const connect = async (parameters: Partial<ConnectRequest['parameters']> = {}): Promise<void> => {
  phone.connect(car, parameters);
  await clock.advance(200);
};

/** When the log of a radio got something for the last time. */
const last = (radio: TestRadio): number => radio.log.at(-1)!.at;

beforeEach(() => {
  start();
});

describe('a link at the pace of a real radio', () => {
  it('comes up at both ends, and rests when nothing is to be said', async () => {
    await connect();
    expect([phone.told, car.told]).toEqual([['up'], ['up']]);
    expect(clock.pending).toBe(0);
  });

  it('carries data in the next connection event, both ways in the same', async () => {
    await connect();
    const before = clock.now();
    phone.send('0a0b');
    car.send('0c');
    await clock.advance(100);
    const arrived = car.when('data 0a0b');
    expect(arrived).toBeGreaterThan(before);
    expect(arrived).toBeLessThanOrEqual(before + 30);
    expect(phone.when('data 0c')).toBe(arrived);
    expect(phone.when('ack')).toBe(arrived);
  });

  it('has its events at the interval: a question and its answer take at least one', async () => {
    await connect();
    const times: number[] = [];
    for (let n = 0; n < 20; n++) {
      await clock.advance(7);
      phone.send('00');
      await clock.advance(30);
      times.push(last(car));
    }
    for (const at of times)
      expect((at - times[0]!) / 30).toBeCloseTo(Math.round((at - times[0]!) / 30), 6);
  });

  it('sends 27 bytes a packet until a greater length is agreed upon, and 6 packets an event', async () => {
    await connect();
    phone.send(Buffer.alloc(251));
    await clock.advance(60);
    // 10 packets: one event and 4 of the next.
    expect(car.told).toHaveLength(2);
    const before = last(car);
    phone.link!.octets = 251;
    for (let n = 0; n < 6; n++) phone.send(Buffer.alloc(251, n));
    await clock.advance(30);
    expect(car.told).toHaveLength(8);
    expect(last(car) - before).toBeCloseTo(30, 6);
  });

  it('does not put more into an event than there is time for', async () => {
    start({ packetsPerEvent: 100 });
    await connect({ interval: 6, timeout: 100 });
    phone.link!.octets = 251;
    for (let n = 0; n < 12; n++) phone.send(Buffer.alloc(251, n));
    await clock.advance(100);
    const times = car.log.slice(1).map(({ at }) => at);
    expect(times).toHaveLength(12);
    // 251 bytes take 2.09 ms and the empty answer 0.38 with the spaces: three in 7.5 ms.
    expect(new Set(times).size).toBe(4);
  });

  it('is twice as fast at 2M', async () => {
    start({ packetsPerEvent: 100 });
    await connect({ interval: 6, timeout: 100 });
    Object.assign(phone.link!, { octets: 251, phy: 2 });
    Object.assign(car.link!, { phy: 2 });
    for (let n = 0; n < 12; n++) phone.send(Buffer.alloc(251, n));
    await clock.advance(100);
    expect(new Set(car.log.slice(1).map(({ at }) => at)).size).toBe(3);
  });

  it('sends again what was lost: all arrives once and in order, later', async () => {
    start({ faults: { loss: 0.3 } });
    await connect();
    const sent = Array.from({ length: 200 }, (_, n) => `data ${n.toString(16).padStart(4, '0')}`);
    for (const text of sent) phone.send(text.slice(5));
    for (const text of sent) car.send(text.slice(5));
    await clock.advance(20_000);
    expect(car.told.filter((what) => what.startsWith('data'))).toEqual(sent);
    expect(phone.told.filter((what) => what.startsWith('data'))).toEqual(sent);
    expect(phone.told.filter((what) => what === 'ack')).toHaveLength(200);
  });

  it('lets a peripheral with latency sleep, unless it has something to say', async () => {
    await connect({ latency: 9 });
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) {
      await clock.advance(40 + n);
      const before = clock.now();
      phone.send('00');
      await clock.advance(400);
      waits.push(last(car) - before);
    }
    expect(Math.max(...waits)).toBeGreaterThan(150);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    const before = clock.now();
    car.send('01');
    await clock.advance(31);
    expect(phone.when('data 01') - before).toBeLessThanOrEqual(30);
  });

  it('changes its parameters six events later, at both ends', async () => {
    await connect();
    const before = clock.now();
    phone.link!.update({ interval: 80, latency: 0, timeout: 400 });
    await clock.advance(1000);
    expect(phone.when('updated 80')).toBe(car.when('updated 80'));
    expect(phone.when('updated 80') - before).toBeGreaterThan(6 * 30);
    expect(phone.when('updated 80') - before).toBeLessThanOrEqual(7 * 30);
    const first = phone.when('updated 80');
    car.send('00');
    await clock.advance(200);
    expect(((phone.when('data 00') - first) / 100) % 1).toBeCloseTo(0, 6);
  });

  it('makes one change of its parameters after the other', async () => {
    await connect();
    for (const interval of [40, 80, 24]) {
      phone.link!.update({ interval, latency: 0, timeout: 400 });
    }
    phone.send('aa');
    await clock.advance(5000);
    // The data goes while the last change waits for its instant.
    expect(phone.told).toEqual(['up', 'updated 40', 'updated 80', 'ack', 'updated 24']);
    expect(car.told).toEqual(['up', 'updated 40', 'updated 80', 'data aa', 'updated 24']);
    expect(clock.pending).toBe(0);
  });

  it('ends when one side says so, after what it sent before', async () => {
    await connect();
    phone.send('00');
    phone.link!.terminate(0x13);
    await clock.advance(100);
    expect(car.told).toEqual(['up', 'data 00', 'down 19']);
    expect(phone.told).toEqual(['up', 'ack', 'down 22']);
    expect(clock.pending).toBe(0);
  });
});

describe('the supervision timeout', () => {
  it('ends the link at both ends with 0x08 once they have not heard each other for so long', async () => {
    await connect();
    const left = clock.now();
    phone.medium.move(phone.station, { x: 500, y: 0 });
    await clock.advance(10_000);
    for (const radio of [phone, car]) {
      expect(radio.told).toEqual(['up', 'down 8']);
      expect(radio.when('down 8') - left).toBeGreaterThanOrEqual(4000 - 30);
      expect(radio.when('down 8') - left).toBeLessThanOrEqual(4000 + 60);
    }
    expect(clock.pending).toBe(0);
  });

  it('does not run when they are back in time; what was sent meanwhile arrives then', async () => {
    await connect();
    phone.medium.move(phone.station, { x: 500, y: 0 });
    phone.send('aa');
    await clock.advance(3500);
    phone.medium.move(phone.station, { x: 1, y: 0 });
    await clock.advance(10_000);
    expect(car.told).toEqual(['up', 'data aa']);
  });

  it('runs out where all packets are lost from some time on, also for a link at rest', async () => {
    await connect();
    expect(clock.pending).toBe(0);
    phone.medium.faults = { loss: 1 };
    await clock.advance(5000);
    expect([phone.told, car.told]).toEqual([
      ['up', 'down 8'],
      ['up', 'down 8'],
    ]);
  });

  it('runs when one side has fallen silent, as by power-off', async () => {
    await connect();
    phone.link!.abandon();
    await clock.advance(10_000);
    expect(car.told).toEqual(['up', 'down 8']);
    expect(clock.pending).toBe(0);
  });

  it('ends the link of a walker where the signal ends', async () => {
    await connect();
    phone.medium.walk(phone.station, { x: 100, y: 0 }, 1.4);
    await clock.advance(60_000);
    expect(car.told).toEqual(['up', 'down 8']);
    const metres = 1 + (1.4 * (car.when('down 8') - 4000 - 200)) / 1000;
    expect(metres).toBeGreaterThan(26);
    expect(metres).toBeLessThan(40);
  });
});

describe('a request for a link that nobody hears', () => {
  it('looks like a link to the central, until six events had no answer: 0x3e', async () => {
    car.willing = false;
    phone.connect(car);
    await clock.advance(1000);
    expect(phone.told).toEqual(['up', 'down 62']);
    expect(phone.when('down 62')).toBeLessThan(8 * 30);
    expect(car.told).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
