import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { toHex } from '../../../lib/platform/bytes.js';

let host: TestHost;

beforeEach(() => {
  const air = new VirtualAir({ seed: 'host start', clock: new SimClock() });
  host = new TestHost(air.controller());
});

/** Opcode and parameters of what is sent, and what comes back after the opcode. */
type Exchange = readonly [opcode: number, parameters: string, answer: string];

const RESET: Exchange = [0x0c03, '', '00'];
const VERSION: Exchange = [0x1001, '', '0009000009ffff0000'];
const FEATURES: Exchange = [0x1003, '', '000000000060000000'];
const LE_FEATURES: Exchange = [0x2003, '', '00ef51000000000000'];

const playedBack = async (exchanges: readonly Exchange[]): Promise<void> => {
  for (const [opcode, parameters, answer] of exchanges) {
    const [packet = '', ...more] = await host.exchange(opcode, parameters);
    const bytes = Buffer.from(packet, 'hex');
    expect([bytes.readUInt16LE(4), more]).toEqual([opcode, []]);
    expect(`${opcode.toString(16)}: ${packet.slice(12)}`).toBe(`${opcode.toString(16)}: ${answer}`);
  }
};

describe('what hosts send before anything else, in their order', () => {
  it('the Linux kernel to an LE-only controller', async () => {
    await playedBack([
      RESET,
      FEATURES,
      VERSION,
      [0x1009, '', `00${toHex(host.controller.identity.public.bytes)}`],
      [0x1002, '', `00${toHex(host.controller.supportedCommands())}`],
      LE_FEATURES,
      [0x2002, '', '00fb0008'],
      [0x201c, '', '00ffffffff3f020000'],
      // Events of LE-only controllers, and LE events of the features and commands found.
      [0x0c01, '90e8040200800020', '00'],
      [0x2001, 'ff1f0a0000000000', '00'],
      [0x204b, '', '00d800'],
      [0x200f, '', '0010'],
      [0x2010, '', '00'],
      [0x202a, '', '0010'],
      [0x2029, '', '00'],
      [0x202e, '8403', '00'],
      [0x202f, '', '00fb004808fb004808'],
      [0x2023, '', '001b004801'],
      [0x203b, '', '0004'],
      [0x2024, 'fb004808', '00'],
      [0x2031, '000303', '00'],
    ]);
  });

  it('Google bumble', async () => {
    await playedBack([
      RESET,
      [0x1002, '', `00${toHex(host.controller.supportedCommands())}`],
      VERSION,
      LE_FEATURES,
      FEATURES,
      [0x0c01, 'ffffffffffffff3f', '00'],
      [0x0c63, '0000000200000000', '00'],
      [0x2001, 'ffffffffffffffff', '00'],
      [0x1005, '', '00fb000008000000'],
      [0x2002, '', '00fb0008'],
      [0x2023, '', '001b004801'],
      [0x1009, '', `00${toHex(host.controller.identity.public.bytes)}`],
      [0x0c6d, '0100', '00'],
      [0x2005, '0102030405c6', '00'],
      [0x2029, '', '00'],
      [0x2027, '00'.repeat(23) + '11'.repeat(16), '00'],
      [0x202d, '01', '00'],
    ]);
  });
});
