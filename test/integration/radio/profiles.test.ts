import { afterEach, describe, expect, it } from '@jest/globals';
import { AirDecoder, loadBleno, loadNoble, VirtualAir } from '../../../air/index.js';
import { serviceDataOf } from '../../../lib/link/advertising.js';
import type { AdvertisingContent, ScanFilter } from '../../../lib/link/advertising.js';
import type { GattProfile } from '../../../lib/link/gatt-profile.js';
import { MessageLink } from '../../../lib/link/message-link.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising, nativeScan } from '../../../lib/native/advertisement.js';
import { systemClock as clock } from '../../../lib/platform/clock.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Advertisement, Central, Link, Peripheral } from '../../../lib/radio/types.js';
import { plainName, plainProfile, plainScan } from '../../support/plain-dialect.js';
import { closeAll, keep, RADIOS } from './every-radio.js';

const LOCAL_NAME = plainName(Uint8Array.of(1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1)); // 20 bytes
const plainAdvertising: AdvertisingContent = {
  advertisement: { services: [plainProfile.service] },
  scanResponse: { localName: LOCAL_NAME },
};

const DATA = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

/** Whole messages, of up to 600 bytes. */
const messagesOver = (link: Link, sends: 'to-car' | 'from-car') => {
  const received: Uint8Array[] = [];
  let wake: () => void = () => undefined;
  const messages = new MessageLink(link, {
    clock,
    sends,
    maxMessage: 600,
    reassemblyMs: 5000,
    describe: () => ({ kind: 'any', fields: '' }),
    message: (message) => {
      received.push(message);
      wake();
    },
    closed: () => undefined,
  });
  const next = async (): Promise<Uint8Array> => {
    for (;;) {
      const message = received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { messages, next };
};

/** A car that sends back what it is sent, over either profile. */
const echo = async (peripheral: Peripheral, profiles: readonly GattProfile[]): Promise<void> => {
  const onLink = (link: Link): void => {
    const { messages, next } = messagesOver(link, 'from-car');
    const serve = async (): Promise<void> => {
      await messages.open();
      for (;;) await messages.send(await next());
    };
    serve().catch(() => undefined); // when the phone is gone
  };
  await peripheral.start(profiles.map((profile) => ({ profile, onLink })));
};

const hear = async (central: Central, filters: readonly ScanFilter[]): Promise<Advertisement> => {
  const stop = new AbortController();
  let heard: Advertisement | undefined;
  const found = (advertisement: Advertisement): void => {
    heard ??= advertisement;
    stop.abort();
  };
  await central.scan(filters, found, stop.signal);
  if (heard === undefined) throw new Error('nothing was heard');
  return heard;
};

const exchange = async (central: Central, heard: Advertisement, profile: GattProfile) => {
  const link = await central.connect(heard, profile);
  const { messages, next } = messagesOver(link, 'to-car');
  await messages.open();
  for (const length of [1, 600, 30]) {
    const message = Uint8Array.from({ length }, (_, i) => (i + length) & 0xff);
    await messages.send(message);
    expect(await next()).toEqual(message);
  }
  await messages.close();
  return link;
};

afterEach(closeAll);

describe.each(RADIOS)('two profiles over %s', (name, radios) => {
  it('are served by two cars, each to the phone that looks for it', async () => {
    const { car, phone } = radios();
    const [native, other] = [await car(), await car()];
    await echo(native, [nativeProfile]);
    await echo(other, [plainProfile]);
    await native.advertise([nativeAdvertising(DATA)]);
    await other.advertise([plainAdvertising]);
    const central = await phone();
    const heard = await hear(central, [plainScan]);
    expect(heard.localName).toBe(LOCAL_NAME);
    expect(serviceDataOf(heard, nativeProfile.service)).toBeUndefined();
    await expect(central.connect(heard, nativeProfile)).rejects.toMatchObject({
      code: 'radio.connect-failed',
    });
    const link = await exchange(central, heard, plainProfile);
    // Where no characteristic comes after the configuration, its handle is looked for each time.
    expect(link.attHandle).toBeUndefined();
    const ours = await hear(central, [nativeScan]);
    expect(serviceDataOf(ours, nativeProfile.service)).toEqual(DATA);
    const { attHandle } = await exchange(central, ours, nativeProfile);
    if (name !== 'links in memory') expect(attHandle).toBe(11);
  });

  it('are served by one car, which advertises both', async () => {
    const { car, phone } = radios();
    const both = await car();
    await echo(both, [nativeProfile, plainProfile]);
    await both.advertise([nativeAdvertising(DATA), plainAdvertising]);
    const central = await phone();
    const filters = [nativeScan, plainScan];
    for (const { filter, profile } of [
      { filter: plainScan, profile: plainProfile },
      { filter: nativeScan, profile: nativeProfile },
    ]) {
      const stop = new AbortController();
      let heard: Advertisement | undefined;
      const found = (advertisement: Advertisement): void => {
        if (!filter.matches(advertisement)) return;
        heard = advertisement;
        stop.abort();
      };
      await central.scan(filters, found, stop.signal);
      await exchange(central, heard!, profile);
    }
  });

  it('are not advertised together where they do not fit', async () => {
    const { car } = radios();
    const peripheral = await car();
    const [{ advertisement, scanResponse }] = [nativeAdvertising(new Uint8Array(10))];
    const together = { advertisement: { ...advertisement, ...scanResponse } };
    await expect(peripheral.advertise([plainAdvertising, together])).rejects.toMatchObject({
      code: 'internal',
      message: 'an advertisement has at most 31 bytes, not 49',
    });
  });
});

it('indications and requests go over the air as such, and are answered', async () => {
  const air = keep(new VirtualAir());
  const names = new Set<string>();
  const decoder = new AirDecoder();
  air.tap((heard) => {
    for (const { event } of decoder.push(heard)) if (event.type === 'att') names.add(event.name);
  });
  const load = {
    noble: async () => loadNoble(air.controller()),
    bleno: async () => loadBleno(air.controller()),
  };
  const car = keep(await openBlenoPeripheral({ load: load.bleno, clock }));
  await echo(car, [plainProfile]);
  await car.advertise([plainAdvertising]);
  const central = keep(await openNobleCentral({ load: load.noble, clock }));
  await exchange(central, await hear(central, [plainScan]), plainProfile);
  for (const name of ['Write Request', 'Write Response', 'Indication', 'Confirmation']) {
    expect(names).toContain(name);
  }
  expect(names).not.toContain('Write Command');
  expect(names).not.toContain('Notification');
});
