import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMMANDS } from '../../air/controller/commands.js';
import { VirtualAir } from '../../air/index.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { settle, TestHost } from '../unit/air/test-host.js';
import { answeredOpcode, complaint } from './hci-events.js';
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
  Reset,
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
} from '../../lib/hci/commands/listening.js';
import { ReadRssi } from '../../lib/hci/commands/power.js';
import { toHex } from '../../lib/platform/bytes.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Hex digits, and what is drawn: fields that make commands which mostly succeed. */
const fields = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => Buffer.from(texts.join(''), 'hex'));

const oneOf = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** The public addresses that the air gives to its two controllers, with a type. */
const peers = (() => {
  const air = new VirtualAir({ seed: 'property', clock: new SimClock() });
  return [air.controller(), air.controller()].map(
    ({ identity }) => `00${toHex(identity.public.bytes)}`,
  );
})();

const handle = oneOf('4000', '4100', '4000', '0000');
const set = oneOf('00', '01', '02');
const peer = oneOf(...peers, '01' + '0102030405c6', '00'.repeat(7));
const ownType = oneOf('00', '00', '01', '02', '03');
const policy = oneOf('00', '00', '01', '02', '03');
const flag = oneOf('00', '01', '01');
const key = oneOf('11'.repeat(16), '22'.repeat(16), '00'.repeat(16));
const link = oneOf('0600' + '0600' + '0000' + '0a00', '0600' + '0c00' + '0100' + '8000');
const event = '00000000';
const connection = fields(handle);

/** Parameters that get far, by opcode; of all others, zeros and any bytes are tried. */
const LIKELY: readonly (readonly [number, fc.Arbitrary<Buffer>])[] = [
  [SetEventMask.opcode, fields('ffffffffffffff3f')],
  [LeSetEventMask.opcode, fields(oneOf('ffffffffffffffff', '1f00000000000000'))],
  [LeSetRandomAddress.opcode, fields('0102030405c6')],
  [
    LeSetAdvertisingParameters.opcode,
    fields('a000a000', oneOf('00', '01', '02', '03', '04'), ownType, peer, '07', policy),
  ],
  [LeSetAdvertisingData.opcode, fields('03020106', '00'.repeat(28))],
  [LeSetAdvertisingEnable.opcode, fields(flag)],
  [LeSetScanParameters.opcode, fields(flag, '10001000', ownType, policy)],
  [LeSetScanEnable.opcode, fields(flag, flag)],
  [LeCreateConnection.opcode, fields('60003000', flag, peer, ownType, link, event)],
  [LeSetAdvertisingSetRandomAddress.opcode, fields(set, '0102030405c6')],
  [
    LeSetExtendedAdvertisingParameters.opcode,
    fields(
      set,
      oneOf('0000', '0100', '0200', '0500', '1300', '1000', '1d00', '2000', '4100'),
      'a00000a00000',
      '07',
      ownType,
      peer,
      policy,
      oneOf('7f', 'f0'),
      '0100',
      oneOf('01', '02'),
      '05',
      flag,
    ),
  ],
  [
    LeSetExtendedAdvertisingData.opcode,
    fields(set, oneOf('03', '03', '01', '00', '02', '04'), '00', oneOf('0201aa', '00')),
  ],
  [LeSetExtendedScanResponseData.opcode, fields(set, '0300', oneOf('0201aa', '00'))],
  [
    LeSetExtendedAdvertisingEnable.opcode,
    fields(flag, '01', set, oneOf('000000', '640000', '000003')),
  ],
  [LeSetExtendedScanParameters.opcode, fields(ownType, policy, '01', flag, '10001000')],
  [
    LeSetExtendedScanEnable.opcode,
    fields(flag, oneOf('00', '01', '02'), oneOf('0000', '6400'), oneOf('0000', '0100')),
  ],
  [LeExtendedCreateConnection.opcode, fields(flag, ownType, peer, '01', '60003000', link, event)],
  [LeAddToAcceptList.opcode, fields(peer)],
  [LeAddToResolvingList.opcode, fields(peer, key, key)],
  [LeSetAddressResolutionEnable.opcode, fields(flag)],
  [LeSetResolvableAddressTimeout.opcode, fields('0100')],
  [LeSetPrivacyMode.opcode, fields(peer, flag)],
  [Disconnect.opcode, fields(handle, '13')],
  [LeConnectionUpdate.opcode, fields(handle, link, event)],
  [LeParameterRequestReply.opcode, fields(handle, link, event)],
  [LeParameterRequestNegativeReply.opcode, fields(handle, '3b')],
  [LeEnableEncryption.opcode, fields(handle, '00'.repeat(10), key)],
  [LeLongTermKeyReply.opcode, fields(handle, key)],
  [LeSetHostChannelClassification.opcode, fields('0f00000010')],
  [LeSetDataLength.opcode, fields(handle, 'fb004808')],
  [LeSetPhy.opcode, fields(handle, '0002020000')],
  [SetHostFlowControl.opcode, fields(flag)],
  [HostBufferSize.opcode, fields('1b000002000000')],
  [HostCompletedPackets.opcode, fields('01', handle, '0100')],
  ...[
    ReadRemoteVersion.opcode,
    LeReadRemoteFeatures.opcode,
    LeLongTermKeyNegativeReply.opcode,
    ReadRssi.opcode,
    LeReadChannelMap.opcode,
    LeReadPhy.opcode,
  ].map((opcode) => [opcode, connection] as const),
];

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.oneof(
      ...LIKELY.map(([opcode, parameters]) => fc.tuple(fc.constant(opcode), parameters)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...COMMANDS)
      .chain(([opcode, { declared }]) =>
        fc.tuple(fc.constant(opcode), bytes(Math.min(255, declared.parameters.most))),
      ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 255 })) },
);

