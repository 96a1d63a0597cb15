import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { COMMANDS } from '../../../air/controller/commands.js';
import { COMMANDS as DECLARED } from '../../../lib/hci/commands/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { addressHex, createConnection, settle, TestHost } from './test-host.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import {
  ReadLeHostSupport,
  Reset,
  WriteLeHostSupport,
} from '../../../lib/hci/commands/host-control.js';
import {
  LeReadSupportedStates,
  ReadBdAddr,
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

describe('commands that noble and bleno send at first', () => {
  it.each([
    ['Set Event Mask', '01010c08fffffbff07f8bf3d', '040e0401010c00'],
    ['LE Set Event Mask', '010120081f00000000000000', '040e0401012000'],
    ['Read Local Version', '01011000', '040e0c0101100009000009ffff0000'],
    ['Write LE Host Support', '016d0c020100', '040e04016d0c00'],
    ['Read LE Host Support', '016c0c00', '040e06016c0c000000'],
    ['LE Read Buffer Size', '01022000', '040e0701022000fb0008'],
    ['Read Buffer Size', '01051000', '040e0b01051000fb000008000000'],
    ['LE Set Scan Parameters', '010b200701120012000000', '040e04010b2000'],
    ['LE Set Scan Enable', '010c20020001', '040e04010c2000'],
    ['LE Set Advertising Parameters', '0106200fa000a0000000000000000000000700', '040e0401062000'],
    ['LE Set Advertising Enable', '010a200100', '040e04010a2000'],
    ['Read Local Features', '01031000', '040e0c010310000000000060000000'],
    ['LE Read Local Features', '01032000', '040e0c01032000ef51000000000000'],
    ['LE Read Supported States', '011c2000', '040e0c011c2000ffffffff3f020000'],
    ['LE Read Advertising TX Power', '01072000', '040e050107200000'],
    ['Reset', '01030c00', '040e0401030c00'],
  ])('%s', async (_name, command, answer) => {
    host.send(command);
    expect(await host.packets()).toEqual([answer]);
  });

  it('Read BD_ADDR gives the address, least significant byte first', async () => {
    const answer = `040e0a01091000${addressHex(host.controller)}`;
    expect(await host.exchange(ReadBdAddr.opcode)).toEqual([answer]);
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
      expect(await fob.exchange(LeReadSupportedStates.opcode)).toEqual([`040e0c011c2000${states}`]);
    }
  });

  it('Read LE Host Support tells what was written', async () => {
    host.command(WriteLeHostSupport.opcode, '0100');
    await host.packets();
    expect(await host.exchange(ReadLeHostSupport.opcode)).toEqual(['040e06016c0c000100']);
  });
});

describe('command checking', () => {
  it('answers an unknown command with Command Complete and status 0x01', async () => {
    expect(await host.exchange(0x203e, '00')).toEqual(['040e04013e2001']);
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
    const [packet = ''] = await host.exchange(ReadSupportedCommands.opcode);
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
    expect(await host.packets()).toEqual(['04100101']);
    expect(await host.exchange(Reset.opcode)).toEqual(['040e0401030c00']);
  });
});

describe('parameters out of bounds', () => {
  const peer = (): string => createConnection(air.controller());

  it.each([
    ['scan window over interval', LeSetScanParameters.opcode, '01100011000000', 0x12],
    ['scan type', LeSetScanParameters.opcode, '02120012000000', 0x12],
    ['filter policy when scanning', LeSetScanParameters.opcode, '01120012000004', 0x12],
    ['own address type when scanning', LeSetScanParameters.opcode, '01120012000400', 0x12],
    ['scan enable', LeSetScanEnable.opcode, '0200', 0x12],
    ['no channel', LeSetAdvertisingParameters.opcode, `a000a000${'00'.repeat(11)}`, 0x12],
    ['interval', LeSetAdvertisingParameters.opcode, '1f00a0000000000000000000000700', 0x11],
    ['interval range', LeSetAdvertisingParameters.opcode, 'a100a0000000000000000000000700', 0x12],
    ['advertising type', LeSetAdvertisingParameters.opcode, 'a000a0000500000000000000000700', 0x12],
    ['peer type', LeSetAdvertisingParameters.opcode, 'a000a0000400020000000000000700', 0x12],
    ['too much data', LeSetAdvertisingData.opcode, '20'.padEnd(64, '0'), 0x12],
    ['advertising enable', LeSetAdvertisingEnable.opcode, '02', 0x12],
    ['LE host support', WriteLeHostSupport.opcode, '0200', 0x12],
    ['TX power', 0xfc03, '15', 0x12],
  ])('%s', async (_name, opcode, parameters, status) => {
    expect(await host.exchange(opcode, parameters)).toEqual([
      `040e0401${hex(opcode, 2)}${hex(status, 1)}`,
    ]);
  });

  it('LE Create Connection: timeout too short, filter policy, scan window', async () => {
    const good = peer();
    const shortTimeout = good.replace('2a00', '0a00').replace('12000000', '80000000');
    for (const [parameters, status] of [
      [shortTimeout, '12'],
      [`6000300002${good.slice(10)}`, '12'],
      [`3000600000${good.slice(10)}`, '12'],
    ] as const) {
      expect(await host.exchange(LeCreateConnection.opcode, parameters)).toEqual([
        `040f04${status}010d20`,
      ]);
    }
  });

  it('an own random address must have been set', async () => {
    host.command(LeSetScanParameters.opcode, '01120012000100');
    await host.packets();
    expect(await host.exchange(LeSetScanEnable.opcode, '0100')).toEqual(['040e04010c2012']);
    await host.exchange(LeSetRandomAddress.opcode, '010203040506');
    expect(await host.exchange(LeSetScanEnable.opcode, '0100')).toEqual(['040e04010c2000']);
    expect(await host.exchange(LeSetRandomAddress.opcode, '010203040506')).toEqual([
      '040e040105200c',
    ]);
  });

  it('commands about a link that is not there', async () => {
    expect(await host.exchange(ReadRssi.opcode, '4000')).toEqual(['040e070105140240' + '0000']);
    expect(await host.exchange(Disconnect.opcode, '400013')).toEqual(['040f0402010604']);
    expect(await host.exchange(LeConnectionUpdate.opcode, '4000' + '00'.repeat(12))).toEqual([
      '040f0402011320',
    ]);
    expect(await host.exchange(LeCreateConnectionCancel.opcode)).toEqual(['040e04010e200c']);
  });
});

describe('a closed controller', () => {
  it('takes nothing, says nothing, and tells once that it is closed', async () => {
    let closed = 0;
    host.controller.onClose(() => closed++);
    host.command(Reset.opcode);
    host.controller.close();
    host.controller.close();
    host.command(Reset.opcode);
    expect(await host.packets()).toEqual([]);
    expect(closed).toBe(1);
    expect(host.controller.closed).toBe(true);
    expect(air.controllers).not.toContain(host.controller);
    await settle();
  });
});
