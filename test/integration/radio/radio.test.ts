import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ControllerOptions } from '../../../air/index.js';
import type { Advertisement, Link } from '../../../lib/radio/types.js';
import { CAR_STACKS, hear, Inbox, radios } from './setup.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising, nativeScan } from '../../../lib/native/advertisement.js';
import { serviceDataOf } from '../../../lib/link/advertising.js';

let world: ReturnType<typeof radios>;
afterEach(async () => {
  await world.close();
});

/** A car whose links come one after another. */
const carWithLinks = async (options: ControllerOptions = {}) => {
  const links: { readonly link: Link; readonly inbox: Inbox }[] = [];
  let wake = (): void => undefined;
  const { controller, peripheral } = await world.car((link) => {
    const inbox = new Inbox();
    links.push({ link, inbox });
    void link.open(inbox.handlers);
    wake();
  }, options);
  const linkNumber = async (count: number) => {
    for (;;) {
      const found = links[count - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { controller, peripheral, links, linkNumber };
};

const connected = async () => {
  const car = await carWithLinks();
  await car.peripheral.advertise([nativeAdvertising(Uint8Array.of(0xca, 0xfe))]);
  const phone = await world.phone();
  const advertisement = await hear(phone.central);
  const link = await phone.central.connect(advertisement, nativeProfile);
  const inbox = new Inbox();
  return { car, phone, advertisement, link, inbox };
};

const opened = async () => {
  const { link, inbox, car, ...rest } = await connected();
  await link.open(inbox.handlers);
  return { link, inbox, car, other: await car.linkNumber(1), ...rest };
};

const dataOf = (heard: Advertisement): Uint8Array =>
  serviceDataOf(heard, nativeProfile.service) ?? new Uint8Array();

const numbered = (count: number, length: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => {
    const chunk = new Uint8Array(length).fill(i & 0xff);
    new DataView(chunk.buffer).setUint32(0, i);
    return chunk;
  });

describe.each(CAR_STACKS)('noble and %s on the air', (stack) => {
  beforeEach(() => {
    world = radios(stack);
  });

  it('a scan gives service data and RSSI, again and again', async () => {
    const { peripheral } = await carWithLinks();
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))]);
    const { central } = await world.phone();
    const first = await hear(central);
    expect(dataOf(first)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    expect(first.rssi).toBeLessThan(0);
    expect((await hear(central)).id).toBe(first.id);
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(9))]);
    const changed = await hear(central, (heard) => dataOf(heard).length === 1);
    expect(dataOf(changed)).toEqual(Uint8Array.of(9));
  });

  it('what a car has to say otherwise by the end of a link is heard, and the old not once more', async () => {
    const { peripheral } = await carWithLinks();
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(0))]);
    const [phone, other] = [await world.phone(), await world.phone()];
    for (let round = 1; round <= 5; round++) {
      const link = await phone.central.connect(await hear(phone.central), nativeProfile);
      await link.open(new Inbox().handlers);
      await peripheral.advertise([nativeAdvertising(Uint8Array.of(round))]);
      const heard: Uint8Array[] = [];
      const listening = hear(other.central, (each) => {
        heard.push(dataOf(each));
        return dataOf(each)[0] === round;
      });
      await link.close();
      await listening;
      expect(heard).toEqual([Uint8Array.of(round)]);
    }
  });

  it('connects with MTU 256', async () => {
    const { link } = await connected();
    expect(link.mtu).toBe(256);
  });

  it('makes do with MTU 23 where no more is to be had', async () => {
    world.air.faults = { mtu: 23 };
    const { link, inbox, other } = await opened();
    expect([link.mtu, other.link.mtu]).toEqual([23, 23]);
    for (const chunk of numbered(50, 20)) await other.link.send(chunk);
    expect(await inbox.until(50)).toEqual(numbered(50, 20));
  });

  it('carries 1000 chunks of 200 bytes both ways, in order', async () => {
    const { link, inbox, other } = await opened();
    expect(other.link.mtu).toBe(256);
    const chunks = numbered(1000, 200);
    await Promise.all([
      ...chunks.map((chunk) => link.send(chunk)),
      ...chunks.map((chunk) => other.link.send(chunk)),
    ]);
    for (const received of [await other.inbox.until(1000), await inbox.until(1000)]) {
      expect(received).toHaveLength(1000);
      expect(Buffer.concat(received).equals(Buffer.concat(chunks))).toBe(true);
    }
  });

  it('carries the longest chunks', async () => {
    const { link, inbox, other } = await opened();
    const chunk = Uint8Array.from({ length: 253 }, (_, i) => i);
    await Promise.all([link.send(chunk), other.link.send(chunk)]);
    expect(await other.inbox.until(1)).toEqual([chunk]);
    expect(await inbox.until(1)).toEqual([chunk]);
  });

  it('what the car says at the subscription arrives', async () => {
    const { peripheral } = await world.car((link) => {
      void link.open(new Inbox().handlers);
      void link.send(Uint8Array.of(42));
    });
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
    const { central } = await world.phone();
    const link = await central.connect(await hear(central), nativeProfile);
    const inbox = new Inbox();
    await link.open(inbox.handlers);
    expect(await inbox.until(1)).toEqual([Uint8Array.of(42)]);
  });

  it('is closed by the phone, and the car is there again', async () => {
    const { link, inbox, other, car, phone } = await opened();
    await link.close();
    expect(await inbox.closed).toBe('local');
    expect(await other.inbox.closed).toBe('remote');
    await expect(other.link.send(Uint8Array.of(1))).rejects.toMatchObject({
      code: 'radio.link-lost',
    });
    const again = await phone.central.connect(await hear(phone.central), nativeProfile);
    const secondInbox = new Inbox();
    await again.open(secondInbox.handlers);
    const second = await car.linkNumber(2);
    await second.link.send(Uint8Array.of(7));
    expect(await secondInbox.until(1)).toEqual([Uint8Array.of(7)]);
  });

  it('is closed by the car', async () => {
    const { link, inbox, other } = await opened();
    await other.link.close();
    expect(await other.inbox.closed).toBe('local');
    expect(await inbox.closed).toBe('remote');
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
  });

  it('advertises after the disconnection what was set while connected', async () => {
    const { link, car, phone } = await opened();
    await car.peripheral.advertise([nativeAdvertising(Uint8Array.of(0xbe, 0xef))]);
    await link.close();
    const heard = await hear(phone.central, (each) => dataOf(each)[0] === 0xbe);
    expect(dataOf(heard)).toEqual(Uint8Array.of(0xbe, 0xef));
  });

  it('rejects what is under way when the car loses its power', async () => {
    const { link, inbox, car } = await opened();
    const sends = numbered(1000, 200).map((chunk) => link.send(chunk));
    await Promise.all(sends.slice(0, 20));
    car.controller.close();
    const results = await Promise.allSettled(sends);
    expect(results.at(-1)).toMatchObject({
      status: 'rejected',
      reason: { code: 'radio.link-lost' },
    });
    expect(await inbox.closed).toBe('lost');
  }, 15_000);

  it('ends a link when the phone loses its own radio', async () => {
    const { link, inbox, phone } = await opened();
    phone.controller.close();
    expect(await inbox.closed).toBe('lost');
    await expect(link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
    await expect(
      phone.central.scan([nativeScan], () => undefined, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'radio.unavailable' });
  });

  it('two phones at one link: the other times out cleanly and connects later', async () => {
    const { peripheral } = await carWithLinks({ peripheralLinks: 1 });
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
    const first = await world.phone();
    const second = await world.phone();
    const heardByFirst = await hear(first.central);
    const heardBySecond = await hear(second.central);
    const link = await first.central.connect(heardByFirst, nativeProfile);
    await expect(
      second.central.connect(heardBySecond, nativeProfile, { timeoutMs: 200 }),
    ).rejects.toMatchObject({
      code: 'radio.timeout',
    });
    await link.close();
    const late = await second.central.connect(heardBySecond, nativeProfile);
    expect(late.mtu).toBe(256);
  });
});
