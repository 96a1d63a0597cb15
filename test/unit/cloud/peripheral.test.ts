import { describe, expect, it } from '@jest/globals';
import { cloudPeripheral } from '../../../lib/cloud/index.js';
import type { CarChannelHandlers, CloudPeripheralOptions } from '../../../lib/cloud/index.js';
import { decodeFrame, encodeFrame } from '../../../lib/cloud/frame.js';
import type { FrameBody } from '../../../lib/cloud/frame.js';
import { nativeAdvertising } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import type { Link } from '../../../lib/radio/types.js';
import { errorWith } from '../../support/errors.js';
import { startEndpoint, TestHost } from '../../support/test-car.js';

const { service } = nativeProfile;
const A = '00000000000000aa';
const B = '00000000000000bb';
const NONE = new Uint8Array(0);
const OPEN: FrameBody = { kind: 'open', service, mtu: 515 };

/** A channel that a test holds the other end of; what the car sends is in words. */
const channel = () => {
  const sent: string[] = [];
  const advertised: unknown[] = [];
  let handlers: CarChannelHandlers | undefined;
  let closed = 0;
  return {
    sent,
    advertised,
    get closed() {
      return closed;
    },
    get handlers(): CarChannelHandlers {
      return handlers!;
    },
    car: {
      start: (given: CarChannelHandlers) => void (handlers = given),
      advertise: (each: unknown) => void advertised.push(each),
      send: (link: string, frame: Uint8Array) =>
        void sent.push(`${link.slice(-2)} ${words(frame)}`),
      confirm: () => undefined,
      report: () => undefined,
      close: async () => void (closed += 1),
    },
  };
};

const words = (frame: Uint8Array): string => {
  if (frame.length === 0) return 'none';
  const { sequence, ...body } = decodeFrame(frame);
  const what =
    body.kind === 'close' ? body.why : body.kind === 'data' ? body.chunk.join() : body.mtu;
  return `${String(sequence)} ${body.kind} ${String(what)}`;
};

/** A car on a channel, and its links; whoever is the phone numbers its frames by hand. */
const start = async (options: CloudPeripheralOptions = {}) => {
  const clock = new SimClock();
  const relay = channel();
  const links: Link[] = [];
  const heard: string[] = [];
  const peripheral = cloudPeripheral(relay.car, { clock, ...options });
  const onLink = (link: Link): void => {
    links.push(link);
    void link.open({
      data: (chunk) => heard.push(`${link.peer.slice(-2)} ${chunk.join()}`),
      closed: (reason) => heard.push(`${link.peer.slice(-2)} ${reason}`),
    });
  };
  await peripheral.start([{ profile: nativeProfile, onLink }]);
  const say = (link: string, sequence: number, body: FrameBody): void =>
    relay.handlers.frame(link, encodeFrame({ ...body, sequence }));
  const data = (link: string, sequence: number, ...chunk: number[]): void =>
    say(link, sequence, { kind: 'data', chunk: Uint8Array.from(chunk) });
  return { clock, relay, links, heard, peripheral, say, data };
};

