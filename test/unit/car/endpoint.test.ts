import { describe, expect, it } from '@jest/globals';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { memoryLinkPair } from '../../../lib/radio/memory-link.js';
import type { Peripheral, PeripheralService } from '../../../lib/radio/types.js';
import { ROTATION_MS } from '../../../lib/car/endpoint.js';
import { advertisementIsFrom, advertisementKey } from '../../../lib/native/advertisement.js';
import { startEndpoint } from '../../support/test-car.js';
import { startCar } from '../../support/memory-car.js';
import { settle } from '../../support/waiting.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { serviceDataOf } from '../../../lib/link/advertising.js';

/** A radio that notes what it is asked to advertise. */
const startRecorded = async (options: { readonly pairs?: boolean } = {}) => {
  const advertised: Uint8Array[] = [];
  const hooks = { fail: false, closed: false };
  let service: PeripheralService | undefined;
  let onError: ((error: PhoneKeyError) => void) | undefined;
  const peripheral: Peripheral = {
    mostLinks: 1,
    start: (offered, failed) => {
      [service] = offered;
      onError = failed;
      return Promise.resolve();
    },
    advertise: ([set]) => {
      if (hooks.fail) return Promise.reject(new PhoneKeyError('radio.unavailable', 'no'));
      advertised.push(serviceDataOf(set?.scanResponse ?? {}, nativeProfile.service)!);
      return Promise.resolve();
    },
    close: () => {
      hooks.closed = true;
      return Promise.resolve();
    },
  };
  const clock = new SimClock();
  const errors: PhoneKeyError[] = [];
  const car = await startEndpoint({
    peripheral,
    clock,
    onRadioError: (error) => errors.push(error),
    ...options,
  });
  return { ...car, clock, advertised, hooks, errors, service: () => service, onError };
};

const nonce = (data: Uint8Array | undefined): string =>
  Buffer.from(data?.subarray(1, 5) ?? []).toString('hex');

describe('CarEndpoint', () => {
  it('advertises with a new nonce every 15 minutes', async () => {
    const { clock, host, advertised, endpoint } = await startRecorded();
    expect(ROTATION_MS).toBe(15 * 60_000);
    await clock.advance(ROTATION_MS - 1);
    expect(advertised).toHaveLength(1);
    await clock.advance(1);
    expect(advertised).toHaveLength(2);
    await clock.advance(2 * ROTATION_MS);
    expect(new Set(advertised.map(nonce)).size).toBe(4);
    const key = advertisementKey(defaultSuite, host.identity.publicKey);
    expect(advertised.every((data) => advertisementIsFrom(defaultSuite, key, data))).toBe(true);
    await endpoint.stop();
  });

  it('says with a new nonce that the pairing window opened or closed, and rotates from there', async () => {
    const { clock, host, advertised, endpoint } = await startRecorded();
    await clock.advance(ROTATION_MS / 2);
    host.open = true;
    endpoint.pairingChanged();
    await settle(clock);
    host.open = false;
    endpoint.pairingChanged();
    await settle(clock);
    expect(advertised.map(([flags]) => flags)).toEqual([0, 1, 0]);
    expect(new Set(advertised.map(nonce)).size).toBe(3);
    await clock.advance(ROTATION_MS - 1);
    expect(advertised).toHaveLength(3);
    await clock.advance(1);
    expect(advertised).toHaveLength(4);
    await endpoint.stop();
  });

  it('says nothing of a pairing window, not even when it opens, on a radio that does not pair', async () => {
    const { clock, host, advertised, endpoint } = await startRecorded({ pairs: false });
    host.open = true;
    endpoint.pairingChanged();
    await settle(clock);
    expect(advertised).toHaveLength(1);
    await clock.advance(ROTATION_MS);
    expect(advertised.map(([flags]) => flags)).toEqual([0, 0]);
    expect(new Set(advertised.map(nonce)).size).toBe(2);
    await endpoint.stop();
  });

  it('tries again at the next rotation when advertising failed', async () => {
    const { clock, advertised, hooks, endpoint } = await startRecorded();
    hooks.fail = true;
    await clock.advance(ROTATION_MS);
    hooks.fail = false;
    await clock.advance(ROTATION_MS);
    expect(advertised).toHaveLength(2);
    await endpoint.stop();
  });

  it('stops for good: no rotation, no link, no timer', async () => {
    const { clock, advertised, hooks, endpoint } = await startRecorded();
    await endpoint.stop();
    endpoint.pairingChanged();
    await clock.advance(2 * ROTATION_MS);
    expect(advertised).toHaveLength(1);
    expect(hooks.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('takes no link after its end', async () => {
    const { clock, events, service, endpoint } = await startRecorded();
    await endpoint.stop();
    const { phone, car } = memoryLinkPair();
    const received: Uint8Array[] = [];
    const closed: string[] = [];
    await phone.open({
      data: (chunk) => received.push(chunk),
      closed: (reason) => closed.push(reason),
    });
    service()?.onLink(car);
    await settle(clock);
    expect([received, closed, events]).toEqual([[], ['remote'], []]);
    expect(clock.pending).toBe(0);
  });

  it('closes a link that does not open', async () => {
    const { clock, events, service, endpoint } = await startRecorded();
    let closed = 0;
    service()?.onLink({
      mtu: 23,
      peer: 'phone',
      open: () => Promise.reject(new PhoneKeyError('radio.link-lost', 'gone')),
      send: () => Promise.resolve(),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    });
    await settle(clock);
    expect(closed).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['link-opened', 'link-closed']);
    await endpoint.stop();
  });

  it('offers the versions it speaks, and passes on that the radio failed', async () => {
    const { errors, service, onError, endpoint } = await startRecorded();
    expect(service()?.profile).toBe(nativeProfile);
    expect(nativeProfile.info.value).toEqual(Uint8Array.of(1));
    const error = new PhoneKeyError('radio.unavailable', 'unplugged');
    onError?.(error);
    expect(errors).toEqual([error]);
    await endpoint.stop();
  });

  it('closes every link when it stops', async () => {
    const { clock, connect, endpoint, events } = await startCar();
    const phones = [await connect(), await connect()];
    await endpoint.stop();
    await settle(clock);
    expect(phones.map(({ closedAt }) => closedAt)).toEqual([0, 0]);
    expect(events.filter(({ type }) => type === 'link-closed')).toEqual([
      { type: 'link-closed', why: 'stopped' },
      { type: 'link-closed', why: 'stopped' },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('keeps nothing of a link that was lost before it was open', async () => {
    const { clock, service, events, endpoint } = await startRecorded();
    const { car } = memoryLinkPair();
    car.lose();
    service()?.onLink(car);
    await settle(clock);
    expect(events).toEqual([{ type: 'link-opened' }, { type: 'link-closed', why: 'lost' }]);
    expect(clock.pending).toBe(1); // the rotation
    await endpoint.stop();
  });

  it('gives each link a challenge of its own', async () => {
    const { connect, endpoint } = await startCar();
    const [one, two] = [await connect(), await connect()];
    expect(one.challenge).not.toEqual(two.challenge);
    await endpoint.stop();
  });
});
