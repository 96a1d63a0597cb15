import { describe, expect, it } from '@jest/globals';
import type { PhoneKeyError } from '../../../lib/errors.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import type { Link } from '../../../lib/radio/types.js';
import { FakeBleno } from './fake-bleno.js';
import { outcome } from './outcome.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising } from '../../../lib/native/advertisement.js';

const ADVERTISING = '020106' + '1107' + '107d2b6e0c1f439a6e4b527c005a1f9d';
const scanResponse = (data: string): string =>
  (17 + data.length / 2).toString(16) + '21' + '107d2b6e0c1f439a6e4b527c005a1f9d' + data;

const open = async (bleno = new FakeBleno()) => {
  const clock = new SimClock();
  const opened = outcome(openBlenoPeripheral({ load: bleno.load, clock }));
  await clock.advance(0);
  if (opened.value === undefined) throw opened.error ?? new Error('not opened');
  return { bleno, clock, peripheral: opened.value };
};

const started = async (bleno?: FakeBleno) => {
  const rest = await open(bleno);
  const links: Link[] = [];
  const errors: PhoneKeyError[] = [];
  const service = { profile: nativeProfile, onLink: (link: Link) => links.push(link) };
  await rest.peripheral.start([service], (error) => errors.push(error));
  return { ...rest, links, errors };
};

const linked = async (mtu?: number) => {
  const rest = await started();
  rest.bleno.centralComes();
  rest.bleno.centralSubscribes(mtu);
  const [link] = rest.links;
  if (link === undefined) throw new Error('no link');
  const got: Uint8Array[] = [];
  const closed: string[] = [];
  const handlers = {
    data: (chunk: Uint8Array) => got.push(chunk),
    closed: (reason: string) => closed.push(reason),
  };
  return { ...rest, link, got, closed, handlers };
};

describe('opening a peripheral over bleno', () => {
  it.each([
    [
      'ENODEV',
      Object.assign(new Error('ENODEV, No such device'), { code: 'ENODEV' }),
      /plug one in/,
    ],
    ['unauthorized', 'unauthorized', /setcap/],
    ['unsupported', 'unsupported', /Low Energy/],
  ])('translates %s', async (_name, state, hint) => {
    const bleno = new FakeBleno(state);
    const clock = new SimClock();
    const opened = outcome(openBlenoPeripheral({ load: bleno.load, clock }));
    await clock.advance(0);
    expect(opened.error?.code).toBe('radio.unavailable');
    expect(opened.error?.hint).toMatch(hint);
    expect(bleno.closed).toBe(1);
    expect(bleno.ownListeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('translates what the loader throws', async () => {
    const load = () => Promise.reject(new Error("Cannot find module '@abandonware/bleno'"));
    const opened = outcome(openBlenoPeripheral({ load, clock: new SimClock() }));
    await new SimClock().advance(0);
    expect(opened.error?.code).toBe('radio.unavailable');
    expect(opened.error?.hint).toContain('npm install');
  });

  it('gives up a service that bleno does not set', async () => {
    const { bleno, clock, peripheral } = await open();
    bleno.mute.add('setServices');
    const start = outcome(peripheral.start([{ profile: nativeProfile, onLink: () => undefined }]));
    await clock.advance(5000);
    expect(start.error?.code).toBe('radio.unavailable');
    expect(clock.pending).toBe(0);
  });
});

describe('advertising', () => {
  it('carries flags, service UUID and service data, and nothing else', async () => {
    const { bleno, clock, peripheral } = await started();
    const done = outcome(
      peripheral.advertise([nativeAdvertising(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))]),
    );
    await clock.advance(0);
    expect(done).toEqual({ done: true });
    expect(bleno.calls).toEqual([`${ADVERTISING} ${scanResponse('0102030405060708090a')}`]);
    await expect(
      peripheral.advertise([nativeAdvertising(new Uint8Array(14))]),
    ).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('falls back to the bare UUID where bleno has no HCI host', async () => {
    const bleno = new FakeBleno();
    delete bleno._bindings._hci;
    const { clock, peripheral } = await started(bleno);
    void outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await clock.advance(0);
    expect(bleno.calls).toEqual(['plain "" 9d1f5a007c524b6e9a431f0c6e2b7d10']);
  });

  it('does not start beside a connected phone, but after it', async () => {
    const { bleno, clock, peripheral } = await started();
    bleno.centralComes();
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(2))]);
    await clock.advance(0);
    expect(bleno.calls).toEqual([]);
    bleno.centralGone();
    await clock.advance(0);
    expect(bleno.calls).toEqual([`${ADVERTISING} ${scanResponse('02')}`]);
  });

  it('leaves it to bleno to advertise the same again', async () => {
    const { bleno, clock, peripheral } = await started();
    void outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await clock.advance(0);
    bleno.centralComes();
    bleno.centralGone();
    await clock.advance(0);
    expect(bleno.calls).toHaveLength(1);
  });

  it('takes the newest data when it changes while it starts', async () => {
    const { bleno, clock, peripheral } = await started();
    const both = outcome(
      Promise.all([
        peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]),
        peripheral.advertise([nativeAdvertising(Uint8Array.of(2))]),
      ]),
    );
    await clock.advance(0);
    await clock.advance(0);
    expect(both.done).toBe(true);
    expect(bleno.calls.at(-1)).toBe(`${ADVERTISING} ${scanResponse('02')}`);
  });

  it('stops again when a phone connected while it started', async () => {
    const { bleno, clock, peripheral } = await started();
    bleno.mute.add('advertise');
    const done = outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await clock.advance(0);
    bleno.centralComes();
    await clock.advance(0);
    expect(done).toEqual({ done: true });
    expect(bleno.calls.at(-1)).toBe('stop');
    bleno.mute.clear();
    bleno.centralGone();
    await clock.advance(0);
    expect(bleno.calls.at(-1)).toBe(`${ADVERTISING} ${scanResponse('01')}`);
  });

  it('fails in time, and is tried again after a disconnection', async () => {
    const { bleno, clock, peripheral } = await started();
    bleno.mute.add('advertise');
    const failed = outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await clock.advance(5000);
    expect(failed.error?.code).toBe('radio.unavailable');
    bleno.centralComes();
    bleno.centralGone();
    await clock.advance(0);
    bleno.emit('advertisingStartError', new Error('Command Disallowed (0xc)'));
    await clock.advance(999);
    expect(bleno.calls).toHaveLength(2);
    bleno.mute.clear();
    await clock.advance(1);
    expect(bleno.calls).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });
});