const create = (own: string, address: string): string =>
  `6000300000${address}${own}0600060000000a0000000000`;
const createExtended = (own: string, address: string): string =>
  `00${own}${address}0160003000` + '0600060000000a0000000000';
const RPA = '02';
const KEYS = ['11'.repeat(16), '22'.repeat(16)] as const;

/** What two hosts do to get somewhere: who (0 or 1, the other), opcode, parameters. */
type Script = readonly (readonly [who: 0 | 1, opcode: number, parameters: string])[];

const scripts = (me: string, you: string, mine: string, yours: string): readonly Script[] => [
  [
    [0, LeSetAdvertisingParameters.opcode, `a000a0000000${me}0700`],
    [0, LeSetAdvertisingEnable.opcode, '01'],
    [1, LeCreateConnection.opcode, create('00', me)],
  ],
  [
    [0, LeSetAdvertisingParameters.opcode, `a000a0000402${you}0700`],
    [0, LeSetAdvertisingEnable.opcode, '01'],
    [1, LeCreateConnection.opcode, create(RPA, me)],
  ],
  [
    [
      0,
      LeSetExtendedAdvertisingParameters.opcode,
      `010100a00000a0000007${RPA}${you}007f01000205` + '01',
    ],
    [0, LeSetExtendedAdvertisingEnable.opcode, '010101000000'],
    [1, LeExtendedCreateConnection.opcode, createExtended(RPA, me)],
  ],
  [
    [
      0,
      LeSetExtendedAdvertisingParameters.opcode,
      `020200a00000a000000700${you}007f01000105` + '01',
    ],
    [0, LeSetExtendedScanResponseData.opcode, '020300' + '0201aa'],
    [0, LeSetExtendedAdvertisingEnable.opcode, '010102000000'],
    [1, LeSetExtendedScanParameters.opcode, '0000010110001000'],
    [1, LeSetExtendedScanEnable.opcode, '010064000000'],
  ],
  [
    [0, LeAddToResolvingList.opcode, you + yours + mine],
    [1, LeAddToResolvingList.opcode, me + mine + yours],
    [0, LeSetAddressResolutionEnable.opcode, '01'],
    [1, LeSetAddressResolutionEnable.opcode, '01'],
  ],
  [
    [0, LeEnableEncryption.opcode, `4000${'00'.repeat(10)}${mine}`],
    [1, LeLongTermKeyReply.opcode, `4000${mine}`],
  ],
  [
    [0, LeConnectionUpdate.opcode, '4000' + '0600060000000a00' + event],
    [1, LeParameterRequestReply.opcode, '4000' + '0600060000000a00' + event],
  ],
];

