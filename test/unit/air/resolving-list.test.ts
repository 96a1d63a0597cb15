import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import {
  LeAddToResolvingList,
  LeClearResolvingList,
  LeReadLocalResolvableAddress,
  LeReadPeerResolvableAddress,
  LeReadResolvingListSize,
  LeRemoveFromResolvingList,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
  LeSetResolvableAddressTimeout,
} from '../../../lib/hci/commands/addresses.js';
import { LeSetAdvertisingEnable } from '../../../lib/hci/commands/advertising.js';
import { LeSetScanEnable } from '../../../lib/hci/commands/listening.js';
import type { Field } from '../../../lib/hci/fields.js';
import type { Shape } from '../../../lib/hci/layout.js';
import type { HciCommand } from '../../../lib/hci/packet.js';
import { bytes, completed } from '../../support/hci-packets.js';
import type { Given } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

const PEER = { addressType: 1, address: bytes('0102030405c6') };
const OTHER = { ...PEER, addressType: 0 };
const KEY = bytes('11'.repeat(16));
const OTHER_KEY = bytes('22'.repeat(16));
const NO_KEY = bytes('00'.repeat(16));
const LOCAL_KEY = bytes('33'.repeat(16));
const ENTRY = { ...PEER, peerIrk: KEY, localIrk: LOCAL_KEY };

let host: TestHost;

/** That the command is answered with this status, and with zeros. */
const expectStatus = async <P extends Shape>(
  command: HciCommand<P>,
  given: Given<P>,
  status: number,
): Promise<void> => {
  expect(await host.exchange(command, given)).toEqual([completed<P, Shape>(command, { status })]);
};

/** A command that changes the list, or asks. */
const said = <P extends Shape>(command: HciCommand<P>, given: Given<P> = {}) => ({
  expect: (status: number) => expectStatus(command, given, status),
});

beforeEach(() => {
  const air = new VirtualAir({ seed: 'resolving list', clock: new SimClock() });
  host = new TestHost(air.controller());
});

describe('the resolving list', () => {
  it('has 16 entries', async () => {
    expect(await host.exchange(LeReadResolvingListSize)).toEqual([
      completed(LeReadResolvingListSize, { size: 0x10 }),
    ]);
    const entry = (i: number) => ({
      addressType: 0,
      address: Uint8Array.of(1, 2, 3, 4, 0xc0, i),
      peerIrk: Uint8Array.of(i, ...KEY.subarray(1)),
      localIrk: LOCAL_KEY,
    });
    const identity = (i: number) => ({ addressType: 0, address: entry(i).address });
    for (let i = 1; i <= 16; i++) {
      await expectStatus(LeAddToResolvingList, entry(i), Status.success);
    }
    await expectStatus(LeAddToResolvingList, entry(17), Status.memoryCapacityExceeded);
    await expectStatus(LeRemoveFromResolvingList, identity(3), Status.success);
    await expectStatus(LeAddToResolvingList, entry(17), Status.success);
    await expectStatus(LeClearResolvingList, {}, Status.success);
    await expectStatus(LeRemoveFromResolvingList, identity(1), Status.unknownConnection);
  });

  it('has each identity and each peer key once; keys of zeros do not count', async () => {
    for (const [entry, status] of [
      [ENTRY, Status.success],
      [{ ...ENTRY, peerIrk: OTHER_KEY }, Status.invalidParameters],
      [{ ...ENTRY, ...OTHER }, Status.invalidParameters],
      [{ ...ENTRY, ...OTHER, peerIrk: NO_KEY }, Status.success],
      [{ address: bytes('aabbccddeeff') }, Status.success],
    ] as const) {
      await expectStatus(LeAddToResolvingList, entry, status);
    }
  });

  it('has bounds for everything', async () => {
    const bad = { ...PEER, addressType: 2 };
    for (const command of [
      said(LeAddToResolvingList, { ...ENTRY, ...bad }),
      said(LeRemoveFromResolvingList, bad),
      said(LeReadPeerResolvableAddress, bad),
      said(LeReadLocalResolvableAddress, bad),
      said(LeSetAddressResolutionEnable, { enable: 2 }),
      said(LeSetResolvableAddressTimeout, { seconds: 0 }),
      said(LeSetResolvableAddressTimeout, { seconds: 3601 }),
      said(LeSetPrivacyMode, bad),
      said(LeSetPrivacyMode, { ...PEER, mode: 2 }),
    ]) {
      await command.expect(Status.invalidParameters);
    }
    for (const seconds of [1, 3600]) {
      await expectStatus(LeSetResolvableAddressTimeout, { seconds }, Status.success);
    }
    await expectStatus(LeSetPrivacyMode, { ...PEER, mode: 1 }, Status.unknownConnection);
  });

  it('gives no address where none was used yet', async () => {
    await host.exchange(LeAddToResolvingList, ENTRY);
    await expectStatus(LeReadPeerResolvableAddress, PEER, Status.unknownConnection);
    await expectStatus(LeReadLocalResolvableAddress, PEER, Status.unknownConnection);
  });

  it.each([
    ['advertising', LeSetAdvertisingEnable],
    ['scanning', LeSetScanEnable],
  ] as const)('stays as it is during %s, once it is enabled', async (_use, use) => {
    await host.exchange(LeAddToResolvingList, ENTRY);
    const changes = [
      said(LeAddToResolvingList, { ...ENTRY, ...OTHER, peerIrk: OTHER_KEY }),
      said(LeSetPrivacyMode, { ...PEER, mode: 1 }),
      said(LeRemoveFromResolvingList, PEER),
      said(LeClearResolvingList),
    ];
    const start = said<{ readonly enable: Field<number> }>(use, { enable: 1 });
    const stop = said<{ readonly enable: Field<number> }>(use);
    const enable = said(LeSetAddressResolutionEnable, { enable: 1 });
    await start.expect(Status.success);
    await enable.expect(Status.commandDisallowed);
    for (const change of changes) await change.expect(Status.success);
    await stop.expect(Status.success);
    await enable.expect(Status.success);
    await start.expect(Status.success);
    for (const change of changes) await change.expect(Status.commandDisallowed);
    await expectStatus(LeSetResolvableAddressTimeout, { seconds: 1 }, Status.success);
    await stop.expect(Status.success);
    await expectStatus(LeClearResolvingList, {}, Status.success);
  });
});
