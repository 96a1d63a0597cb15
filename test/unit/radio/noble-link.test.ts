import { describe, expect, it } from '@jest/globals';
import type { CentralLink } from '../../../lib/radio/types.js';
import { declarationsAt, linked, settle } from './noble-setup.js';
import { outcome } from './outcome.js';
import { nativeProfile } from '../../../lib/native/profile.js';

describe('a link over noble', () => {
  it('delivers notifications from before open returns, and no reads', async () => {
    const { link, clock, peripheral, got, handlers } = await linked();
    const opened = outcome(link.open(handlers));
    peripheral.fromCar.emit('data', Buffer.of(1), true);
    peripheral.fromCar.emit('data', Buffer.of(2), false);
    await settle(clock);
    expect(opened).toEqual({ done: true });
    expect(got).toEqual([Uint8Array.of(1)]);
  });

  it('subscribes by the handle where the car has told it', async () => {
    const { link, noble, clock, peripheral, handlers } = await linked(declarationsAt(11));
    expect(link.attHandle).toBe(11);
    noble.mute.add('subscribe');
    const opened = outcome(link.open(handlers));
    await settle(clock);
    expect(opened).toEqual({ done: true });
    expect(peripheral.handleWrites).toEqual([
      { handle: 15, data: Buffer.of(1, 0), withoutResponse: false },
    ]);
  });

  it('gives that up, too, when no answer comes', async () => {
    const { link, noble, clock, peripheral, handlers } = await linked(declarationsAt(11));
    noble.mute.add('writeHandle');
    const opened = outcome(link.open(handlers));
    await clock.advance(5000);
    expect(opened.error?.code).toBe('radio.timeout');
    expect(peripheral.state).toBe('disconnected');
    expect(clock.pending).toBe(0);
  });

  it('acknowledges every eighth chunk', async () => {
    const { link, clock, peripheral } = await linked();
    const sent = outcome(
      Promise.all(Array.from({ length: 17 }, (_, i) => link.send(Uint8Array.of(i)))),
    );
    for (let i = 0; i < 17; i++) await settle(clock);
    expect(sent.done).toBe(true);
    const { writes } = peripheral.toCar;
    expect(writes.map(({ data }) => data[0])).toEqual(Array.from({ length: 17 }, (_, i) => i));
    expect(writes.flatMap(({ withoutResponse }, i) => (withoutResponse ? [] : [i]))).toEqual([
      7, 15,
    ]);
  });

  it('has one write under way at a time', async () => {
    const { link, noble, clock, peripheral } = await linked();
    noble.mute.add('write');
    const first = outcome(link.send(Uint8Array.of(1)));
    const second = outcome(link.send(Uint8Array.of(2)));
    await clock.advance(100);
    expect(peripheral.toCar.writes).toHaveLength(1);
    peripheral.toCar.emit('write');
    await settle(clock);
    expect([first.done, second.done]).toEqual([true, false]);
    expect(peripheral.toCar.writes).toHaveLength(2);
  });

  it.each<[string, (link: CentralLink) => Promise<unknown>]>([
    ['write', (link) => link.send(Uint8Array.of(1))],
    ['subscribe', (link) => link.open({ data: () => undefined, closed: () => undefined })],
  ])('gives up a %s without answer, and the link with it', async (call, operate) => {
    const { link, noble, clock, peripheral } = await linked();
    noble.mute.add(call);
    const operation = outcome(operate(link));
    const behind = outcome(link.send(Uint8Array.of(9)));
    await clock.advance(4999);
    expect(operation.done).toBe(false);
    await clock.advance(1);
    expect(operation.error?.code).toBe('radio.timeout');
    expect(behind.error?.code).toBe('radio.link-lost');
    expect(peripheral.state).toBe('disconnected');
    expect(clock.pending).toBe(0);
  });

  it('ends a write at once when the link goes down', async () => {
    const { link, noble, clock, peripheral, closed, handlers } = await linked();
    await Promise.all([link.open(handlers), settle(clock)]);
    noble.mute.add('write');
    const operation = outcome(link.send(Uint8Array.of(1)));
    await clock.advance(1);
    peripheral.disconnected(0x08);
    await settle(clock);
    expect(operation.error?.code).toBe('radio.link-lost');
    expect(closed).toEqual(['lost']);
    expect(clock.pending).toBe(0);
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
  });

  it.each([
    [0x13, 'remote'],
    [0x08, 'lost'],
  ])('tells the reason 0x%s once', async (reason, expected) => {
    const { link, clock, peripheral, closed, handlers } = await linked();
    await Promise.all([link.open(handlers), settle(clock)]);
    peripheral.disconnected(reason);
    peripheral.disconnected(reason);
    await link.close();
    expect(closed).toEqual([expected]);
  });

  it('closes once, with its operations', async () => {
    const { link, noble, clock, peripheral, closed, handlers, central, advertisement } =
      await linked();
    await Promise.all([link.open(handlers), settle(clock)]);
    noble.mute.add('write');
    const write = outcome(link.send(Uint8Array.of(1)));
    await settle(clock);
    const closings = outcome(Promise.all([link.close(), link.close()]));
    await settle(clock);
    expect(closings.done).toBe(true);
    expect(write.error?.code).toBe('radio.link-lost');
    expect(closed).toEqual(['local']);
    expect(peripheral.state).toBe('disconnected');
    const again = outcome(central.connect(advertisement, nativeProfile));
    await settle(clock);
    expect(again.value).toBeDefined();
  });

  it('refuses chunks that do not fit', async () => {
    const { link } = await linked();
    for (const length of [0, 254]) {
      await expect(link.send(new Uint8Array(length))).rejects.toMatchObject({ code: 'internal' });
    }
  });

  it('is lost with the adapter, although noble says nothing', async () => {
    const { link, noble, clock, closed, handlers } = await linked();
    await Promise.all([link.open(handlers), settle(clock)]);
    noble.become('poweredOff');
    expect(closed).toEqual(['lost']);
    await link.close();
    expect(clock.pending).toBe(0);
  });
});
