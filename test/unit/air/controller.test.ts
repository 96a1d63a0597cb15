import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { COMMANDS } from '../../../air/controller/commands.js';
import { HCI_COMMANDS as DECLARED } from '../../../lib/hci/commands/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost, addressHex, addressOf, createConnection, settle } from './test-host.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import {
  LeReadAdvertisingTxPower,
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import {
  LeSetEventMask,
  ReadLeHostSupport,
  Reset,
  SetEventMask,
  WriteLeHostSupport,
} from '../../../lib/hci/commands/host-control.js';
import {
  LeReadBufferSize,
  LeReadLocalFeatures,
  LeReadSupportedStates,
  ReadBdAddr,
  ReadBufferSize,
  ReadLocalFeatures,
  ReadLocalVersion,
  ReadSupportedCommands,
} from '../../../lib/hci/commands/information.js';
import { Disconnect, LeConnectionUpdate } from '../../../lib/hci/commands/links.js';
import {
  LeCreateConnection,
  LeCreateConnectionCancel,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { ReadRssi } from '../../../lib/hci/commands/power.js';
import { answered, bytes, completed, event, filled } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { CommandComplete, HardwareErrorEvent } from '../../../lib/hci/events/general.js';
import { VendorSetTxPower } from '../../../air/vendor.js';
import type { Shape } from '../../../lib/hci/layout.js';
import type { HciCommand } from '../../../lib/hci/packet.js';
import { toHex } from '../../../lib/platform/bytes.js';
import type { Given } from '../../support/hci-packets.js';

const hex = (value: number, bytes: number): string => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer.toString('hex');
};

let air: VirtualAir;
let host: TestHost;

beforeEach(() => {
  air = new VirtualAir({ seed: 'controller', clock: new SimClock() });
  host = new TestHost(air.controller());
});

/** Bytes as those two programs write them. */
describe('commands that noble and bleno send at first', () => {
  it.each([
    ['Set Event Mask', '01010c08fffffbff07f8bf3d', completed(SetEventMask)],
    ['LE Set Event Mask', '010120081f00000000000000', completed(LeSetEventMask)],
    [
      'Read Local Version',
      '01011000',
      completed(ReadLocalVersion, { hciVersion: 9, version: 9, company: 0xffff }),
    ],
    ['Write LE Host Support', '016d0c020100', completed(WriteLeHostSupport)],
    ['Read LE Host Support', '016c0c00', completed(ReadLeHostSupport)],
    ['LE Read Buffer Size', '01022000', completed(LeReadBufferSize, { length: 0xfb, count: 8 })],
    ['Read Buffer Size', '01051000', completed(ReadBufferSize, { aclLength: 0xfb, aclCount: 8 })],
    ['LE Set Scan Parameters', '010b200701120012000000', completed(LeSetScanParameters)],
    ['LE Set Scan Enable', '010c20020001', completed(LeSetScanEnable)],
    [
      'LE Set Advertising Parameters',
      '0106200fa000a0000000000000000000000700',
      completed(LeSetAdvertisingParameters),
    ],
    ['LE Set Advertising Enable', '010a200100', completed(LeSetAdvertisingEnable)],
    [
      'Read Local Features',
      '01031000',
      completed(ReadLocalFeatures, { features: bytes('0000000060000000') }),
    ],
    [
      'LE Read Local Features',
      '01032000',
      completed(LeReadLocalFeatures, { features: bytes('ef51000000000000') }),
    ],
    [
      'LE Read Supported States',
      '011c2000',
      completed(LeReadSupportedStates, { states: bytes('ffffffff3f020000') }),
    ],
    ['LE Read Advertising TX Power', '01072000', completed(LeReadAdvertisingTxPower)],
    ['Reset', '01030c00', completed(Reset)],
  ])('%s', async (_name, command, answer) => {
    host.send(command);
    expect(await host.packets()).toEqual([answer]);
  });

  it('Read BD_ADDR gives the address, least significant byte first', async () => {
    const answer = completed(ReadBdAddr, { address: addressOf(host.controller) });
    expect(await host.exchange(ReadBdAddr)).toEqual([answer]);
    const reversed = addressHex(host.controller).match(/../g)?.reverse().join(':');
    expect(host.controller.address).toBe(reversed);
  });

  it('LE Read Supported States tells what the number of peripheral links allows', async () => {
    for (const [peripheralLinks, states] of [
      [0, '7333cf1300000000'],
      [1, 'ffffffff3f020000'],
      [2, 'ffffffffff030000'],
    ] as const) {
      const fob = new TestHost(air.controller({ peripheralLinks }));
      expect(await fob.exchange(LeReadSupportedStates)).toEqual([
        completed(LeReadSupportedStates, { states: bytes(states) }),
      ]);
    }
  });

  it('Read LE Host Support tells what was written', async () => {
    host.command(WriteLeHostSupport, { supported: 1 });
    await host.packets();
    expect(await host.exchange(ReadLeHostSupport)).toEqual([
      completed(ReadLeHostSupport, { supported: 1 }),
    ]);
  });
});

describe('command checking', () => {
  it('answers an unknown command with Command Complete and status 0x01', async () => {
    expect(await host.exchange(0x203e, '00')).toEqual([
      event(CommandComplete, {
        allowed: 1,
        opcode: 0x203e,
        returned: Uint8Array.of(Status.unknownCommand),
      }),
    ]);
  });

  it('answers every known command of a wrong length with status 0x12, in its own event', async () => {
    for (const [opcode, { declared }] of COMMANDS) {
      const { answer, parameters, returned } = declared;
      const returns = returned.least - 1;
      const wrongs = [parameters.most + 1, parameters.least - 1].filter((n) => n >= 0 && n <= 255);
      for (const wrong of wrongs) {
        const [packet, ...more] = await host.exchange(opcode, '00'.repeat(wrong));
        expect(more).toEqual([]);
        expect(packet).toBe(
          answer === 'status'
            ? `040f041201${hex(opcode, 2)}`
            : `040e${hex(4 + returns, 1)}01${hex(opcode, 2)}12${'00'.repeat(returns)}`,
        );
      }
    }
  });

  it('names in Read Supported Commands what it knows, and nothing else', async () => {
    const [packet = ''] = await host.exchange(ReadSupportedCommands);
    const bitmap = Buffer.from(packet, 'hex').subarray(7);
    expect(bitmap).toHaveLength(64);
    const bits = [...bitmap].flatMap((byte, octet) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => [octet, bit]),
    );
    const known = [...COMMANDS.values()].flatMap(({ declared: { supported } }) =>
      supported ? [supported] : [],
    );
    expect(bits).toHaveLength(known.length);
    expect(bits).toEqual(expect.arrayContaining(known.map((pair) => [...pair])));
    expect(known).toHaveLength(DECLARED.size);
  });

  it.each([
    '',
    '01',
    '01030c',
    '01030c01',
    '01030c0000',
    '0240',
    '09',
    '04130101',
    '03400000',
    'ff',
  ])('answers the malformed packet "%s" with a hardware error, and goes on', async (packet) => {
    host.send(packet);
    expect(await host.packets()).toEqual([event(HardwareErrorEvent, { code: 1 })]);
    expect(await host.exchange(Reset)).toEqual([completed(Reset)]);
  });
});

