import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Faults } from '../../../../air/medium/faults.js';
import { Medium } from '../../../../air/medium/medium.js';
import type { Pace } from '../../../../air/medium/medium.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { TestRadio } from './test-radio.js';

describe.each<Pace>(['instant', 'real'])('faults on an air of pace %s', (pace) => {
  let clock: SimClock;
  let car: TestRadio;
  let phone: TestRadio;

  const start = async (faults: Faults): Promise<void> => {
    clock = new SimClock();
    const medium = new Medium({ clock, seed: 'faults', pace, faults });
    car = new TestRadio(medium, 1);
    phone = new TestRadio(medium, 2, { position: { x: 1, y: 0 } });
    phone.connect(car);
    await clock.advance(200);
    expect([phone.told, car.told]).toEqual([['up'], ['up']]);
  };

  const numbers = Array.from({ length: 400 }, (_, n) => n.toString(16).padStart(4, '0'));
  const sendAll = async (): Promise<string[]> => {
    for (const hex of numbers) phone.send(hex);
    await clock.advance(60_000);
    expect(phone.told.filter((what) => what === 'ack')).toHaveLength(400);
    return car.told.slice(1).map((what) => what.slice(5));
  };

  beforeEach(async () => {
    await start({});
  });

  it('none: all arrives, once and in order', async () => {
    expect(await sendAll()).toEqual(numbers);
  });

  it('drop: some never arrive, though acknowledged; the others in order', async () => {
    await start({ drop: 0.2 });
    const arrived = await sendAll();
    expect(arrived.length).toBeGreaterThan(280);
    expect(arrived.length).toBeLessThan(360);
    expect(arrived).toEqual([...new Set(arrived)].sort());
  });

  it('duplicate: some arrive twice, one after the other', async () => {
    await start({ duplicate: 0.2 });
    const arrived = await sendAll();
    expect([...new Set(arrived)]).toEqual(numbers);
    expect(arrived).toEqual([...arrived].sort());
    expect(arrived.length).toBeGreaterThan(440);
    expect(arrived.length).toBeLessThan(520);
  });

  it('delay: some come later, and all behind them too', async () => {
    await start({ delay: { share: 0.05, ms: 500 } });
    const before = clock.now();
    expect(await sendAll()).toEqual(numbers);
    const late = car.log.slice(1).filter(({ at }) => at - before >= 500);
    expect(late.length).toBeGreaterThan(300);
  });

  it('delay: what ends the link does not overtake the data', async () => {
    await start({ delay: { share: 1, ms: 50 } });
    phone.send('aa');
    phone.link!.terminate(0x13);
    await clock.advance(1000);
    expect(car.told).toEqual(['up', 'data aa', 'down 19']);
  });

  it('cut: the link is lost instead of the third fragment, in whichever direction', async () => {
    await start({ cut: 3 });
    phone.send('01');
    await clock.advance(100);
    car.send('02');
    await clock.advance(100);
    phone.send('03');
    await clock.advance(100);
    expect(car.told).toEqual(['up', 'data 01', 'ack', 'down 8']);
    expect(phone.told).toEqual(['up', 'ack', 'data 02', 'down 8']);
  });

  it('stall: one side takes no more, the other goes on; ending it takes the timeout', async () => {
    await start({ stall: { role: 1, after: 2 } });
    for (const hex of ['01', '02', '03', '04']) phone.send(hex);
    car.send('05');
    await clock.advance(60_000);
    expect(car.told).toEqual(expect.arrayContaining(['data 01', 'data 02', 'ack']));
    expect(car.told).toHaveLength(4);
    expect(phone.told.filter((what) => what === 'ack')).toHaveLength(2);
    expect(phone.told).toContain('data 05');
    const before = clock.now();
    phone.link!.terminate(0x13);
    await clock.advance(60_000);
    expect(phone.told.at(-1)).toBe('down 22');
    expect(phone.when('down 22') - before).toBeGreaterThanOrEqual(4000);
    expect(car.told.at(-1)).toBe('down 8');
    expect(clock.pending).toBe(0);
  });

  it('mtu: an exchange agrees upon no more; other data is as it was', async () => {
    await start({ mtu: 23 });
    /** 3 bytes to a channel of L2CAP. */
    const pdu = (channel: number, payload: string): string =>
      `0300` + `0${String(channel)}00` + payload;
    const [att, signalling] = [4, 5];
    const response = pdu(att, '030a00');
    const elsewhere = pdu(signalling, '020001');
    const write = pdu(att, '12ffff');
    for (const said of [pdu(att, '020001'), response, elsewhere, write]) phone.send(said);
    await clock.advance(1000);
    expect(car.told.slice(1)).toEqual([
      `data ${pdu(att, '021700')}`,
      ...[response, elsewhere, write].map((said) => `data ${said}`),
    ]);
  });
});
