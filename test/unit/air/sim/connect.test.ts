import { describe, expect, it } from '@jest/globals';
import { LinkLog, Rig } from './rig.js';
import { nativeProfile } from '../../../../lib/native/profile.js';

const interrupted = new AbortController();
interrupted.abort();

describe('SimCentral connecting', () => {
  it.each([
    // Five round trips of two intervals each; the first of them begins within the first interval.
    [256, 30, 5, undefined],
    [256, 7.5, 5, undefined],
    // An answer has room for one characteristic only.
    [23, 30, 7, undefined],
    // It remembers where the characteristics are, or looks for them in vain where they are not.
    [256, 30, 2, 11],
    [23, 30, 4, 11],
    [256, 30, 7, 12],
  ])('at MTU %d and %d ms takes %d round trips', async (mtu, intervalMs, roundTrips, attHandle) => {
    const rig = await Rig.start({ phone: { mtu, connection: { intervalMs } } });
    const advertisement = await rig.find();
    const before = rig.clock.now();
    const link = await rig.connect(advertisement, rig.phone, { attHandle });
    const elapsed = rig.clock.now() - before;
    expect(link.mtu).toBe(mtu);
    // Up to 110 ms until the car advertises again, and a transmit window.
    expect(elapsed).toBeGreaterThan(roundTrips * 2 * intervalMs - 2 * intervalMs);
    expect(elapsed).toBeLessThan(roundTrips * 2 * intervalMs + intervalMs + 115);
    const connected = rig.clock.now();
    await rig.clock.until(link.open(new LinkLog(rig.clock, link)));
    const subscribing = rig.clock.now() - connected;
    expect(subscribing).toBeGreaterThan(intervalMs);
    expect(subscribing).toBeLessThan(2 * intervalMs + 2);
    expect(link.attHandle).toBe(11);
  });

  it('is refused a second link to the same car', async () => {
    const rig = await Rig.start({ car: { links: 2 } });
    const advertisement = await rig.find();
    await rig.connect(advertisement);
    await expect(rig.connect(advertisement)).rejects.toMatchObject({
      code: 'radio.connect-failed',
      temporary: false,
    });
  });

  it('waits for its turn while another connection is made', async () => {
    const rig = await Rig.start();
    const second = rig.air.peripheral({ position: { x: 1, y: 0 } });
    await rig.serve(second);
    const advertisement = { ...(await rig.find()), id: rig.car.address };
    const other = { ...advertisement, id: second.address };
    const links = [
      rig.phone.connect(advertisement, nativeProfile),
      rig.phone.connect(other, nativeProfile),
    ];
    const [a, b] = await rig.clock.until(Promise.all(links));
    expect([a?.peer, b?.peer]).toEqual(['car#1', 'car#2']);
  });

  it('ends in time with a car that nobody hears, and nothing is left', async () => {
    const rig = await Rig.start();
    const advertisement = await rig.find();
    rig.phone.moveTo(500, 0);
    const before = rig.clock.now();
    const connecting = rig.phone.connect(advertisement, nativeProfile, { timeoutMs: 700 });
    await expect(rig.clock.until(connecting)).rejects.toMatchObject({ code: 'radio.timeout' });
    expect(rig.clock.now() - before).toBe(700);
    await rig.clock.advance(200); // the last advertising event
    expect(rig.clock.pending).toBe(0);
    rig.phone.moveTo(2, 0);
    await rig.connect(advertisement);
  });

  it('ends when it is aborted: before, while it listens, and while it discovers', async () => {
    const rig = await Rig.start();
    const advertisement = await rig.find();
    const before = rig.phone.connect(advertisement, nativeProfile, { signal: interrupted.signal });
    await expect(before).rejects.toMatchObject({ code: 'interrupted' });
    for (const ms of [1, 200]) {
      const stop = new AbortController();
      const connecting = rig.phone.connect(advertisement, nativeProfile, { signal: stop.signal });
      const rejected = expect(connecting).rejects.toMatchObject({ code: 'interrupted' });
      await rig.clock.advance(ms);
      stop.abort();
      await rejected;
    }
    // The car is free again as soon as it has heard that.
    const { cars } = await rig.link();
    expect(cars.closings).toBe(0);
  });

  it('does not get through to a car whose links are taken, until one of them ends', async () => {
    const rig = await Rig.start();
    const other = rig.air.central({ position: { x: 0, y: 2 } });
    const advertisement = await rig.find(other);
    const { link } = await rig.link();
    const connecting = other.connect(advertisement, nativeProfile, { timeoutMs: 1000 });
    await expect(rig.clock.until(connecting)).rejects.toMatchObject({ code: 'radio.timeout' });
    await rig.clock.until(link.close());
    await rig.connect(await rig.find(other), other);
  });

  it('gets through to a car with two links beside another phone', async () => {
    const rig = await Rig.start({ car: { links: 2 } });
    const other = rig.air.central({ position: { x: 0, y: 2 } });
    await rig.link();
    await rig.link(other);
    expect(rig.carLinks.map(({ link }) => link.peer)).toEqual(['phone#1', 'phone#2']);
  });

  it('fails when the car goes off while it discovers', async () => {
    const rig = await Rig.start({ phone: { connection: { timeoutMs: 500 } } });
    const connecting = rig.phone.connect(await rig.find(), nativeProfile);
    const rejected = expect(connecting).rejects.toMatchObject({
      code: 'radio.connect-failed',
      temporary: true,
    });
    await rig.clock.advance(250);
    rig.car.powerOff();
    await rig.clock.advance(1000);
    await rejected;
  });

  it.each([0.3, 0.6])('gets through a loss of %d sooner or later', async (loss) => {
    for (const seed of ['a', 'b', 'c', 'd']) {
      const rig = await Rig.start({ air: { seed, faults: { loss } } });
      const { link, ours, cars } = await rig.link();
      await rig.clock.until(link.send(Uint8Array.of(1, 2, 3)));
      await rig.clock.until(cars.link.send(Uint8Array.of(4)));
      await rig.clock.advance(2000);
      expect(cars.received).toEqual([[1, 2, 3]]);
      expect(ours.received).toEqual([[4]]);
    }
  });

  it('tries again when the car did not get the request', async () => {
    const rig = await Rig.start({ air: { seed: 'again' } });
    const advertisement = await rig.find();
    // Of four packets three are lost: of six connection events hardly one gets through both ways.
    rig.air.faults = { loss: 0.75 };
    let tries = 0;
    for (let i = 0; i < 10; i++) {
      const connecting = rig.phone.connect(advertisement, nativeProfile, { timeoutMs: 60_000 });
      const link = await rig.clock.until(connecting);
      tries += Number(link.peer.slice('car#'.length));
      await rig.clock.until(link.close());
      await rig.clock.advance(60_000); // until the car has its patience back
    }
    expect(tries).toBeGreaterThan(55); // 1 + 2 + ... + 10, had each come up at once
  });
});
