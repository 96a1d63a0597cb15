import { beforeEach, describe, expect, it } from '@jest/globals';
import { resolves } from '../../../air/controller/privacy/rpa.js';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { activeScan, ExtendedHost, extendedCreate, scanParameters } from './extended-host.js';
import type { TestHost } from './test-host.js';
import { addressOf, identityOf, peerOf } from './test-host.js';
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
import { answered, bytes, completed, event, readEvent } from '../../support/hci-packets.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import { LeExtendedAdvertisingReport } from '../../../lib/hci/events/advertising.js';
import {
  LeConnectionComplete,
  LeEnhancedConnectionComplete,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { toHex } from '../../../lib/platform/bytes.js';

const CAR_KEY = bytes('1c'.repeat(16));
const PHONE_KEY = bytes('2f'.repeat(16));
const NO_KEY = bytes('00'.repeat(16));
const NO_RPA = bytes('00'.repeat(6));

let clock: SimClock;
let air: VirtualAir;
let car: ExtendedHost;
let phone: ExtendedHost;
let stranger: ExtendedHost;

const identity = (host: TestHost): PeerIdentity => identityOf(host.controller);
const peer = (host: TestHost): ReturnType<typeof peerOf> => peerOf(host.controller);

/** Each has the other one's key, and resolves addresses. */
const introduce = async (peerIrk = CAR_KEY, localIrk = PHONE_KEY): Promise<void> => {
  await enable(car, { ...identity(phone), peerIrk: PHONE_KEY, localIrk: CAR_KEY });
  await enable(phone, { ...identity(car), peerIrk, localIrk });
};

const enable = async (
  host: TestHost,
  entry: ParametersOf<typeof LeAddToResolvingList>,
): Promise<void> => {
  host.command(LeAddToResolvingList, entry);
  host.command(LeSetAddressResolutionEnable, { enable: 1 });
  expect(await host.packets()).toEqual([
    completed(LeAddToResolvingList),
    completed(LeSetAddressResolutionEnable),
  ]);
};

/** The one report of an LE Extended Advertising Report. */
const reportIn = (packet: string | undefined) => {
  const [report] = readEvent(LeExtendedAdvertisingReport, packet).reports;
  if (report === undefined) throw new Error('no report');
  return report;
};

interface PeerIdentity {
  readonly addressType: number;
  readonly address: Uint8Array;
}

/** Type and address of the advertiser in an LE Extended Advertising Report. */
const advertiser = (packet: string | undefined): PeerIdentity => {
  const { addressType, address } = reportIn(packet);
  return { addressType, address };
};

/** A public identity of which a private address was resolved. */
const resolved = (host: TestHost): PeerIdentity => ({ ...identity(host), addressType: 2 });

const STATIC = { addressType: 1, address: bytes('0102030405c6') };

/** The address is a private one of this key. */
const isOf = (key: Uint8Array, address: Uint8Array): boolean =>
  resolves(key, { type: 'random', bytes: address });

/** What the host hears of one advertising event. */
const heard = async (host: ExtendedHost): Promise<string | undefined> => {
  await host.packets();
  await clock.advance(150);
  return (await host.leEvents())[0];
};

/** The car advertises under a private address, as the phone knows it. */
const PRIVATE = { properties: 0x01, ownAddressType: 2 };

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
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await phone.scanExtended();
    await stranger.scanExtended();
    expect(advertiser(await heard(phone))).toEqual(resolved(car));
    const seen = advertiser((await stranger.leEvents()).at(-1));
    expect(seen.addressType).toBe(1);
    expect(isOf(CAR_KEY, seen.address)).toBe(true);
    const { address } = seen;
    expect(await phone.exchange(LeReadPeerResolvableAddress, identity(car))).toEqual([
      completed(LeReadPeerResolvableAddress, { address }),
    ]);
    expect(await car.exchange(LeReadLocalResolvableAddress, identity(phone))).toEqual([
      completed(LeReadLocalResolvableAddress, { address }),
    ]);
  });

  it('is not resolved where resolution is off', async () => {
    await introduce();
    await phone.exchange(LeSetAddressResolutionEnable);
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await phone.scanExtended();
    expect(advertiser(await heard(phone)).addressType).toBe(1);
  });

  it('rotates after the timeout, and not before', async () => {
    await introduce();
    await car.exchange(LeSetResolvableAddressTimeout, { seconds: 0x3c });
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await stranger.scanExtended(scanParameters(), { filterDuplicates: 1 });
    await stranger.packets();
    await clock.advance(59_900);
    expect(await stranger.leEvents()).toEqual([]);
    await clock.advance(200);
    const [first] = await stranger.leEvents();
    expect(isOf(CAR_KEY, advertiser(first).address)).toBe(true);
    await clock.advance(180_000);
    const addresses = [first, ...(await stranger.leEvents())].map((packet) =>
      toHex(advertiser(packet).address),
    );
    expect(new Set(addresses).size).toBe(4);
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
    await car.advertiseSet({ properties: 0x05, ownAddressType: 2, ...peer(phone) });
    await car.exchange(LeSetExtendedAdvertisingEnable);
    await clock.advance(30_000);
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await stranger.scanExtended(scanParameters(), { filterDuplicates: 1 });
    await stranger.packets();
    await clock.advance(25_000);
    expect(await stranger.leEvents()).toHaveLength(2);
  });

  it('leaves no timer behind when the controller is closed', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) }, '', '', { duration: 0x64 });
    await phone.scanExtended(scanParameters(), { duration: 0x64 });
    expect(clock.pending).toBeGreaterThan(0);
    car.controller.close();
    phone.controller.close();
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
  });

  it('falls back to the identity address without a key', async () => {
    await enable(car, { ...identity(phone), peerIrk: PHONE_KEY, localIrk: NO_KEY });
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await stranger.scanExtended();
    expect(advertiser(await heard(stranger))).toEqual(identity(car));
  });

  it('stands for the random address with own address type 3', async () => {
    await car.exchange(LeSetRandomAddress, { address: STATIC.address });
    await enable(car, { ...identity(phone), peerIrk: PHONE_KEY, localIrk: CAR_KEY });
    await enable(phone, { ...STATIC, peerIrk: CAR_KEY, localIrk: PHONE_KEY });
    await car.advertiseSet({ ...PRIVATE, ownAddressType: 3, ...peer(phone) });
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toEqual({ ...STATIC, addressType: 3 });
  });
});

