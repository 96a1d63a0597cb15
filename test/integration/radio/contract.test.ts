// What lib/radio/types.ts promises, of every radio: what a test over links in memory shows holds on the others.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LinkCloseReason, Advertisement, Central, Link } from '../../../lib/radio/types.js';
import { nativeAdvertising, nativeScan } from '../../../lib/native/advertisement.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { plainProfile } from '../../support/plain-dialect.js';
import { RELAYED_MTU } from '../../../lib/cloud/frame.js';
import { closeAll, RADIOS, THROUGH_A_CLOUD } from './every-radio.js';
import type { Radios } from './every-radio.js';
import { hear, Inbox } from './setup.js';

afterEach(closeAll);

const NEVER = new AbortController().signal;
const SOON = { timeoutMs: 50 };
const closed = expect.objectContaining({ code: 'radio.closed' });
const lost = expect.objectContaining({ code: 'radio.link-lost' });

const advertising = (value: number) => [nativeAdvertising(Uint8Array.of(value))];

/** A car that advertises, and what it gets of phones. */
const startCar = async (radios: Radios) => {
  const car = await radios.car();
  const links: { readonly link: Link; readonly inbox: Inbox }[] = [];
  const onLink = (link: Link): void => {
    const inbox = new Inbox();
    links.push({ link, inbox });
    void link.open(inbox.handlers);
  };
  await car.start([{ profile: nativeProfile, onLink }]);
  await car.advertise(advertising(1));
  return { car, links };
};

/** With a phone that has heard it. */
const nearby = async (make: () => Radios) => {
  const radios = make();
  const { car, links } = await startCar(radios);
  const central = await radios.phone();
  return { radios, car, links, central, heard: await hear(central) };
};

/** And has a link to it. */
const linked = async (make: () => Radios) => {
  const all = await nearby(make);
  const link = await all.central.connect(all.heard, nativeProfile);
  const inbox = new Inbox();
  await link.open(inbox.handlers);
  return { ...all, link, inbox, other: all.links[0]! };
};

const scan = (central: Central, signal: AbortSignal, found: (heard: Advertisement) => void) =>
  central.scan([nativeScan], found, signal);

const ignore = (): void => undefined;