describe('a car behind a cloud', () => {
  it('advertises what phones know it by, and no name', async () => {
    const { relay, peripheral } = await start();
    const set = nativeAdvertising(Uint8Array.of(1, 0xab));
    await peripheral.advertise([set, { advertisement: { services: ['x'], localName: 'Ada' } }]);
    expect(relay.advertised).toEqual([
      [
        { uuid: service, data: '01ab' },
        { uuid: 'x', data: '' },
      ],
    ]);
    const tooLong = nativeAdvertising(new Uint8Array(14));
    await expect(peripheral.advertise([tooLong])).rejects.toEqual(errorWith('internal'));
  });

  it('gives a link to a phone that opens one, and carries chunks both ways', async () => {
    const { relay, links, heard, say, data } = await start();
    say(A, 0, OPEN);
    data(A, 1, 1, 2);
    data(A, 2, 3);
    await links[0]!.send(Uint8Array.of(9));
    expect([links[0]!.peer, links[0]!.mtu]).toEqual([A, 515]);
    expect(heard).toEqual(['aa 1,2', 'aa 3']);
    expect(relay.sent).toEqual(['aa 0 open 515', 'aa 1 data 9']);
    await links[0]!.close();
    expect(relay.sent.slice(2)).toEqual(['aa 2 close over', 'aa none']);
    expect(heard.at(-1)).toBe('aa local');
    await expect(links[0]!.send(Uint8Array.of(9))).rejects.toEqual(errorWith('radio.link-lost'));
  });

  it('sends no longer chunk than the phone takes', async () => {
    const { links, say } = await start();
    say(A, 0, { ...OPEN, mtu: 23 });
    await expect(links[0]!.send(new Uint8Array(21))).rejects.toEqual(errorWith('internal'));
    await links[0]!.send(new Uint8Array(20));
  });

  it.each([
    ['a frame again', 1],
    ['one that was there before', 0],
    ['one after a gap', 3],
  ])('ends a link upon %s', async (_, sequence) => {
    const { relay, heard, say, data } = await start();
    say(A, 0, OPEN);
    data(A, 1, 1);
    data(A, sequence, 2);
    data(A, 2, 3);
    expect(heard).toEqual(['aa 1', 'aa lost']);
    // The last frame came when there was no link any more, and is none that opens one.
    expect(relay.sent.slice(1)).toEqual([
      'aa 1 close broken',
      'aa none',
      'aa 0 close broken',
      'aa none',
    ]);
  });

  it.each([
    ['no frame', Uint8Array.of(9)],
    ['a second opening', encodeFrame({ ...OPEN, sequence: 1 })],
    [
      'a chunk that is too long',
      encodeFrame({ kind: 'data', sequence: 1, chunk: new Uint8Array(21) }),
    ],
  ])('ends a link upon %s', async (_, frame) => {
    const { relay, heard, say } = await start();
    say(A, 0, { ...OPEN, mtu: 23 });
    relay.handlers.frame(A, frame);
    expect(heard).toEqual(['aa lost']);
  });

  it.each([
    ['an empty frame', NONE],
    ['a last frame', encodeFrame({ kind: 'close', sequence: 1, why: 'over' })],
  ])('hears by %s that the phone is gone, and says nothing to that', async (_, frame) => {
    const { relay, heard, say } = await start();
    say(A, 0, OPEN);
    relay.handlers.frame(A, frame);
    relay.handlers.frame(A, NONE);
    expect(heard).toEqual(['aa remote']);
    expect(relay.sent).toEqual(['aa 0 open 515']);
  });

  it('gives no link for a service that it has not, and none without an opening', async () => {
    const { relay, links, say, data } = await start();
    say(A, 0, { ...OPEN, service: '00000000-0000-0000-0000-000000000000' });
    data(A, 0, 1);
    say(A, 1, OPEN);
    relay.handlers.frame('nonsense', encodeFrame({ ...OPEN, sequence: 0 }));
    relay.handlers.frame(`${A}0`, encodeFrame({ ...OPEN, sequence: 0 }));
    expect(links).toEqual([]);
    expect(relay.sent.filter((each) => each !== 'aa none')).toEqual([
      'aa 0 close no-service',
      'aa 0 close broken',
      'aa 0 close broken',
    ]);
  });

  it('has as many links as it says, and one more when one is over', async () => {
    const { relay, links, heard, peripheral, say } = await start({ mostLinks: 2 });
    expect(peripheral.mostLinks).toBe(2);
    say(A, 0, OPEN);
    say(B, 0, OPEN);
    say('00000000000000cc', 0, OPEN);
    expect(relay.sent.slice(2)).toEqual(['cc 0 close busy', 'cc none']);
    relay.handlers.frame(A, NONE);
    say('00000000000000dd', 0, OPEN);
    expect(links.map(({ peer }) => peer.slice(-2))).toEqual(['aa', 'bb', 'dd']);
    expect(heard).toEqual(['aa remote']);
  });

  it('gives so many links in a minute', async () => {
    const { clock, relay, links, say } = await start({ linksPerMinute: 3 });
    const visit = (): void => {
      say(A, 0, OPEN);
      relay.handlers.frame(A, NONE);
    };
    for (let visits = 0; visits < 5; visits++) visit();
    expect(links).toHaveLength(3);
    await clock.advance(59_999);
    visit();
    expect(links).toHaveLength(3);
    await clock.advance(1);
    for (let visits = 0; visits < 5; visits++) visit();
    expect(links).toHaveLength(6);
  });

  it('ends its links when the cloud is gone, and tells who wants to know', async () => {
    const told: unknown[] = [];
    const { relay, heard, say } = await start({
      onConnected: (connected) => told.push(connected),
      onObject: (object, bytes) => told.push([object, bytes]),
    });
    relay.handlers.connected(true);
    say(A, 0, OPEN);
    relay.handlers.object('o1', Uint8Array.of(1));
    relay.handlers.connected(false);
    expect(heard).toEqual(['aa lost']);
    expect(told).toEqual([true, ['o1', Uint8Array.of(1)], false]);
  });

  it('gives none after it was closed, which it says to the phones that have one', async () => {
    const { relay, links, heard, peripheral, say } = await start();
    say(A, 0, OPEN);
    await Promise.all([peripheral.close(), peripheral.close()]);
    say(B, 0, OPEN);
    expect([links.length, relay.closed, heard]).toEqual([1, 1, ['aa local']]);
    expect(relay.sent.slice(1)).toEqual(['aa 1 close over', 'aa none']);
    await expect(peripheral.start([])).rejects.toEqual(errorWith('radio.closed'));
  });

  it('goes on when what serves its links fails', async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    const relay = channel();
    const peripheral = cloudPeripheral(relay.car, { log, mostLinks: 1 });
    const onLink = (): void => {
      throw new Error('it failed');
    };
    await peripheral.start([{ profile: nativeProfile, onLink }]);
    for (const link of [A, B]) relay.handlers.frame(link, encodeFrame({ ...OPEN, sequence: 0 }));
    expect(warnings).toHaveLength(2);
    expect(relay.sent.filter((each) => each.includes('busy'))).toEqual([]);
  });

  it('leaves a link to nobody who proves nothing, and less long to each that comes next', async () => {
    const clock = new SimClock();
    const relay = channel();
    const host = new TestHost();
    const { events } = await startEndpoint({
      host,
      clock,
      peripheral: cloudPeripheral(relay.car, { clock }),
    });
    const held: number[] = [];
    for (let strangers = 0; strangers < 5; strangers++) {
      const since = clock.now();
      relay.handlers.frame(A, encodeFrame({ ...OPEN, sequence: 0 }));
      const ends = (): number => events.filter(({ type }) => type === 'link-closed').length;
      while (ends() === strangers) await clock.advance(50);
      held.push(clock.now() - since);
    }
    expect(held[0]).toBeLessThanOrEqual(6_000);
    expect(held.at(-1)).toBeLessThanOrEqual(600);
  });

  it.each([{ mostLinks: 0 }, { mostLinks: 65 }, { linksPerMinute: 0 }, { mostLinks: 1.5 }])(
    'is none of any kind: %j',
    (options) => {
      expect(() => cloudPeripheral(channel().car, options)).toThrow(errorWith('usage.invalid'));
    },
  );
});
