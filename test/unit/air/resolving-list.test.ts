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
import { bytes, completed } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

const PEER = '01' + '0102030405c6';
const OTHER = '00' + '0102030405c6';
const KEY = '11'.repeat(16);
const OTHER_KEY = '22'.repeat(16);
const LOCAL_KEY = '33'.repeat(16);

let host: TestHost;

/** Status of the answer to a command. */
const status = async (opcode: number, parameters = ''): Promise<string> =>
  ((await host.exchange(opcode, parameters)).at(-1) ?? '').slice(12, 14);

beforeEach(() => {
  const air = new VirtualAir({ seed: 'resolving list', clock: new SimClock() });
  host = new TestHost(air.controller());
});

describe('the resolving list', () => {
  it('has 16 entries', async () => {
    expect(await host.exchange(LeReadResolvingListSize)).toEqual([
      completed(LeReadResolvingListSize, { size: 0x10 }),
    ]);
    const entry = (i: number): string => {
      const number = i.toString(16).padStart(2, '0');
      return `0001020304c0${number}` + `${number}${KEY.slice(2)}` + LOCAL_KEY;
    };
    for (let i = 1; i <= 16; i++) {
      expect(await host.exchange(LeAddToResolvingList.opcode, entry(i))).toEqual([
        completed(LeAddToResolvingList),
      ]);
    }
    expect(await status(LeAddToResolvingList.opcode, entry(17))).toBe('07');
    expect(await status(LeRemoveFromResolvingList.opcode, entry(3).slice(0, 14))).toBe('00');
    expect(await status(LeAddToResolvingList.opcode, entry(17))).toBe('00');
    expect(await host.exchange(LeClearResolvingList)).toEqual([completed(LeClearResolvingList)]);
    expect(await status(LeRemoveFromResolvingList.opcode, entry(1).slice(0, 14))).toBe('02');
  });

  it('has each identity and each peer key once; keys of zeros do not count', async () => {
    const none = '00'.repeat(16);
    expect(await status(LeAddToResolvingList.opcode, PEER + KEY + LOCAL_KEY)).toBe('00');
    expect(await status(LeAddToResolvingList.opcode, PEER + OTHER_KEY + LOCAL_KEY)).toBe('12');
    expect(await status(LeAddToResolvingList.opcode, OTHER + KEY + LOCAL_KEY)).toBe('12');
    expect(await status(LeAddToResolvingList.opcode, OTHER + none + LOCAL_KEY)).toBe('00');
    expect(await status(LeAddToResolvingList.opcode, '00aabbccddeeff' + none + none)).toBe('00');
  });

  it('has bounds for everything', async () => {
    const bad = '02' + PEER.slice(2);
    for (const [opcode, parameters] of [
      [LeAddToResolvingList.opcode, bad + KEY + LOCAL_KEY],
      [LeRemoveFromResolvingList.opcode, bad],
      [LeReadPeerResolvableAddress.opcode, bad],
      [LeReadLocalResolvableAddress.opcode, bad],
      [LeSetAddressResolutionEnable.opcode, '02'],
      [LeSetResolvableAddressTimeout.opcode, '0000'],
      [LeSetResolvableAddressTimeout.opcode, '110e'],
      [LeSetPrivacyMode.opcode, bad + '00'],
      [LeSetPrivacyMode.opcode, PEER + '02'],
    ] as const) {
      expect(await status(opcode, parameters)).toBe('12');
    }
    for (const timeout of ['0100', '100e']) {
      expect(await status(LeSetResolvableAddressTimeout.opcode, timeout)).toBe('00');
    }
    expect(await status(LeSetPrivacyMode.opcode, PEER + '01')).toBe('02');
  });

  it('gives no address where none was used yet', async () => {
    await host.exchange(LeAddToResolvingList, {
      addressType: 1,
      address: bytes('0102030405c6'),
      peerIrk: bytes(KEY),
      localIrk: bytes(LOCAL_KEY),
    });
    expect(
      await host.exchange(LeReadPeerResolvableAddress, {
        addressType: 1,
        address: bytes('0102030405c6'),
      }),
    ).toEqual([completed(LeReadPeerResolvableAddress, { status: Status.unknownConnection })]);
    expect(
      await host.exchange(LeReadLocalResolvableAddress, {
        addressType: 1,
        address: bytes('0102030405c6'),
      }),
    ).toEqual([completed(LeReadLocalResolvableAddress, { status: Status.unknownConnection })]);
  });

  const uses = [
    ['advertising', '200a', '01', '00'],
    ['scanning', '200c', '0100', '0000'],
  ] as const;
  it.each(uses)('stays as it is during %s, once it is enabled', async (_use, name, on, off) => {
    const use = Number.parseInt(name, 16);
    await host.exchange(LeAddToResolvingList, {
      addressType: 1,
      address: bytes('0102030405c6'),
      peerIrk: bytes(KEY),
      localIrk: bytes(LOCAL_KEY),
    });
    const changes = [
      [LeAddToResolvingList.opcode, OTHER + OTHER_KEY + LOCAL_KEY],
      [LeSetPrivacyMode.opcode, PEER + '01'],
      [LeRemoveFromResolvingList.opcode, PEER],
      [LeClearResolvingList.opcode, ''],
    ] as const;
    await host.exchange(use, on);
    expect(await status(LeSetAddressResolutionEnable.opcode, '01')).toBe('0c');
    for (const [opcode, parameters] of changes) expect(await status(opcode, parameters)).toBe('00');
    await host.exchange(use, off);
    expect(await status(LeSetAddressResolutionEnable.opcode, '01')).toBe('00');
    await host.exchange(use, on);
    for (const [opcode, parameters] of changes) expect(await status(opcode, parameters)).toBe('0c');
    expect(await status(LeSetResolvableAddressTimeout.opcode, '0100')).toBe('00');
    await host.exchange(use, off);
    expect(await status(LeClearResolvingList.opcode)).toBe('00');
  });
});