/** A command with bad parameters, and the answer to it. */
const refused = <P extends Shape, R extends Shape>(
  declared: HciCommand<P, R>,
  given: Given<P>,
  status: number = Status.invalidParameters,
): readonly [sent: string, answer: string] => [
  toHex(declared.packet(filled(declared.parameters, given))),
  event(CommandComplete, {
    allowed: 1,
    opcode: declared.opcode,
    returned: Uint8Array.of(status),
  }),
];

const SCAN = { type: 1, interval: 0x12, window: 0x12 };
const ADVERTISING = { intervalMin: 0xa0, intervalMax: 0xa0, channels: 7 };

describe('parameters out of bounds', () => {
  it.each([
    ['scan window over interval', refused(LeSetScanParameters, { ...SCAN, interval: 0x10 })],
    ['scan type', refused(LeSetScanParameters, { ...SCAN, type: 2 })],
    ['filter policy when scanning', refused(LeSetScanParameters, { ...SCAN, filterPolicy: 4 })],
    [
      'own address type when scanning',
      refused(LeSetScanParameters, { ...SCAN, ownAddressType: 4 }),
    ],
    ['scan enable', refused(LeSetScanEnable, { enable: 2 })],
    ['no channel', refused(LeSetAdvertisingParameters, { ...ADVERTISING, channels: 0 })],
    [
      'interval',
      refused(
        LeSetAdvertisingParameters,
        { ...ADVERTISING, intervalMin: 0x1f },
        Status.unsupportedFeature,
      ),
    ],
    ['interval range', refused(LeSetAdvertisingParameters, { ...ADVERTISING, intervalMin: 0xa1 })],
    ['advertising type', refused(LeSetAdvertisingParameters, { ...ADVERTISING, type: 5 })],
    [
      'peer type',
      refused(LeSetAdvertisingParameters, { ...ADVERTISING, type: 4, peerAddressType: 2 }),
    ],
    ['too much data', refused(LeSetAdvertisingData, { length: 32 })],
    ['advertising enable', refused(LeSetAdvertisingEnable, { enable: 2 })],
    ['LE host support', refused(WriteLeHostSupport, { supported: 2 })],
    ['TX power', refused(VendorSetTxPower, { power: 21 })],
  ])('%s', async (_name, [sent, answer]) => {
    host.send(sent);
    expect(await host.packets()).toEqual([answer]);
  });

  it('LE Create Connection: timeout too short, filter policy, scan window', async () => {
    const good = createConnection(air.controller());
    for (const bad of [
      { intervalMax: 0x80, timeout: 0x0a },
      { filterPolicy: 2 },
      { scanInterval: 0x30, scanWindow: 0x60 },
    ]) {
      expect(await host.exchange(LeCreateConnection, { ...good, ...bad })).toEqual([
        answered(LeCreateConnection, Status.invalidParameters),
      ]);
    }
  });

  it('an own random address must have been set', async () => {
    host.command(LeSetScanParameters, { type: 1, interval: 0x12, window: 0x12, ownAddressType: 1 });
    await host.packets();
    expect(await host.exchange(LeSetScanEnable, { enable: 1 })).toEqual([
      completed(LeSetScanEnable, { status: Status.invalidParameters }),
    ]);
    await host.exchange(LeSetRandomAddress, { address: bytes('010203040506') });
    expect(await host.exchange(LeSetScanEnable, { enable: 1 })).toEqual([
      completed(LeSetScanEnable),
    ]);
    expect(await host.exchange(LeSetRandomAddress, { address: bytes('010203040506') })).toEqual([
      completed(LeSetRandomAddress, { status: Status.commandDisallowed }),
    ]);
  });

  it('commands about a link that is not there', async () => {
    expect(await host.exchange(ReadRssi, { handle: 0x40 })).toEqual([
      completed(ReadRssi, { status: Status.unknownConnection, handle: 0x40 }),
    ]);
    expect(
      await host.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ).toEqual([answered(Disconnect, Status.unknownConnection)]);
    expect(await host.exchange(LeConnectionUpdate, { handle: 0x40 })).toEqual([
      answered(LeConnectionUpdate, Status.unknownConnection),
    ]);
    expect(await host.exchange(LeCreateConnectionCancel)).toEqual([
      completed(LeCreateConnectionCancel, { status: Status.commandDisallowed }),
    ]);
  });
});

describe('a closed controller', () => {
  it('takes nothing, says nothing, and tells once that it is closed', async () => {
    let closed = 0;
    host.controller.onClose(() => closed++);
    host.command(Reset);
    host.controller.close();
    host.controller.close();
    host.command(Reset);
    expect(await host.packets()).toEqual([]);
    expect(closed).toBe(1);
    expect(host.controller.closed).toBe(true);
    expect(air.controllers).not.toContain(host.controller);
    await settle();
  });
});
