import { beforeEach, describe, expect, it } from '@jest/globals';
import { resolves } from '../../../air/controller/privacy/rpa.js';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, extendedCreate, scanEnable, scanParameters } from './extended-host.js';
import type { TestHost } from './test-host.js';
import { addressHex } from './test-host.js';
import {
  LeAddToAcceptList,
  LeAddToResolvingList,
  LeReadLocalResolvableAddress,
  LeReadPeerResolvableAddress,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
  LeSetRandomAddress,
  LeSetResolvableAddressTimeout,
} from '../../../lib/hci/commands/addresses.js';
import { LeSetExtendedAdvertisingEnable } from '../../../lib/hci/commands/extended-advertising.js';
import { LeSetEventMask } from '../../../lib/hci/commands/host-control.js';
import {
  LeCreateConnectionCancel,
  LeExtendedCreateConnection,
  LeSetExtendedScanEnable,
} from '../../../lib/hci/commands/listening.js';
import { answered, bytes, completed } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

const CAR_KEY = '1c'.repeat(16);
const PHONE_KEY = '2f'.repeat(16);
const NO_KEY = '00'.repeat(16);
const NO_RPA = '00'.repeat(6);

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;
let stranger: ExtendedHost;

const identity = (host: TestHost): string => `00${addressHex(host.controller)}`;

/** Each has the other one's key, and resolves addresses. */
const introduce = async (peerKey = CAR_KEY, localKey = PHONE_KEY): Promise<void> => {
  await enable(car, identity(phone) + PHONE_KEY + CAR_KEY);
  await enable(phone, identity(car) + peerKey + localKey);
};

const enable = async (host: TestHost, entry: string): Promise<void> => {
  host.command(LeAddToResolvingList.opcode, entry);
  host.command(LeSetAddressResolutionEnable, { enable: 1 });
  expect(await host.packets()).toEqual([
    completed(LeAddToResolvingList),
    completed(LeSetAddressResolutionEnable),
  ]);
};

/** Type and address of the advertiser in an LE Extended Advertising Report. */
const advertiser = (report: string | undefined): string => (report ?? '').slice(14, 28);

/** The address is a private one of this key. */
const isOf = (key: string, address: string): boolean =>
  resolves(Buffer.from(key, 'hex'), { type: 'random', bytes: Buffer.from(address, 'hex') });

/** What the host hears of one advertising event. */
const heard = async (host: ExtendedHost): Promise<string | undefined> => {
  await host.packets();
  await clock.advance(150);
  return (await host.leEvents())[0];
};

/** The car advertises under a private address, as the phone knows it. */
const PRIVATE = { properties: '0100', ownAddressType: '02' };

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'privacy', clock });
  car = await ExtendedHost.create(air.controller());
  phone = await ExtendedHost.create(air.controller());
  stranger = await ExtendedHost.create(air.controller());
});