describe.each([...RADIOS, THROUGH_A_CLOUD])('%s', (name, radios) => {
  /** A cloud says at once who is not there. */
  const isRelayed = name === THROUGH_A_CLOUD[0];
  const mtu = isRelayed ? RELAYED_MTU : 256;

  it('reports a car again and again, never from inside the call, and not after the end', async () => {
    const { central } = await nearby(radios);
    const stop = new AbortController();
    let reports = 0;
    const scanning = scan(central, stop.signal, () => {
      reports += 1;
      if (reports === 2) stop.abort();
    });
    expect(reports).toBe(0);
    await scanning;
    expect(reports).toBe(2);
    await scan(central, stop.signal, () => (reports += 1)); // is over before it begins
    expect(reports).toBe(2);
  });

  it('tells at once what a car says from now on, and nothing of one that is silent', async () => {
    const { car, central } = await nearby(radios);
    const next = hear(central, ({ serviceData }) => serviceData?.[0]?.data[0] === 7);
    const said = advertising(7);
    await car.advertise(said);
    await next;
    await car.advertise([]);
    const stop = new AbortController();
    let reports = 0;
    const scanning = scan(central, stop.signal, () => (reports += 1));
    const heard = await central
      .connect({ id: 'nobody', rssi: 0 }, nativeProfile, SOON)
      .catch(ignore);
    stop.abort();
    await scanning;
    expect([reports, heard]).toEqual([0, undefined]);
  });

  it('ends links and scans where the phone closes its radio, and does nothing after that', async () => {
    const { car, central, heard, link, inbox, other } = await linked(radios);
    const scanning = scan(central, NEVER, ignore);
    const results = Promise.allSettled([scanning, central.close()]);
    expect(await results).toEqual([
      { status: 'rejected', reason: closed },
      { status: 'fulfilled', value: undefined },
    ]);
    expect([await inbox.closed, await other.inbox.closed]).toEqual(['local', 'remote']);
    await expect(link.send(Uint8Array.of(1))).rejects.toEqual(lost);
    await expect(other.link.send(Uint8Array.of(1))).rejects.toEqual(lost);
    await central.close();
    await expect(scan(central, NEVER, ignore)).rejects.toEqual(closed);
    await expect(scan(central, AbortSignal.abort(), ignore)).rejects.toEqual(closed);
    await expect(central.connect(heard, nativeProfile)).rejects.toEqual(closed);
    await car.close();
  });

  it('ends links where the car closes its radio, and does nothing after that', async () => {
    const { car, central, heard, link, inbox, other } = await linked(radios);
    await car.close();
    expect([await inbox.closed, await other.inbox.closed]).toEqual(['remote', 'local']);
    await expect(link.send(Uint8Array.of(1))).rejects.toEqual(lost);
    await expect(other.link.send(Uint8Array.of(1))).rejects.toEqual(lost);
    await car.close();
    await expect(car.start([])).rejects.toEqual(closed);
    await expect(car.advertise(advertising(1))).rejects.toEqual(closed);
    await expect(central.connect(heard, nativeProfile, SOON)).rejects.toMatchObject({
      code: isRelayed ? 'cloud.car-offline' : 'radio.timeout',
    });
  });

  it('ends an attempt to connect where the phone closes its radio', async () => {
    const { car, central, heard } = await nearby(radios);
    await car.advertise([]);
    const connecting = central.connect(heard, nativeProfile);
    const results = await Promise.allSettled([connecting, central.close()]);
    expect(results[0]).toEqual({ status: 'rejected', reason: closed });
  });

  it('waits for a car that has gone until it is called off, or there again', async () => {
    const { car, central, heard } = await nearby(radios);
    await car.advertise([]);
    const why = new Error('the person has given up');
    const calledOff = central.connect(heard, nativeProfile, { signal: AbortSignal.abort(why) });
    await expect(calledOff).rejects.toMatchObject({ code: 'interrupted', cause: why });
    const stop = new AbortController();
    const connecting = central.connect(heard, nativeProfile, { signal: stop.signal });
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'interrupted' });
    if (name === 'noble and our own host') return; // it has another address with everything that it advertises
    const again = central.connect(heard, nativeProfile);
    await car.advertise(advertising(2));
    expect((await again).mtu).toBe(mtu);
  });

  it('gives a phone one link to a car, and that anew when it was closed, twice even', async () => {
    const { central, heard, link, inbox } = await linked(radios);
    await expect(central.connect(heard, nativeProfile)).rejects.toMatchObject({
      code: 'radio.connect-failed',
      temporary: false,
    });
    await Promise.all([link.close(), link.close()]);
    await link.close();
    expect(await inbox.closed).toBe('local');
    const again = await central.connect(await hear(central), nativeProfile);
    await expect(again.send(new Uint8Array(mtu - 2))).rejects.toMatchObject({ code: 'internal' });
    await again.close();
    await expect(again.send(new Uint8Array(mtu - 2))).rejects.toMatchObject({ code: 'internal' });
  });

  it('has no link for another service, and goes on', async () => {
    const { central, heard } = await nearby(radios);
    await expect(central.connect(heard, plainProfile)).rejects.toMatchObject({
      code: 'radio.connect-failed',
      temporary: false,
    });
    expect((await central.connect(await hear(central), nativeProfile)).mtu).toBe(mtu);
  });

  it('serves as many phones as it says', async () => {
    const make = radios();
    const { car } = await startCar(make);
    const links: Link[] = [];
    for (let phones = 0; phones < Math.min(car.mostLinks, 4); phones++) {
      const central = await make.phone();
      links.push(await central.connect(await hear(central), nativeProfile));
    }
    expect(links).toHaveLength(Math.min(car.mostLinks, 4));
    for (const link of links) await link.close();
  });

  it('carries what is sent from the subscription on, as it was when it was sent', async () => {
    const { central, heard, links } = await nearby(radios);
    const link = await central.connect(heard, nativeProfile);
    await link.send(Uint8Array.of(1)).catch(ignore);
    const inbox = new Inbox();
    await link.open(inbox.handlers);
    const { link: car, inbox: toCar } = links[0]!;
    const chunk = Uint8Array.of(2);
    const [up, down] = [link.send(chunk), car.send(chunk)];
    chunk[0] = 99;
    await Promise.all([up, down]);
    expect(await toCar.until(1)).toEqual([Uint8Array.of(2)]);
    expect(await inbox.until(1)).toEqual([Uint8Array.of(2)]);
  });

  it('tells a phone that subscribes too late that there is no link any more', async () => {
    const { car, central, heard } = await nearby(radios);
    const link = await central.connect(heard, nativeProfile);
    await car.close();
    const inbox = new Inbox();
    const opening = link.open(inbox.handlers);
    await expect(opening).rejects.toEqual(lost);
    const reason: LinkCloseReason = await inbox.closed;
    expect(reason).toBe(isRelayed ? 'lost' : 'remote');
  });
});
