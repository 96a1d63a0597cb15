import { beforeEach, describe, expect, it } from '@jest/globals';
import { Medium } from '../../../../air/medium/medium.js';
import type { MediumOptions } from '../../../../air/medium/medium.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { TestRadio } from './test-radio.js';

const CONTINUOUS = { intervalMs: 10, windowMs: 10 };

let clock: SimClock;
let car: TestRadio;
let phone: TestRadio;

const start = (options: Partial<MediumOptions> = {}, x = 5): void => {
  clock = new SimClock();
  const medium = new Medium({ clock, seed: 'advertising', pace: 'real', ...options });
  car = new TestRadio(medium, 1);
  phone = new TestRadio(medium, 2, { position: { x, y: 0 } });
};

const gaps = (): number[] =>
  phone.heard.slice(1).map(({ at }, index) => at - phone.heard[index]!.at);

beforeEach(() => {
  start();
});

describe('an advertising event at the pace of a real radio', () => {
  it('comes after the interval and a random delay of up to 10 ms', async () => {
    car.advertise(100);
    phone.medium.listen(phone.station, [CONTINUOUS]);
    await clock.advance(100_000);
    expect(phone.heard.length).toBeGreaterThan(930);
    expect(phone.heard.length).toBeLessThan(970);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(100);
    expect(Math.max(...gaps())).toBeLessThan(110);
    expect(new Set(gaps().map((gap) => Math.round(gap))).size).toBeGreaterThan(5);
  });

  it('is punctual for high duty cycle directed advertising', async () => {
    phone.medium.listen(phone.station, [CONTINUOUS]);
    const pdu = { kind: 'advertising', data: Buffer.alloc(0) } as const;
    car.medium.advertise(car.station, 0, {
      pdu: { ...pdu, advertiser: car.address, connectable: true, scannable: false },
      intervalMs: 3.75,
      punctual: true,
    });
    await clock.advance(1000);
    for (const gap of gaps()) expect(gap).toBeCloseTo(3.75, 6);
    expect(phone.heard).toHaveLength(267);
  });

  it('is heard while a scan window is open only: a tenth of the time, a tenth of the events', async () => {
    car.advertise(100);
    phone.medium.listen(phone.station, [{ intervalMs: 5120, windowMs: 512 }]);
    await clock.advance(1_000_000);
    const share = phone.heard.length / (1_000_000 / 105);
    expect(share).toBeGreaterThan(0.09);
    expect(share).toBeLessThan(0.11);
    for (const { at } of phone.heard) expect(at % 5120).toBeLessThan(512);
  });

  it('is lost more often the weaker it is, and told with its strength', async () => {
    const heardAt = async (x: number): Promise<number> => {
      start({}, x);
      car.advertise(100);
      phone.medium.listen(phone.station, [CONTINUOUS]);
      await clock.advance(50_000);
      return phone.heard.length / (50_000 / 105);
    };
    expect(await heardAt(10)).toBeGreaterThan(0.97);
    expect(phone.heard[0]!.rssi).toBe(-81);
    const edge = await heardAt(26);
    expect(edge).toBeGreaterThan(0.6);
    expect(edge).toBeLessThan(0.95);
    expect(await heardAt(31)).toBeLessThan(0.3);
    expect(await heardAt(60)).toBe(0);
  });

  it('is lost as often as the fault says', async () => {
    start({ faults: { loss: 0.25 } });
    car.advertise(100);
    phone.medium.listen(phone.station, [CONTINUOUS]);
    await clock.advance(200_000);
    const share = phone.heard.length / (200_000 / 105);
    expect(share).toBeGreaterThan(0.71);
    expect(share).toBeLessThan(0.79);
  });

  it('costs nothing while nobody listens', async () => {
    car.advertise(100);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
    phone.medium.listen(phone.station, [CONTINUOUS]);
    await clock.advance(1000);
    expect(phone.heard.length).toBeGreaterThan(7);
    phone.medium.listen(phone.station, []);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  it('tells its sender that it is over, also when nobody listens', async () => {
    let events = 0;
    car.medium.advertise(car.station, 1, {
      pdu: {
        kind: 'advertising',
        advertiser: car.address,
        data: Buffer.alloc(0),
        connectable: false,
        scannable: false,
      },
      intervalMs: 50,
      sent: () => {
        if (++events === 3) car.medium.advertise(car.station, 1, undefined);
      },
    });
    await clock.advance(1000);
    expect(events).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('may have a power of its own', async () => {
    phone.medium.listen(phone.station, [CONTINUOUS]);
    car.medium.advertise(car.station, 0, {
      pdu: {
        kind: 'advertising',
        advertiser: car.address,
        data: Buffer.alloc(0),
        connectable: false,
        scannable: false,
      },
      intervalMs: 100,
      txPower: 10,
    });
    await clock.advance(50);
    expect(phone.heard.map(({ rssi }) => rssi)).toEqual([-64]);
  });
});

describe('a seed', () => {
  const trace = async (seed: string): Promise<number[]> => {
    start({ seed, shadowing: { sigma: 4, correlation: 5 } }, 20);
    car.advertise(100);
    phone.medium.listen(phone.station, [CONTINUOUS]);
    phone.medium.walk(phone.station, { x: 30, y: 0 }, 1.4);
    await clock.advance(5000);
    return phone.heard.flatMap(({ at, rssi }) => [at, rssi]);
  };

  it('makes the same of everything, and another one something else', async () => {
    const first = await trace('a');
    expect(first.length).toBeGreaterThan(20);
    expect(await trace('a')).toEqual(first);
    expect(await trace('b')).not.toEqual(first);
  });
});
