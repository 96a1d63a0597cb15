import { describe, expect, it } from '@jest/globals';
import { ConnectionRole } from '../../../../lib/hci/constants.js';
import { LinkLog, Rig } from './rig.js';
import { nativeProfile } from '../../../../lib/native/profile.js';

const bytes = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

describe('a direct link', () => {
  it('carries chunks of up to MTU - 3 bytes both ways, in order', async () => {
    const rig = await Rig.start();
    const { link, ours, cars } = await rig.link();
    expect([link.mtu, cars.link.mtu]).toEqual([256, 256]);
    const chunks = [1, 253, 20, 100].map((length) => bytes(length, length));
    const sent = chunks.flatMap((chunk) => [link.send(chunk), cars.link.send(chunk)]);
    await rig.clock.until(Promise.all(sent));
    await rig.clock.advance(100);
    const expected = chunks.map((chunk) => [...chunk]);
    expect(cars.received).toEqual(expected);
    expect(ours.received).toEqual(expected);
  });

  it.each([
    [{ mtu: 100 }, {}, 100],
    [{}, { mtu: 64 }, 64],
    [{ mtu: 517 }, { mtu: 517 }, 517],
  ])('has the smaller MTU of the two: %j and %j give %d', async (car, phone, mtu) => {
    const rig = await Rig.start({ car, phone });
    const { link, cars } = await rig.link();
    expect([link.mtu, cars.link.mtu]).toEqual([mtu, mtu]);
  });

  it('has MTU 23 where the air allows no more', async () => {
    const rig = await Rig.start({ air: { faults: { mtu: 23 } } });
    const { link, cars } = await rig.link();
    expect([link.mtu, cars.link.mtu]).toEqual([23, 23]);
    await expect(link.send(bytes(21))).rejects.toMatchObject({ code: 'internal' });
    await rig.clock.until(link.send(bytes(20)));
    await rig.clock.advance(100);
    expect(cars.received).toEqual([[...bytes(20)]]);
  });

  it.each([0, 254])('refuses a chunk of %d bytes', async (length) => {
    const rig = await Rig.start();
    const { link, cars } = await rig.link();
    await expect(link.send(bytes(length))).rejects.toMatchObject({ code: 'internal' });
    await expect(cars.link.send(bytes(length))).rejects.toMatchObject({ code: 'internal' });
  });

  it('answers in the next connection event, never in the same one', async () => {
    const rig = await Rig.start();
    const { link, ours, cars } = await rig.link();
    await rig.clock.until(link.send(Uint8Array.of(1)));
    while (cars.chunks.length === 0) await rig.clock.advance(1);
    await cars.link.send(Uint8Array.of(2));
    await rig.clock.advance(100);
    expect(ours.chunks[0]!.at - cars.chunks[0]!.at).toBeCloseTo(30, 6);
  });

  it('takes a burst no faster than it gets rid of it', async () => {
    const rig = await Rig.start();
    const { link, cars } = await rig.link();
    const before = rig.clock.now();
    const times: number[] = [];
    for (let i = 0; i < 32; i++) {
      await rig.clock.until(link.send(bytes(200, i)));
      times.push(rig.clock.now() - before);
    }
    expect(times.slice(0, 8)).toEqual(new Array(8).fill(0));
    // Six packets go in one event of 30 ms: the buffers have 24 of 32 chunks behind them.
    expect(times.at(-1)).toBeGreaterThan(90);
    expect(times.at(-1)).toBeLessThan(150);
    await rig.clock.advance(200);
    expect(cars.received).toEqual(Array.from({ length: 32 }, (_, i) => [...bytes(200, i)]));
  });

  it('tells the strength of the signal at the time', async () => {
    const rig = await Rig.start();
    await rig.link();
    expect(rig.phone.rssi(rig.car)).toBe(-66);
    rig.phone.walkTo({ x: 12, y: 0 }, 1);
    await rig.clock.advance(8000);
    expect(rig.phone.position.x).toBeCloseTo(10, 6);
    expect(rig.phone.rssi(rig.car)).toBe(-81);
  });

  it('keeps what comes before it is open, and opens once', async () => {
    const rig = await Rig.start();
    const link = await rig.connect(await rig.find());
    const log = new LinkLog(rig.clock, link);
    await rig.clock.until(link.open(log));
    await expect(link.open(log)).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('the end of a direct link', () => {
  it('is local for the phone that closes it, and remote for the car', async () => {
    const rig = await Rig.start();
    const { link, ours, cars } = await rig.link();
    await rig.clock.until(link.send(Uint8Array.of(9)));
    await rig.clock.until(link.close());
    await rig.clock.advance(10);
    expect([ours.closedAs, cars.closedAs]).toEqual(['local', 'remote']);
    expect(cars.received).toEqual([[9]]); // what was sent before arrives
    await link.close();
    expect([ours.closings, cars.closings]).toEqual([1, 1]);
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
  });

  it('is local for the car that closes it, and remote for the phone', async () => {
    const rig = await Rig.start();
    const { ours, cars } = await rig.link();
    await rig.clock.until(cars.link.close());
    await rig.clock.advance(10);
    expect([ours.closedAs, cars.closedAs]).toEqual(['remote', 'local']);
  });

  it.each([4000, 1000])('is loss at both after %d ms out of range', async (timeoutMs) => {
    const rig = await Rig.start({ phone: { connection: { timeoutMs } } });
    const { link, ours, cars } = await rig.link();
    const before = rig.clock.now();
    rig.phone.moveTo(300, 0);
    const sending = link.send(Uint8Array.of(1)); // the stack takes it
    await rig.clock.until(sending);
    await rig.clock.advance(timeoutMs + 100);
    for (const log of [ours, cars]) {
      expect(log.closedAs).toBe('lost');
      expect(log.closedAt! - before).toBeGreaterThan(timeoutMs - 60);
      expect(log.closedAt! - before).toBeLessThan(timeoutMs + 60);
    }
    expect(cars.received).toEqual([]);
  });

  it('does not come of a moment out of range, and what was sent arrives then', async () => {
    const rig = await Rig.start();
    const { link, ours, cars } = await rig.link();
    rig.phone.moveTo(300, 0);
    await rig.clock.until(link.send(Uint8Array.of(1)));
    await rig.clock.advance(3000);
    rig.phone.moveTo(2, 0);
    await rig.clock.advance(5000);
    expect(cars.received).toEqual([[1]]);
    expect(ours.closings).toBe(0);
  });

  it('is loss for the one whose peer goes off', async () => {
    const rig = await Rig.start();
    const { link, ours } = await rig.link();
    rig.car.powerOff();
    await rig.clock.advance(5000);
    expect(ours.closedAs).toBe('lost');
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
    const second = await Rig.start();
    const { cars } = await second.link();
    second.air.close();
    await second.clock.advance(5000);
    expect(cars.closedAs).toBe('lost');
  });

  it('comes of a request that nobody answers', async () => {
    const rig = await Rig.start({ air: { faults: { drop: 1 } } });
    const advertisement = await rig.find();
    const before = rig.clock.now();
    const connecting = rig.phone.connect(advertisement, nativeProfile, { timeoutMs: 20_000 });
    await expect(rig.clock.until(connecting)).rejects.toMatchObject({ code: 'radio.timeout' });
    expect(rig.clock.now() - before).toBeGreaterThan(5000);
    expect(rig.clock.now() - before).toBeLessThan(5500);
  });

  it('comes of a phone that does not subscribe: after 6 s, and a quarter of that when it comes back', async () => {
    const rig = await Rig.start();
    const advertisement = await rig.find();
    for (const ms of [6_000, 1_500]) {
      const link = await rig.connect(advertisement);
      await rig.clock.advance(ms - 1_000);
      await rig.clock.until(link.send(Uint8Array.of(0)));
      await rig.clock.advance(1_000);
      await expect(link.send(Uint8Array.of(0))).rejects.toMatchObject({ code: 'radio.link-lost' });
    }
  });

  it('comes of a car that stops taking data, once the buffers are full', async () => {
    const stall = { role: ConnectionRole.peripheral, after: 7 };
    const rig = await Rig.start({ air: { faults: { stall } } });
    const { link, ours, cars } = await rig.link();
    for (let i = 0; i < 9; i++) await rig.clock.until(link.send(Uint8Array.of(i)));
    const sending = link.send(Uint8Array.of(9));
    await expect(rig.clock.until(sending)).rejects.toMatchObject({ code: 'radio.timeout' });
    expect(ours.closedAs).toBe('lost');
    expect(cars.received).toEqual([[0]]); // after the six requests
    await rig.clock.advance(10_000);
    expect(cars.closedAs).toBe('lost');
  });

  it('is waited for by the radio that is closed, at either side', async () => {
    const rig = await Rig.start();
    const { ours, cars } = await rig.link();
    await rig.clock.until(rig.phone.close());
    await rig.clock.advance(10);
    expect([ours.closedAs, cars.closedAs]).toEqual(['local', 'remote']);
    const phone = rig.air.central({ position: { x: 1, y: 0 } });
    const second = await rig.link(phone);
    await rig.clock.until(rig.car.close());
    await rig.clock.advance(10);
    expect([second.ours.closedAs, second.cars.closedAs]).toEqual(['remote', 'local']);
    await rig.clock.until(phone.close());
    expect(rig.clock.pending).toBe(0);
  });

  it('does not wait for a peer that hears nothing', async () => {
    const rig = await Rig.start();
    const { link, ours, cars } = await rig.link();
    rig.phone.moveTo(300, 0);
    const before = rig.clock.now();
    await rig.clock.until(link.close());
    expect(rig.clock.now() - before).toBe(2000);
    expect(ours.closedAs).toBe('local');
    await rig.clock.advance(5000);
    expect(cars.closedAs).toBe('lost');
    rig.phone.moveTo(2, 0);
    await rig.link();
  });
});