describe('network privacy mode', () => {
  it('ignores the identity address of who has a key; device privacy mode does not', async () => {
    await introduce();
    await car.advertiseSet({ properties: 0x01 });
    await phone.scanExtended();
    expect(await heard(phone)).toBeUndefined();
    await phone.exchange(LeSetExtendedScanEnable);
    expect(await phone.exchange(LeSetPrivacyMode, { ...identity(car), mode: 1 })).toEqual([
      completed(LeSetPrivacyMode),
    ]);
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toEqual(identity(car));
  });

  it('does not ignore who has no key', async () => {
    await introduce(NO_KEY);
    await car.advertiseSet({ properties: 0x01 });
    await phone.scanExtended();
    expect(advertiser(await heard(phone))).toEqual(identity(car));
  });

  it('ignores centrals and scanners, too', async () => {
    await introduce();
    await phone.exchange(LeSetPrivacyMode, { ...identity(car), mode: 1 });
    await car.advertiseSet({ properties: 0x13 }, '', 'aabb');
    await phone.scanExtended(activeScan());
    expect(reportIn(await heard(phone)).type).toBe(0x13);
    await clock.advance(500);
    expect((await phone.leEvents()).every((packet) => reportIn(packet).type === 0x13)).toBe(true);
    await connect(phone, peer(car), 0);
    expect(await car.leEvents()).toEqual([]);
    // Under a private address it may.
    await phone.exchange(LeCreateConnectionCancel);
    await connect(phone, peer(car));
    expect((await car.leEvents())[0]).toMatch(/^043e1f0a00/);
  });
});

/** Subevent of LE Extended Advertising Report. */
const REPORT = '0d';

/** What a host is told, but for reports, when it is to connect to the peer. */
const connect = async (
  host: ExtendedHost,
  named: ReturnType<typeof peerOf>,
  ownAddressType = 2,
): Promise<string[]> => {
  host.command(LeExtendedCreateConnection, extendedCreate({ ...named, ownAddressType }));
  const events = await host.leEvents();
  await clock.advance(500);
  const later = await host.leEvents();
  return [...events, ...later].filter((event) => !event.startsWith(REPORT, 6));
};

/** An LE Enhanced Connection Complete of a first link. */
const meeting = (packet: string | undefined) => {
  const met = readEvent(LeEnhancedConnectionComplete, packet);
  expect(met).toMatchObject({ status: Status.success, handle: 0x40 });
  return met;
};