describe('advertising under a private address', () => {
  it('is resolved by whoever has the key', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await phone.scanExtended();
    await stranger.scanExtended();
    expect(advertiser(await heard(phone))).toBe(`02${addressHex(car.controller)}`);
    const seen = advertiser((await stranger.leEvents()).at(-1));
    expect(seen.slice(0, 2)).toBe('01');
    expect(isOf(CAR_KEY, seen.slice(2))).toBe(true);
    for (const [host, opcode, peer] of [
      [phone, LeReadPeerResolvableAddress.opcode, car],
      [car, LeReadLocalResolvableAddress.opcode, phone],
    ] as const) {
      const [answer] = await host.exchange(opcode, identity(peer));
      expect(answer?.slice(12)).toBe(`00${seen.slice(2)}`);
    }
  });

  it('is not resolved where resolution is off', async () => {
    await introduce();
    await phone.exchange(LeSetAddressResolutionEnable);
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await phone.scanExtended();
    expect(advertiser(await heard(phone)).slice(0, 2)).toBe('01');
  });

  it('rotates after the timeout, and not before', async () => {
    await introduce();
    await car.exchange(LeSetResolvableAddressTimeout, { seconds: 0x3c });
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await stranger.scanExtended(scanParameters(), scanEnable('01'));
    await stranger.packets();
    await clock.advance(59_900);
    expect(await stranger.leEvents()).toEqual([]);
    await clock.advance(200);
    const [first] = await stranger.leEvents();
    expect(isOf(CAR_KEY, advertiser(first).slice(2))).toBe(true);
    await clock.advance(180_000);
    const more = (await stranger.leEvents()).map(advertiser);
    expect(new Set([advertiser(first), ...more]).size).toBe(4);
    // A shorter timeout counts at once.
    await car.exchange(LeSetResolvableAddressTimeout, { seconds: 1 });
    await clock.advance(10_000);
    expect((await stranger.leEvents()).length).toBeGreaterThanOrEqual(9);
    await car.exchange(LeSetExtendedAdvertisingEnable);
    await stranger.exchange(LeSetExtendedScanEnable);
    expect(clock.pending).toBe(0);
  });

  it('rotates no faster for an address of a target that is not used any more', async () => {
    await introduce();
    await car.exchange(LeSetResolvableAddressTimeout, { seconds: 0x0a });
    await car.advertiseSet({ properties: '0500', ownAddressType: '02', peer: identity(phone) });
    await car.exchange(LeSetExtendedAdvertisingEnable);
    await clock.advance(30_000);
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await stranger.scanExtended(scanParameters(), scanEnable('01'));
    await stranger.packets();
    await clock.advance(25_000);
    expect(await stranger.leEvents()).toHaveLength(2);
  });

  it('leaves no timer behind when the controller is closed', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) }, '', '', '640000');
    await phone.scanExtended(scanParameters(), scanEnable('00', '6400'));
    expect(clock.pending).toBeGreaterThan(0);
    car.controller.close();
    phone.controller.close();
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
  });

  it('falls back to the identity address without a key', async () => {
    await enable(car, identity(phone) + PHONE_KEY + NO_KEY);
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await stranger.scanExtended();
    expect(advertiser(await heard(stranger))).toBe(identity(car));
  });

  it('stands for the random address with own address type 3', async () => {
    await car.exchange(LeSetRandomAddress, { address: bytes('0102030405c6') });
    await enable(car, identity(phone) + PHONE_KEY + CAR_KEY);
    await enable(phone, '01' + '0102030405c6' + CAR_KEY + PHONE_KEY);
    await car.advertiseSet({ ...PRIVATE, ownAddressType: '03', peer: identity(phone) });
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toBe('03' + '0102030405c6');
  });
});

describe('network privacy mode', () => {
  it('ignores the identity address of who has a key; device privacy mode does not', async () => {
    await introduce();
    await car.advertiseSet({ properties: '0100' });
    await phone.scanExtended();
    expect(await heard(phone)).toBeUndefined();
    await phone.exchange(LeSetExtendedScanEnable);
    expect(await phone.exchange(LeSetPrivacyMode.opcode, `${identity(car)}01`)).toEqual([
      completed(LeSetPrivacyMode),
    ]);
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toBe(identity(car));
  });

  it('does not ignore who has no key', async () => {
    await introduce(NO_KEY);
    await car.advertiseSet({ properties: '0100' });
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toBe(identity(car));
  });

  it('ignores centrals and scanners, too', async () => {
    await introduce();
    await phone.exchange(LeSetPrivacyMode.opcode, `${identity(car)}01`);
    await car.advertiseSet({ properties: '1300' }, '', 'aabb');
    await phone.scanExtended(scanParameters(true));
    expect((await heard(phone))?.slice(10, 14)).toBe('1300');
    await clock.advance(500);
    expect((await phone.leEvents()).every((event) => event.slice(10, 14) === '1300')).toBe(true);
    await connect(phone, identity(car), '00');
    expect(await car.leEvents()).toEqual([]);
    // Under a private address it may.
    await phone.exchange(LeCreateConnectionCancel);
    await connect(phone, identity(car));
    expect((await car.leEvents())[0]).toMatch(/^043e1f0a00/);
  });
});

/** Subevent of LE Extended Advertising Report. */
const REPORT = '0d';

/** What a host is told, but for reports, when it is to connect to the peer. */
const connect = async (
  host: ExtendedHost,
  peer: string,
  ownAddressType = '02',
): Promise<string[]> => {
  host.command(LeExtendedCreateConnection.opcode, extendedCreate(peer, ownAddressType));
  const events = await host.leEvents();
  await clock.advance(500);
  const later = await host.leEvents();
  return [...events, ...later].filter((event) => !event.startsWith(REPORT, 6));
};

/** Fields of LE Enhanced Connection Complete: peer, local and peer private address; the rest. */
const meeting = (event: string | undefined) => ({
  head: (event ?? '').slice(0, 16),
  peer: (event ?? '').slice(16, 30),
  localRpa: (event ?? '').slice(30, 42),
  peerRpa: (event ?? '').slice(42, 54),
});