describe('bleno of @stoprocent', () => {
  it('gives the connection before all else', async () => {
    const { bleno, links } = await started();
    bleno.connection = 0x40;
    bleno.centralComes();
    bleno.centralSubscribes();
    const got: Uint8Array[] = [];
    await links[0]?.open({ data: (chunk) => got.push(chunk), closed: () => undefined });
    expect(links[0]?.mtu).toBe(256);
    expect(bleno.centralWrites(Uint8Array.of(3))).toBe(0);
    expect(got).toEqual([Uint8Array.of(3)]);
    await links[0]?.send(Uint8Array.of(4));
    expect(bleno.notified).toEqual([Buffer.of(4)]);
  });

  it('tells an error where it tells that advertising has begun', async () => {
    const { bleno, peripheral } = await started();
    bleno.mute.add('advertise');
    const failed = outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await new Promise(setImmediate);
    bleno.emit('advertisingStart', new Error('Connection Limit Exceeded (0x9)'));
    await new Promise(setImmediate);
    expect(failed.error?.message).toBe('advertising failed: Connection Limit Exceeded (0x9)');
  });
});

describe('a link over bleno', () => {
  it('delivers what came between subscription and open, and nothing from before', async () => {
    const { bleno, links } = await started();
    bleno.centralComes();
    expect(bleno.centralWrites(Uint8Array.of(1))).toBe(0);
    bleno.centralSubscribes();
    expect(bleno.centralWrites(Uint8Array.of(2))).toBe(0);
    const got: Uint8Array[] = [];
    await links[0]?.open({ data: (chunk) => got.push(chunk), closed: () => undefined });
    expect(bleno.centralWrites(Uint8Array.of(3))).toBe(0);
    expect(got).toEqual([Uint8Array.of(2), Uint8Array.of(3)]);
  });

  it('sends in order, up to its MTU', async () => {
    const { bleno, link } = await linked(100);
    expect(link.mtu).toBe(100);
    await Promise.all([link.send(new Uint8Array(97).fill(1)), link.send(Uint8Array.of(2))]);
    expect(bleno.notified.map((value) => value.length)).toEqual([97, 1]);
    await expect(link.send(new Uint8Array(98))).rejects.toMatchObject({ code: 'internal' });
  });

  it('ends with the phone, and never notifies nobody', async () => {
    const { bleno, link, closed, handlers } = await linked();
    await link.open(handlers);
    bleno.mute.add('notify');
    const waiting = outcome(link.send(Uint8Array.of(1)));
    const behind = outcome(link.send(Uint8Array.of(2)));
    bleno.centralGone();
    await expect(link.send(Uint8Array.of(3))).rejects.toMatchObject({ code: 'radio.link-lost' });
    expect([waiting.error?.code, behind.error?.code]).toEqual([
      'radio.link-lost',
      'radio.link-lost',
    ]);
    expect(closed).toEqual(['remote']);
    expect(bleno.notified).toHaveLength(0);
  });

  it('gives up a notification without answer, and the link with it', async () => {
    const { bleno, clock, link, closed, handlers } = await linked();
    await link.open(handlers);
    bleno.mute.add('notify');
    const send = outcome(link.send(Uint8Array.of(1)));
    await clock.advance(5000);
    expect(send.error?.code).toBe('radio.timeout');
    expect(closed).toEqual(['lost']);
    expect(bleno.connected).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('tells an end that came before it was opened', async () => {
    const { bleno, link, closed, handlers } = await linked();
    bleno.centralGone();
    await link.open(handlers);
    expect(closed).toEqual(['remote']);
  });

  it('disconnects the phone when it is closed, once', async () => {
    const { bleno, clock, link, closed, handlers } = await linked();
    await link.open(handlers);
    const closing = outcome(Promise.all([link.close(), link.close()]));
    await clock.advance(0);
    expect(closing.done).toBe(true);
    expect(closed).toEqual(['local']);
    expect(bleno.connected).toBe(false);
    expect(bleno.calls).toEqual(['disconnect']);
    expect(clock.pending).toBe(0);
  });

  it('does not wait for ever for the disconnection', async () => {
    const { bleno, clock, link } = await linked();
    bleno.mute.add('disconnect');
    const closing = outcome(link.close());
    await clock.advance(1999);
    expect(closing.done).toBe(false);
    await clock.advance(1);
    expect(closing).toEqual({ done: true });
  });

  it('gives way to a second central, of which bleno says nothing to the first', async () => {
    const { bleno, link, links, closed, handlers } = await linked();
    await link.open(handlers);
    bleno.centralComes();
    expect(closed).toEqual(['lost']);
    bleno.centralSubscribes();
    expect(links).toHaveLength(2);
  });

  it.each([
    ['subscribes again', false],
    ['unsubscribes and subscribes again', true],
  ])('ends with the connection when the phone %s', async (_what, unsubscribes) => {
    const { bleno, clock, link, links, closed, handlers } = await linked();
    await link.open(handlers);
    await clock.advance(5_000);
    if (unsubscribes) bleno.fromCar.onUnsubscribe?.();
    bleno.centralSubscribes();
    await clock.advance(0);
    expect(closed).toEqual(['remote']);
    expect(bleno.connected).toBe(false);
    bleno.centralComes();
    bleno.centralSubscribes();
    expect(links).toHaveLength(2);
    expect(bleno.connected).toBe(true);
  });

  it.each<[string, (bleno: FakeBleno) => void, boolean]>([
    ['writes 513 bytes', (bleno) => bleno.centralWrites(new Uint8Array(513)), true],
    ['writes 512 bytes', (bleno) => bleno.centralWrites(new Uint8Array(512)), false],
    [
      'floods the link before it is open',
      (bleno) => {
        for (let i = 0; i < 17; i++) bleno.centralWrites(new Uint8Array(500));
      },
      true,
    ],
  ])('a phone that %s', async (_what, misbehave, expelled) => {
    const { bleno, clock } = await linked();
    misbehave(bleno);
    await clock.advance(0);
    expect(bleno.connected).toBe(!expelled);
  });

  it('a phone that stays subscribed may stay', async () => {
    const { bleno, clock } = await linked();
    await clock.advance(60_000);
    expect(bleno.connected).toBe(true);
  });
});

describe('the adapter', () => {
  it('ends links when it goes off, and advertises again when it is back', async () => {
    const { bleno, clock, peripheral, link, closed, handlers, errors } = await linked();
    await link.open(handlers);
    void outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    bleno.become('poweredOff');
    expect(closed).toEqual(['lost']);
    expect(errors.map(({ code }) => code)).toEqual(['radio.unavailable']);
    await expect(peripheral.advertise([nativeAdvertising(Uint8Array.of(2))])).rejects.toMatchObject(
      {
        code: 'radio.unavailable',
      },
    );
    bleno.connected = false;
    bleno.become('poweredOn');
    await clock.advance(0);
    expect(bleno.calls).toEqual([`${ADVERTISING} ${scanResponse('01')}`]);
  });

  it('is left alone after close: no listener, no timer, nobody connected', async () => {
    const { bleno, clock, peripheral, link, closed, handlers } = await linked();
    await link.open(handlers);
    const closing = outcome(Promise.all([peripheral.close(), peripheral.close()]));
    await clock.advance(0);
    await clock.advance(0);
    expect(closing.done).toBe(true);
    expect(closed).toEqual(['local']);
    expect(bleno.calls).toEqual(['stop', 'disconnect']);
    expect(bleno.closed).toBe(1);
    expect(bleno.ownListeners).toBe(0);
    expect(clock.pending).toBe(0);
    await expect(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))])).rejects.toMatchObject(
      {
        code: 'radio.closed',
      },
    );
  });

  it('closes in time although bleno is silent, and with an operation under way', async () => {
    const { bleno, clock, peripheral } = await started();
    bleno.mute.add('stop').add('advertise');
    const advertising = outcome(peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]));
    await clock.advance(0);
    const closing = outcome(peripheral.close());
    await clock.advance(1000);
    expect(advertising.error?.code).toBe('radio.closed');
    expect(closing).toEqual({ done: true });
    expect(clock.pending).toBe(0);
  });
});