describe('connecting under private addresses', () => {
  it('tells both ends who the other is, and both private addresses', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    const atPhone = meeting((await connect(phone, peer(car)))[0]);
    const atCar = meeting((await car.leEvents())[0]);
    expect(atPhone).toMatchObject({
      role: ConnectionRole.central,
      peerAddressType: 2,
      peerAddress: addressOf(car.controller),
      localRpa: atCar.peerRpa,
      peerRpa: atCar.localRpa,
    });
    expect(atCar).toMatchObject({
      role: ConnectionRole.peripheral,
      peerAddressType: 2,
      peerAddress: addressOf(phone.controller),
    });
    expect(isOf(CAR_KEY, atCar.localRpa)).toBe(true);
    expect(isOf(PHONE_KEY, atPhone.localRpa)).toBe(true);
  });

  it('gives the identity also in the legacy event', async () => {
    await introduce();
    car.command(LeSetEventMask, { mask: bytes('1f00000000000000') });
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await connect(phone, peer(car));
    expect((await car.leEvents())[0]).toBe(
      event(LeConnectionComplete, {
        handle: 0x40,
        role: ConnectionRole.peripheral,
        ...peer(phone),
        interval: 6,
        timeout: 0x2a,
      }),
    );
  });

  it('is for identities in the accept list', async () => {
    await introduce();
    await car.exchange(LeAddToAcceptList, identity(phone));
    await car.advertiseSet({ ...PRIVATE, ...peer(phone), filterPolicy: 3 });
    await stranger.scanExtended();
    const { addressType, address } = advertiser(await heard(stranger));
    const seen = { peerAddressType: addressType, peerAddress: address };
    expect(await connect(stranger, seen, 0)).toEqual([]);
    expect(await car.leEvents()).toEqual([]);
    await phone.exchange(LeAddToAcceptList, identity(car));
    const anyone = extendedCreate({ ...peer(car), ownAddressType: 2, filterPolicy: 1 });
    await phone.exchange(LeExtendedCreateConnection, anyone);
    await clock.advance(500);
    expect((await car.leEvents())[0]).toMatch(/^043e1f0a00/);
  });

  it('refuses a second link to the same identity', async () => {
    await introduce();
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await connect(phone, peer(car));
    const again = extendedCreate({ ...peer(car), ownAddressType: 2 });
    expect(await phone.exchange(LeExtendedCreateConnection, again)).toEqual([
      answered(LeExtendedCreateConnection, Status.connectionAlreadyExists),
    ]);
  });

  it('takes the private address itself for the name of the peer', async () => {
    await car.exchange(LeSetRandomAddress, { address: STATIC.address });
    await enable(car, { ...identity(phone), peerIrk: PHONE_KEY, localIrk: CAR_KEY });
    await car.advertiseSet({ ...PRIVATE, ...peer(phone) });
    await stranger.scanExtended();
    const { addressType, address } = advertiser(await heard(stranger));
    const seen = { peerAddressType: addressType, peerAddress: address };
    expect(meeting((await connect(stranger, seen, 0))[0])).toMatchObject({
      role: ConnectionRole.central,
      ...seen,
      localRpa: NO_RPA,
      peerRpa: NO_RPA,
    });
  });
});

describe('directed advertising under private addresses', () => {
  const DIRECTED = { properties: 0x05, ownAddressType: 2 };

  it('is for a private address of the target, which resolves it', async () => {
    await introduce();
    await car.advertiseSet({ ...DIRECTED, ...peer(phone) });
    await phone.scanExtended(scanParameters({ ownAddressType: 2 }));
    await stranger.scanExtended(scanParameters({ filterPolicy: 2 }));
    expect(reportIn(await heard(phone))).toMatchObject({
      ...resolved(car),
      targetType: 2,
      target: addressOf(phone.controller),
    });
    const { targetType, target } = reportIn((await stranger.leEvents())[0]);
    expect(targetType).toBe(0xfe);
    expect(isOf(PHONE_KEY, target)).toBe(true);
    expect(await car.exchange(LeReadPeerResolvableAddress, identity(phone))).toEqual([
      completed(LeReadPeerResolvableAddress, { address: target }),
    ]);
  });

  it('connects to its target', async () => {
    await introduce();
    await car.advertiseSet({ ...DIRECTED, ...peer(phone) });
    await connect(phone, peer(car));
    expect(meeting((await car.leEvents())[0])).toMatchObject({
      role: ConnectionRole.peripheral,
      peerAddressType: 2,
      peerAddress: addressOf(phone.controller),
    });
  });

  it('is for the identity address where the target has no key', async () => {
    await enable(car, { ...identity(phone), peerIrk: NO_KEY, localIrk: CAR_KEY });
    await enable(phone, { ...identity(car), peerIrk: CAR_KEY, localIrk: NO_KEY });
    await car.advertiseSet({ ...DIRECTED, ...peer(phone) });
    const [event] = await connect(phone, peer(car));
    expect(meeting(event)).toMatchObject({
      peerAddressType: 2,
      peerAddress: addressOf(car.controller),
      localRpa: NO_RPA,
    });
  });

  it('is not answered by a target that hides its identity', async () => {
    await introduce();
    // The identity address as the target, under the own identity address.
    await phone.exchange(LeSetPrivacyMode, { ...identity(car), mode: 1 });
    await car.advertiseSet({ properties: 0x05, ...peer(phone) });
    expect(await connect(phone, peer(car))).toEqual([]);
  });
});
