import { describe, expect, it } from '@jest/globals';
import { cloudCentral, cloudPeripheral, PhoneKeyError } from '../../../lib/cloud/index.js';
import type { CloudCar, CloudRelay } from '../../../lib/cloud/index.js';
import { decodeFrame, encodeFrame } from '../../../lib/cloud/frame.js';
import type { FrameBody } from '../../../lib/cloud/frame.js';
import type { LinkStreamHandlers } from '../../../lib/cloud/link-stream.js';
import { nativeAdvertising, nativeScan } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { pause } from '../../../lib/platform/clock.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Advertisement } from '../../../lib/radio/types.js';
import { errorWith } from '../../support/errors.js';
import { MemoryCloud } from '../../support/memory-cloud.js';
import { settle } from '../../support/waiting.js';

const { service } = nativeProfile;
const CAR: CloudCar = {
  id: 'c1',
  name: 'Blue',
  membership: 'owner',
  online: true,
  advertises: [{ uuid: service, data: '01ab' }],
};
const NEVER = new AbortController().signal;
const HEARD: Advertisement = { id: 'c1', rssi: -127 };
const OPEN: FrameBody = { kind: 'open', service, mtu: 515 };

/** A cloud whose answers a test gives, and a phone there; what the phone does with a link is in words. */
const start = (relay: Partial<CloudRelay> = {}) => {
  const clock = new SimClock();
  const did: string[] = [];
  let handlers: LinkStreamHandlers | undefined;
  const central = cloudCentral(
    {
      cars: async () => [CAR],
      openLink: async (car, given) => {
        handlers = given;
        did.push(`link to ${car}`);
        return {
          link: '00000000000000aa',
          send: async (frame) => {
            const { sequence, kind } = decodeFrame(frame);
            await pause(clock, 10 - sequence); // the later, the faster
            did.push(`${String(sequence)} ${kind}`);
          },
          close: () => void did.push('closed'),
        };
      },
      ...relay,
    },
    { clock },
  );
  const say = (sequence: number, body: FrameBody): void =>
    handlers!.frame(encodeFrame({ ...body, sequence }));
  const linked = async () => {
    const link = await central.connect(HEARD, nativeProfile);
    const heard: unknown[] = [];
    const opening = link.open({
      data: (chunk) => heard.push(chunk.join()),
      closed: (reason) => heard.push(reason),
    });
    opening.catch(() => undefined);
    await clock.advance(10);
    return { link, heard, opening };
  };
  return { clock, did, central, say, linked, handlers: () => handlers! };
};

