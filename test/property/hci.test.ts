import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMMANDS } from '../../air/controller/commands.js';
import { Opcode } from '../../lib/hci/constants.js';
import { VirtualAir } from '../../air/index.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { settle, TestHost } from '../unit/air/test-host.js';
import { answeredOpcode, complaint } from './hci-events.js';
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
  [Opcode.setEventMask, fields('ffffffffffffff3f')],
  [Opcode.leSetEventMask, fields(oneOf('ffffffffffffffff', '1f00000000000000'))],
  [Opcode.leSetRandomAddress, fields('0102030405c6')],
  [
    Opcode.leSetAdvertisingParameters,
    fields('a000a000', oneOf('00', '01', '02', '03', '04'), ownType, peer, '07', policy),
  ],
  [Opcode.leSetAdvertisingData, fields('03020106', '00'.repeat(28))],
  [Opcode.leSetAdvertisingEnable, fields(flag)],
  [Opcode.leSetScanParameters, fields(flag, '10001000', ownType, policy)],
  [Opcode.leSetScanEnable, fields(flag, flag)],
  [Opcode.leCreateConnection, fields('60003000', flag, peer, ownType, link, event)],
  [Opcode.leSetAdvertisingSetRandomAddress, fields(set, '0102030405c6')],
  [
    Opcode.leSetExtendedAdvertisingParameters,
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
    Opcode.leSetExtendedAdvertisingData,
    fields(set, oneOf('03', '03', '01', '00', '02', '04'), '00', oneOf('0201aa', '00')),
  ],
  [Opcode.leSetExtendedScanResponseData, fields(set, '0300', oneOf('0201aa', '00'))],
  [
    Opcode.leSetExtendedAdvertisingEnable,
    fields(flag, '01', set, oneOf('000000', '640000', '000003')),
  ],
  [Opcode.leSetExtendedScanParameters, fields(ownType, policy, '01', flag, '10001000')],
  [
    Opcode.leSetExtendedScanEnable,
    fields(flag, oneOf('00', '01', '02'), oneOf('0000', '6400'), oneOf('0000', '0100')),
  ],
  [Opcode.leExtendedCreateConnection, fields(flag, ownType, peer, '01', '60003000', link, event)],
  [Opcode.leAddToAcceptList, fields(peer)],
  [Opcode.leAddToResolvingList, fields(peer, key, key)],
  [Opcode.leSetAddressResolutionEnable, fields(flag)],
  [Opcode.leSetResolvableAddressTimeout, fields('0100')],
  [Opcode.leSetPrivacyMode, fields(peer, flag)],
  [Opcode.disconnect, fields(handle, '13')],
  [Opcode.leConnectionUpdate, fields(handle, link, event)],
  [Opcode.leParameterRequestReply, fields(handle, link, event)],
  [Opcode.leParameterRequestNegativeReply, fields(handle, '3b')],
  [Opcode.leEnableEncryption, fields(handle, '00'.repeat(10), key)],
  [Opcode.leLongTermKeyReply, fields(handle, key)],
  [Opcode.leSetHostChannelClassification, fields('0f00000010')],
  [Opcode.leSetDataLength, fields(handle, 'fb004808')],
  [Opcode.leSetPhy, fields(handle, '0002020000')],
  [Opcode.setHostFlowControl, fields(flag)],
  [Opcode.hostBufferSize, fields('1b000002000000')],
  [Opcode.hostCompletedPackets, fields('01', handle, '0100')],
  ...[
    Opcode.readRemoteVersion,
    Opcode.leReadRemoteFeatures,
    Opcode.leLongTermKeyNegativeReply,
    Opcode.readRssi,
    Opcode.leReadChannelMap,
    Opcode.leReadPhy,
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
      .chain(([opcode, { length }]) => fc.tuple(fc.constant(opcode), bytes(length))),
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
    [0, Opcode.leSetAdvertisingParameters, `a000a0000000${me}0700`],
    [0, Opcode.leSetAdvertisingEnable, '01'],
    [1, Opcode.leCreateConnection, create('00', me)],
  ],
  [
    [0, Opcode.leSetAdvertisingParameters, `a000a0000402${you}0700`],
    [0, Opcode.leSetAdvertisingEnable, '01'],
    [1, Opcode.leCreateConnection, create(RPA, me)],
  ],
  [
    [
      0,
      Opcode.leSetExtendedAdvertisingParameters,
      `010100a00000a0000007${RPA}${you}007f01000205` + '01',
    ],
    [0, Opcode.leSetExtendedAdvertisingEnable, '010101000000'],
    [1, Opcode.leExtendedCreateConnection, createExtended(RPA, me)],
  ],
  [
    [
      0,
      Opcode.leSetExtendedAdvertisingParameters,
      `020200a00000a000000700${you}007f01000105` + '01',
    ],
    [0, Opcode.leSetExtendedScanResponseData, '020300' + '0201aa'],
    [0, Opcode.leSetExtendedAdvertisingEnable, '010102000000'],
    [1, Opcode.leSetExtendedScanParameters, '0000010110001000'],
    [1, Opcode.leSetExtendedScanEnable, '010064000000'],
  ],
  [
    [0, Opcode.leAddToResolvingList, you + yours + mine],
    [1, Opcode.leAddToResolvingList, me + mine + yours],
    [0, Opcode.leSetAddressResolutionEnable, '01'],
    [1, Opcode.leSetAddressResolutionEnable, '01'],
  ],
  [
    [0, Opcode.leEnableEncryption, `4000${'00'.repeat(10)}${mine}`],
    [1, Opcode.leLongTermKeyReply, `4000${mine}`],
  ],
  [
    [0, Opcode.leConnectionUpdate, '4000' + '0600060000000a00' + event],
    [1, Opcode.leParameterRequestReply, '4000' + '0600060000000a00' + event],
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
    witness.controller.onPacket((packet) => witness.seen.push(packet));
    witness.ask(Opcode.setEventMask, Buffer.from('ffffffffffffff3f', 'hex'));
    witness.ask(Opcode.leSetEventMask, Buffer.from('ffffffffffffffff', 'hex'));
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
  opcodes.filter((opcode) => opcode !== Opcode.hostCompletedPackets);

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
        for (const host of hosts) host.ask(Opcode.reset, Buffer.alloc(0));
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