const [first = '', second = ''] = peers;
const script = fc.nat(1).chain((host) => {
  const [me, you] = host === 0 ? [first, second] : [second, first];
  return fc.constantFrom(...scripts(me, you, ...KEYS)).map((steps) => ({ steps, host }));
});

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ command, host: fc.nat(1) }) },
  { weight: 6, arbitrary: script },
  { weight: 3, arbitrary: fc.record({ ms: fc.constantFrom(10, 200, 1500) }) },
  {
    weight: 1,
    arbitrary: fc.record({ data: fields('02', handle, '0400', 'aabbccdd'), host: fc.nat(1) }),
  },
);

/** A host that keeps the packets as they come. */
class Witness extends TestHost {
  readonly seen: Buffer[] = [];
  readonly asked: number[] = [];

  static make(air: VirtualAir, extendedAdvertising: boolean): Witness {
    const witness = new Witness(air.controller({ extendedAdvertising, peripheralLinks: 2 }));
    witness.controller.onPacket((packet) => witness.seen.push(Buffer.from(packet)));
    witness.ask(SetEventMask.opcode, Buffer.from('ffffffffffffff3f', 'hex'));
    witness.ask(LeSetEventMask.opcode, Buffer.from('ffffffffffffffff', 'hex'));
    return witness;
  }

  ask(opcode: number, parameters: Uint8Array): void {
    this.asked.push(opcode);
    this.command(opcode, Buffer.from(parameters).toString('hex'));
  }

  /** Opcodes that were answered, in order. */
  get answered(): number[] {
    return this.seen.map(answeredOpcode).filter((opcode) => opcode !== undefined);
  }
}

/** Each step of a script can take effect before the next one. */
const follow = async (
  clock: SimClock,
  hosts: readonly Witness[],
  host: number,
  steps: Script,
): Promise<void> => {
  for (const [who, opcode, parameters] of steps) {
    hosts[host ^ who]?.ask(opcode, Buffer.from(parameters, 'hex'));
    await clock.advance(20);
  }
};

/** The one command that has no answer when it succeeds. */
const withAnswer = (opcodes: readonly number[]): number[] =>
  opcodes.filter((opcode) => opcode !== HostCompletedPackets.opcode);

describe('two hosts that send anything in any order', () => {
  it('get one answer for each command, well-formed events, and leave nothing behind', async () => {
    const commands = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });
    const pace = fc.constantFrom('instant' as const, 'real' as const);
    const offers = fc.tuple(fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(commands, pace, offers, async (steps, wanted, offered) => {
        const clock = new SimClock();
        const air = new VirtualAir({ seed: 'property', clock, pace: wanted });
        const hosts = offered.map((extended) => Witness.make(air, extended));
        for (const each of steps) {
          if ('ms' in each) await clock.advance(each.ms);
          else if ('data' in each) hosts[each.host]?.controller.send(each.data);
          else if ('command' in each) hosts[each.host]?.ask(each.command[0], each.command[1]);
          else await follow(clock, hosts, each.host, each.steps);
        }
        await settle();
        for (const host of hosts) host.ask(Reset.opcode, Buffer.alloc(0));
        await settle();
        for (const { seen, asked, answered } of hosts) {
          expect(withAnswer(answered)).toEqual(withAnswer(asked));
          expect(answered.length).toBeLessThanOrEqual(asked.length);
          for (const packet of seen) {
            const wrong = complaint(packet);
            expect(wrong && `${wrong}: ${packet.toString('hex')}`).toBeUndefined();
          }
        }
        await clock.advance(40_000);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});