describe('a phone at a cloud', () => {
  it('hears what is connected, and looks again every two seconds', async () => {
    const offline = { ...CAR, id: 'c2', online: false };
    const silent = { ...CAR, id: 'c3', advertises: [] };
    const other = { ...CAR, id: 'c4', advertises: [{ uuid: `0${service.slice(1)}`, data: '' }] };
    const { clock, central } = start({ cars: async () => [offline, silent, other, CAR] });
    const heard: Advertisement[] = [];
    const stop = new AbortController();
    const scanning = central.scan([nativeScan], (each) => heard.push(each), stop.signal);
    await clock.advance(0);
    expect(heard).toEqual([
      {
        id: 'c1',
        rssi: -127,
        services: [service],
        serviceData: [{ uuid: service, data: Uint8Array.of(1, 0xab) }],
      },
    ]);
    await clock.advance(5_999);
    expect(heard).toHaveLength(3);
    stop.abort();
    await scanning;
    expect(clock.pending).toBe(0);
  });

  it('is told at once what is wrong with the cloud', async () => {
    const down = new PhoneKeyError('cloud.failed', 'the cloud answered 500');
    const fails = async (): Promise<never> => {
      throw down;
    };
    const { central } = start({ cars: fails, openLink: fails });
    const found = (): void => undefined;
    await expect(central.scan([nativeScan], found, NEVER)).rejects.toBe(down);
    await expect(central.connect(HEARD, nativeProfile)).rejects.toBe(down);
    await expect(central.connect(HEARD, nativeProfile)).rejects.toBe(down); // no link is left
  });

  it('is told of a relay that is no better than it should be', async () => {
    const fails = async (): Promise<never> => {
      throw new TypeError('oh');
    };
    const { central } = start({ cars: fails, openLink: fails });
    const expected = { code: 'cloud.unreachable', message: 'talking to the cloud failed: oh' };
    await expect(central.scan([nativeScan], () => undefined, NEVER)).rejects.toMatchObject(
      expected,
    );
    await expect(central.connect(HEARD, nativeProfile)).rejects.toMatchObject(expected);
  });

  it('opens a link where it is opened, and sends in the order of the calls', async () => {
    const { clock, did, say, linked } = start();
    const { link, heard, opening } = await linked();
    expect(did).toEqual(['link to c1', '0 open']);
    say(0, { ...OPEN, mtu: 23 });
    say(1, { kind: 'data', chunk: Uint8Array.of(5) });
    await opening;
    expect([link.mtu, heard]).toEqual([23, ['5']]);
    const sent = Promise.all([1, 2, 3].map((each) => link.send(Uint8Array.of(each))));
    await clock.until(sent);
    expect(did.slice(2)).toEqual(['1 data', '2 data', '3 data']);
    await link.close();
    expect([did.at(-1), heard.at(-1)]).toEqual(['closed', 'local']);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['busy', 'car.busy'],
    ['no-service', 'radio.connect-failed'],
    ['broken', 'radio.link-lost'],
    ['over', 'radio.link-lost'],
  ] as const)('is told why it gets no link: %s', async (why, code) => {
    const { did, say, linked } = start();
    const { heard, opening } = await linked();
    say(0, { kind: 'close', why });
    await expect(opening).rejects.toEqual(errorWith(code));
    expect([heard, did.at(-1)]).toEqual([['remote'], 'closed']);
  });

  it('waits 5 s for the car to open a link', async () => {
    const { clock, did, linked } = start();
    const { heard, opening } = await linked();
    await clock.advance(4_989);
    expect(heard).toEqual([]);
    await clock.advance(1);
    await expect(opening).rejects.toEqual(errorWith('cloud.timeout'));
    expect([heard, did.at(-1)]).toEqual([['lost'], 'closed']);
  });

  it.each<[string, number, FrameBody]>([
    ['a chunk before the opening', 0, { kind: 'data', chunk: Uint8Array.of(1) }],
    ['another service', 0, { ...OPEN, service: `0${service.slice(1)}` }],
    ['a frame that is not next', 1, OPEN],
  ])('takes no link that begins with %s', async (_, sequence, body) => {
    const { did, say, linked } = start();
    const { heard, opening } = await linked();
    say(sequence, body);
    await expect(opening).rejects.toEqual(errorWith('radio.link-lost'));
    expect([heard, did.at(-1)]).toEqual([['lost'], 'closed']);
  });

  it('takes no link that it has not opened', async () => {
    const { did, central, say } = start();
    const link = await central.connect(HEARD, nativeProfile);
    say(0, OPEN);
    expect(did.at(-1)).toBe('closed');
    await expect(link.send(Uint8Array.of(1))).rejects.toEqual(errorWith('radio.link-lost'));
  });

  it.each([
    ['car', 'remote'],
    ['offline', 'lost'],
    ['service', 'lost'],
    ['lost', 'lost'],
  ] as const)('hears how a link ends: %s', async (why, reason) => {
    const { did, central, say, linked, handlers } = start();
    const { heard, opening } = await linked();
    say(0, OPEN);
    await opening;
    handlers().closed(why);
    handlers().frame(new Uint8Array());
    expect([heard, did.at(-1)]).toEqual([[reason], 'closed']);
    await central.connect(HEARD, nativeProfile); // it may have another
  });

  it('has no link any more once a frame did not go out, and says why', async () => {
    const lost = new PhoneKeyError('cloud.timeout', 'too slow');
    let fails = false;
    const { say, linked, did } = start({
      openLink: async (_, given) => ({
        link: '00000000000000aa',
        send: async () => {
          if (fails) throw lost;
          queueMicrotask(() => given.frame(encodeFrame({ ...OPEN, sequence: 0 })));
        },
        close: () => void did.push('closed'),
      }),
    });
    expect(say).toBeDefined();
    const { link, heard, opening } = await linked();
    await opening;
    fails = true;
    await expect(link.send(Uint8Array.of(1))).rejects.toBe(lost);
    await expect(link.send(Uint8Array.of(1))).rejects.toEqual(errorWith('radio.link-lost'));
    expect([heard, did]).toEqual([['lost'], ['closed']]);
  });

  it('frees at once what came too late for it', async () => {
    let give: () => void = () => undefined;
    const did: string[] = [];
    const { central } = start({
      openLink: async () => {
        await new Promise<void>((resolve) => (give = resolve));
        return { link: 'x', send: async () => undefined, close: () => void did.push('closed') };
      },
    });
    const stop = new AbortController();
    const connecting = central.connect(HEARD, nativeProfile, { signal: stop.signal });
    stop.abort(new Error('enough'));
    give();
    await expect(connecting).rejects.toMatchObject({ code: 'interrupted' });
    expect(did).toEqual(['closed']);
  });

  it('gives a relay the time and the signal that it has', async () => {
    const given: unknown[] = [];
    const { central } = start({
      openLink: async (car, _, options) => {
        given.push(car, options?.timeoutMs, options?.signal?.aborted);
        return Promise.reject(new PhoneKeyError('cloud.car-offline', 'away'));
      },
    });
    const options = { timeoutMs: 123, signal: NEVER };
    await expect(central.connect(HEARD, nativeProfile, options)).rejects.toThrow('away');
    expect(given).toEqual(['c1', 123, false]);
  });

  it('loses its link when the car leaves the cloud', async () => {
    const clock = new SimClock();
    const cloud = new MemoryCloud({ clock });
    const car = cloudPeripheral(cloud.channel('c1'), { clock });
    const ends: string[] = [];
    await car.start([
      {
        profile: nativeProfile,
        onLink: (link) =>
          void link.open({ data: () => undefined, closed: (why) => void ends.push(`car ${why}`) }),
      },
    ]);
    await car.advertise([nativeAdvertising(Uint8Array.of(1))]);
    const central = cloudCentral(cloud.phone(), { clock });
    const link = await clock.until(central.connect(HEARD, nativeProfile));
    const closed = (why: string): void => void ends.push(`phone ${why}`);
    await clock.until(link.open({ data: () => undefined, closed }));
    cloud.lose('c1');
    await settle(clock);
    expect(ends.sort()).toEqual(['car lost', 'phone lost']);
    expect([cloud.links, clock.pending]).toEqual([[], 0]);
  });

  it('is none without a client', () => {
    expect(() => cloudCentral({} as CloudRelay)).toThrow(errorWith('usage.invalid'));
    expect(() => cloudCentral(start().central as unknown as CloudRelay)).toThrow();
    const relay = new MemoryCloud({ clock: new SimClock() }).phone();
    expect(() => cloudCentral(relay, { pollMs: 0 })).toThrow(errorWith('usage.invalid'));
  });
});
