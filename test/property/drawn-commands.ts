import fc from 'fast-check';
import { COMMANDS } from '../../air/controller/commands.js';
import { VirtualAir } from '../../air/index.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { activeScan, setData, setParameters } from '../unit/air/extended-host.js';
import { identityOf } from '../unit/air/test-host.js';
import { bytes, filled } from '../support/hci-packets.js';
import type { Given } from '../support/hci-packets.js';
import {
  LeAddToAcceptList,
  LeAddToResolvingList,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
  LeSetRandomAddress,
  LeSetResolvableAddressTimeout,
} from '../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../lib/hci/commands/advertising.js';
import {
  DataOperation,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../lib/hci/commands/extended-advertising.js';
import {
  HostBufferSize,
  HostCompletedPackets,
  LeSetEventMask,
  SetEventMask,
  SetHostFlowControl,
} from '../../lib/hci/commands/host-control.js';
import {
  Disconnect,
  LeConnectionUpdate,
  LeEnableEncryption,
  LeLongTermKeyNegativeReply,
  LeLongTermKeyReply,
  LeParameterRequestNegativeReply,
  LeParameterRequestReply,
  LeReadChannelMap,
  LeReadPhy,
  LeReadRemoteFeatures,
  LeSetDataLength,
  LeSetHostChannelClassification,
  LeSetPhy,
  ReadRemoteVersion,
} from '../../lib/hci/commands/links.js';
import {
  LeCreateConnection,
  LeExtendedCreateConnection,
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  LeSetScanEnable,
  LeSetScanParameters,
  PhyBit,
} from '../../lib/hci/commands/listening.js';
import { ReadRssi } from '../../lib/hci/commands/power.js';
import { Status } from '../../lib/hci/constants.js';
import type { Field } from '../../lib/hci/fields.js';
import type { Shape } from '../../lib/hci/layout.js';
import type { HciCommand } from '../../lib/hci/packet.js';

const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** A command whatever its parameters are. */
export type Command = readonly [opcode: number, parameters: Uint8Array];

/** With zeros for what is not given. */
export const commandOf = <P extends Shape>(
  declared: HciCommand<P>,
  given: Given<P> = {},
): Command => [declared.opcode, declared.parameters.build(filled(declared.parameters, given))];

/** A command of these fields, and of such as are drawn, one by one or several at once. */
const drawn = <P extends Shape>(
  declared: HciCommand<P>,
  given: Given<P>,
  one: { readonly [K in keyof P]?: fc.Arbitrary<NonNullable<Given<P>[K]>> } = {},
  ...several: readonly fc.Arbitrary<Given<P>>[]
): fc.Arbitrary<Command> =>
  fc
    .tuple(fc.record(one as Record<string, fc.Arbitrary<unknown>>), ...several)
    .map((parts) => commandOf(declared, Object.assign({}, given, ...parts) as Given<P>));

const oneOf = fc.constantFrom<number[]>;

/** Addresses with their types: those that the air gives to its two controllers, a random one, and none. */
const [first, second] = (() => {
  const air = new VirtualAir({ seed: 'property', clock: new SimClock() });
  return [identityOf(air.controller()), identityOf(air.controller())] as const;
})();
type Identity = typeof first;
const RANDOM: Identity = { addressType: 1, address: bytes('0102030405c6') };
const NOBODY: Identity = { addressType: 0, address: new Uint8Array(6) };

/** As a peer is named. */
const peerAt = ({ addressType, address }: Identity) => ({
  peerAddressType: addressType,
  peerAddress: address,
});

export const handle = oneOf(0x40, 0x41, 0x40, 0x00);
const set = oneOf(0, 1, 2);
const identity = fc.constantFrom(first, second, RANDOM, NOBODY);
const peer = identity.map(peerAt);
const ownAddressType = oneOf(0, 0, 1, 2, 3);
const filterPolicy = oneOf(0, 0, 1, 2, 3);
const flag = oneOf(0, 1, 1);
const [KEY, OTHER_KEY] = [new Uint8Array(16).fill(0x11), new Uint8Array(16).fill(0x22)] as const;
const key = fc.constantFrom(KEY, OTHER_KEY, new Uint8Array(16));
const link = fc.constantFrom(
  { intervalMin: 6, intervalMax: 6, latency: 0, timeout: 10 },
  { intervalMin: 6, intervalMax: 12, latency: 1, timeout: 0x80 },
);
const data = fc.constantFrom(bytes('01aa'), bytes(''));
export const ALL_EVENTS = { mask: bytes('ffffffffffffff3f') };
export const ALL_LE_EVENTS = { mask: bytes('ffffffffffffffff') };
/** As noble and bleno have it. */
const LEGACY_EVENTS = bytes('1f00000000000000');

/** Parameters that get far; of all other commands, zeros and any bytes are tried. */
const LIKELY: readonly fc.Arbitrary<Command>[] = [
  drawn(SetEventMask, ALL_EVENTS),
  drawn(LeSetEventMask, {}, { mask: fc.constantFrom(ALL_LE_EVENTS.mask, LEGACY_EVENTS) }),
  drawn(LeSetRandomAddress, { address: RANDOM.address }),
  drawn(
    LeSetAdvertisingParameters,
    { intervalMin: 0xa0, intervalMax: 0xa0, channels: 0b111 },
    { type: oneOf(0, 1, 2, 3, 4), ownAddressType, filterPolicy },
    peer,
  ),
  drawn(LeSetAdvertisingData, { length: 3, data: bytes('020106') }),
  drawn(LeSetAdvertisingEnable, {}, { enable: flag }),
  drawn(
    LeSetScanParameters,
    { interval: 0x10, window: 0x10 },
    { type: flag, ownAddressType, filterPolicy },
  ),
  drawn(LeSetScanEnable, {}, { enable: flag, filterDuplicates: flag }),
  drawn(
    LeCreateConnection,
    { scanInterval: 0x60, scanWindow: 0x30 },
    { filterPolicy: flag, ownAddressType },
    peer,
    link,
  ),
  drawn(LeSetAdvertisingSetRandomAddress, { address: RANDOM.address }, { set }),
  drawn(
    LeSetExtendedAdvertisingParameters,
    { intervalMin: 0xa0, intervalMax: 0xa0, channels: 0b111, primaryPhy: 1, sid: 5 },
    {
      set,
      properties: oneOf(0, 0x01, 0x02, 0x05, 0x13, 0x10, 0x1d, 0x20, 0x41),
      ownAddressType,
      filterPolicy,
      txPower: oneOf(127, -16),
      secondaryPhy: oneOf(1, 2),
      notifyScanRequests: flag,
    },
    peer,
  ),
  drawn(LeSetExtendedAdvertisingData, {}, { set, operation: oneOf(3, 3, 1, 0, 2, 4), data }),
  drawn(LeSetExtendedScanResponseData, { operation: DataOperation.complete }, { set, data }),
  drawn(
    LeSetExtendedAdvertisingEnable,
    {},
    {
      enable: flag,
      sets: fc
        .tuple(set, fc.constantFrom({}, { duration: 0x64 }, { maxEvents: 3 }))
        .map(([each, limits]) => [{ set: each, ...limits }]),
    },
  ),
  drawn(
    LeSetExtendedScanParameters,
    { phys: PhyBit.le1M },
    {
      ownAddressType,
      filterPolicy,
      scans: flag.map((type) => [{ type, interval: 0x10, window: 0x10 }]),
    },
  ),
  drawn(
    LeSetExtendedScanEnable,
    {},
    {
      enable: flag,
      filterDuplicates: oneOf(0, 1, 2),
      duration: oneOf(0, 0x64),
      period: oneOf(0, 1),
    },
  ),
  drawn(
    LeExtendedCreateConnection,
    { phys: PhyBit.le1M },
    {
      filterPolicy: flag,
      ownAddressType,
      links: link.map((each) => [{ scanInterval: 0x60, scanWindow: 0x30, ...each }]),
    },
    peer,
  ),
  drawn(LeAddToAcceptList, {}, {}, identity),
  drawn(LeAddToResolvingList, {}, { peerIrk: key, localIrk: key }, identity),
  drawn(LeSetAddressResolutionEnable, {}, { enable: flag }),
  drawn(LeSetResolvableAddressTimeout, { seconds: 1 }),
  drawn(LeSetPrivacyMode, {}, { mode: flag }, identity),
  drawn(Disconnect, { reason: Status.remoteUserTerminated }, { handle }),
  drawn(LeConnectionUpdate, {}, { handle }, link),
  drawn(LeParameterRequestReply, {}, { handle }, link),
  drawn(
    LeParameterRequestNegativeReply,
    { reason: Status.unacceptableConnectionParameters },
    { handle },
  ),
  drawn(LeEnableEncryption, {}, { handle, key }),
  drawn(LeLongTermKeyReply, {}, { handle, key }),
  drawn(LeSetHostChannelClassification, { channels: bytes('0f00000010') }),
  drawn(LeSetDataLength, { octets: 0xfb, time: 0x848 }, { handle }),
  drawn(LeSetPhy, { tx: 2, rx: 2 }, { handle }),
  drawn(SetHostFlowControl, {}, { enable: flag }),
  drawn(HostBufferSize, { aclLength: 0x1b, aclCount: 2 }),
  drawn(
    HostCompletedPackets,
    {},
    { completed: handle.map((each) => [{ handle: each, count: 1 }]) },
  ),
  ...[
    ReadRemoteVersion,
    LeReadRemoteFeatures,
    LeLongTermKeyNegativeReply,
    ReadRssi,
    LeReadChannelMap,
    LeReadPhy,
  ].map((declared) =>
    handle.map((each) => commandOf<{ handle: Field<number> }>(declared, { handle: each })),
  ),
];

/** Of all kinds, the likely ones more often than the others. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(...LIKELY) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...COMMANDS)
      .chain(([opcode, { declared }]) =>
        fc.tuple(fc.constant(opcode), anyBytes(Math.min(255, declared.parameters.most))),
      ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 255 })) },
);

/** What two hosts do to get somewhere: who (0 or 1, the other), and which command. */
export type Script = readonly (readonly [who: 0 | 1, command: Command])[];

const LINK = { intervalMin: 6, intervalMax: 6, timeout: 10 };
const SCAN = { scanInterval: 0x60, scanWindow: 0x30 };
const ADVERTISED = { intervalMin: 0xa0, intervalMax: 0xa0, channels: 0b111 };
/** A private address, of an identity that is public. */
const OWN = { ownAddressType: 2 };

const scripts = (me: Identity, you: Identity): readonly Script[] => [
  [
    [0, commandOf(LeSetAdvertisingParameters, { ...ADVERTISED, ...peerAt(me) })],
    [0, commandOf(LeSetAdvertisingEnable, { enable: 1 })],
    [1, commandOf(LeCreateConnection, { ...SCAN, ...LINK, ...peerAt(me) })],
  ],
  [
    [0, commandOf(LeSetAdvertisingParameters, { ...ADVERTISED, type: 4, ...OWN, ...peerAt(you) })],
    [0, commandOf(LeSetAdvertisingEnable, { enable: 1 })],
    [1, commandOf(LeCreateConnection, { ...SCAN, ...LINK, ...OWN, ...peerAt(me) })],
  ],
  [
    [
      0,
      commandOf(LeSetExtendedAdvertisingParameters, {
        ...setParameters({ properties: 0x01, secondaryPhy: 2, notifyScanRequests: 1 }),
        ...OWN,
        ...peerAt(you),
      }),
    ],
    [0, commandOf(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] })],
    [
      1,
      commandOf(LeExtendedCreateConnection, {
        ...OWN,
        ...peerAt(me),
        phys: PhyBit.le1M,
        links: [{ ...SCAN, ...LINK }],
      }),
    ],
  ],
  [
    [
      0,
      commandOf(LeSetExtendedAdvertisingParameters, {
        ...setParameters({ set: 2, properties: 0x02, notifyScanRequests: 1 }),
        ...peerAt(you),
      }),
    ],
    [0, commandOf(LeSetExtendedScanResponseData, setData('01aa', { set: 2 }))],
    [0, commandOf(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 2 }] })],
    [1, commandOf(LeSetExtendedScanParameters, activeScan())],
    [1, commandOf(LeSetExtendedScanEnable, { enable: 1, duration: 0x64 })],
  ],
  [
    [0, commandOf(LeAddToResolvingList, { ...you, peerIrk: OTHER_KEY, localIrk: KEY })],
    [1, commandOf(LeAddToResolvingList, { ...me, peerIrk: KEY, localIrk: OTHER_KEY })],
    [0, commandOf(LeSetAddressResolutionEnable, { enable: 1 })],
    [1, commandOf(LeSetAddressResolutionEnable, { enable: 1 })],
  ],
  [
    [0, commandOf(LeEnableEncryption, { handle: 0x40, key: KEY })],
    [1, commandOf(LeLongTermKeyReply, { handle: 0x40, key: KEY })],
  ],
  [
    [0, commandOf(LeConnectionUpdate, { handle: 0x40, ...LINK })],
    [1, commandOf(LeParameterRequestReply, { handle: 0x40, ...LINK })],
  ],
];

/** A script, and which of the hosts is its first. */
export const script = fc.nat(1).chain((host) => {
  const [me, you] = host === 0 ? [first, second] : [second, first];
  return fc.constantFrom(...scripts(me, you)).map((steps) => ({ steps, host }));
});