describe('connecting under private addresses', () => {
  it('tells both ends who the other is, and both private addresses', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    const atPhone = meeting((await connect(phone, identity(car)))[0]);
    const atCar = meeting((await car.leEvents())[0]);
    expect(atPhone).toEqual({
      head: '043e1f0a00400000',
      peer: `02${addressHex(car.controller)}`,
      localRpa: atCar.peerRpa,
      peerRpa: atCar.localRpa,
    });
    expect([atCar.head, atCar.peer]).toEqual([
      '043e1f0a00400001',
      `02${addressHex(phone.controller)}`,
    ]);
    expect(isOf(CAR_KEY, atCar.localRpa)).toBe(true);
    expect(isOf(PHONE_KEY, atPhone.localRpa)).toBe(true);
  });

  it('gives the identity also in the legacy event', async () => {
    await introduce();
    car.command(LeSetEventMask, { mask: bytes('1f00000000000000') });
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await connect(phone, identity(car));
    expect((await car.leEvents())[0]).toBe(`043e130100400001${identity(phone)}060000002a0000`);
  });

  it('is for identities in the accept list', async () => {
    await introduce();
    await car.exchange(LeAddToAcceptList.opcode, identity(phone));
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone), filterPolicy: '03' });
    await stranger.scanExtended();
    const seen = advertiser(await heard(stranger));
    expect(await connect(stranger, seen, '00')).toEqual([]);
    expect(await car.leEvents()).toEqual([]);
    await phone.exchange(LeAddToAcceptList.opcode, identity(car));
    const anyone = extendedCreate(identity(car), '02').replace(/^00/, '01');
    await phone.exchange(LeExtendedCreateConnection.opcode, anyone);
    await clock.advance(500);
    expect((await car.leEvents())[0]).toMatch(/^043e1f0a00/);
  });

  it('refuses a second link to the same identity', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await connect(phone, identity(car));
    expect(
      await phone.exchange(LeExtendedCreateConnection.opcode, extendedCreate(identity(car), '02')),
    ).toEqual([answered(LeExtendedCreateConnection, Status.connectionAlreadyExists)]);
  });

  it('takes the private address itself for the name of the peer', async () => {
    await car.exchange(LeSetRandomAddress, { address: bytes('0102030405c6') });
    await enable(car, identity(phone) + PHONE_KEY + CAR_KEY);
    await car.advertiseSet({ ...PRIVATE, peer: identity(phone) });
    await stranger.scanExtended();
    const seen = advertiser(await heard(stranger));
    expect(meeting((await connect(stranger, seen, '00'))[0])).toEqual({
      head: '043e1f0a00400000',
      peer: seen,
      localRpa: NO_RPA,
      peerRpa: NO_RPA,
    });
  });
});

describe('directed advertising under private addresses', () => {
  const DIRECTED = { properties: '0500', ownAddressType: '02' };

  it('is for a private address of the target, which resolves it', async () => {
    await introduce();
    await car.advertiseSet({ ...DIRECTED, peer: identity(phone) });
    await phone.scanExtended(scanParameters(false, '02'));
    await stranger.scanExtended(scanParameters(false, '00', '02'));
    const report = (await heard(phone)) ?? '';
    expect(advertiser(report)).toBe(`02${addressHex(car.controller)}`);
    expect(report.slice(42, 56)).toBe(`02${addressHex(phone.controller)}`);
    const [seen = ''] = await stranger.leEvents();
    expect(seen.slice(42, 44)).toBe('fe');
    expect(isOf(PHONE_KEY, seen.slice(44, 56))).toBe(true);
    const [answer] = await car.exchange(LeReadPeerResolvableAddress.opcode, identity(phone));
    expect(answer?.slice(14)).toBe(seen.slice(44, 56));
  });

  it('connects to its target', async () => {
    await introduce();
    await car.advertiseSet({ ...DIRECTED, peer: identity(phone) });
    await connect(phone, identity(car));
    const { head, peer } = meeting((await car.leEvents())[0]);
    expect(head + peer).toBe(`043e1f0a0040000102${addressHex(phone.controller)}`);
  });

  it('is for the identity address where the target has no key', async () => {
    await enable(car, identity(phone) + NO_KEY + CAR_KEY);
    await enable(phone, identity(car) + CAR_KEY + NO_KEY);
    await car.advertiseSet({ ...DIRECTED, peer: identity(phone) });
    const [event] = await connect(phone, identity(car));
    expect(meeting(event)).toMatchObject({
      peer: `02${addressHex(car.controller)}`,
      localRpa: NO_RPA,
    });
  });

  it('is not answered by a target that hides its identity', async () => {
    await introduce();
    // The identity address as the target, under the own identity address.
    await phone.exchange(LeSetPrivacyMode.opcode, `${identity(car)}01`);
    await car.advertiseSet({ properties: '0500', peer: identity(phone) });
    expect(await connect(phone, identity(car))).toEqual([]);
  });
});
