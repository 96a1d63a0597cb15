import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { COMMANDS } from '../../../air/controller/commands.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { setParameters } from './extended-host.js';
import { TestHost } from './test-host.js';
import { LeSetAdvertisingEnable } from '../../../lib/hci/commands/advertising.js';
import { LeSetExtendedAdvertisingParameters } from '../../../lib/hci/commands/extended-advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import {
  LeReadLocalFeatures,
  ReadSupportedCommands,
} from '../../../lib/hci/commands/information.js';
import { bytes, completed } from '../../support/hci-packets.js';

let air: VirtualAir;
let host: TestHost;

const LEGACY = [0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x200b, 0x200c, 0x200d];
const EXTENDED = [
  0x2035, 0x2036, 0x2037, 0x2038, 0x2039, 0x203a, 0x203b, 0x203c, 0x203d, 0x2041, 0x2042, 0x2043,
];

/** Status of the answer to a command that has zeros for parameters. */
const status = async (opcode: number): Promise<string> => {
  const { least } = COMMANDS.get(opcode)!.declared.parameters;
  const [answer = ''] = await host.exchange(opcode, '00'.repeat(least));
  return answer.startsWith('040f') ? answer.slice(6, 8) : answer.slice(12, 14);
};

beforeEach(() => {
  air = new VirtualAir({ seed: 'families', clock: new SimClock() });
  host = new TestHost(air.controller());
});

describe('legacy and extended advertising commands', () => {
  it('exclude each other until a reset', async () => {
    for (const [mine, others] of [
      [LEGACY, EXTENDED],
      [EXTENDED, LEGACY],
    ] as const) {
      for (const first of mine) {
        await host.exchange(Reset);
        expect(await status(first)).not.toBe('0c');
        for (const other of others) expect(await status(other)).toBe('0c');
      }
    }
  });

  it('do not count when they have the wrong length', async () => {
    await host.exchange(LeSetAdvertisingEnable.opcode, '');
    expect(await host.exchange(LeSetExtendedAdvertisingParameters, setParameters())).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
    ]);
  });

  it('are all that excludes each other', async () => {
    for (const family of ['legacy', 'extended']) {
      const opcodes = [...COMMANDS].filter(([, command]) => command.family === family);
      const expected = family === 'legacy' ? LEGACY : EXTENDED;
      expect(opcodes.map(([opcode]) => opcode).sort()).toEqual(expected);
    }
  });
});

describe('a controller without extended advertising', () => {
  beforeEach(() => {
    host = new TestHost(air.controller({ extendedAdvertising: false }));
  });

  it('does not know its commands, and does not claim the feature', async () => {
    for (const opcode of EXTENDED) expect(await status(opcode)).toBe('01');
    expect(await host.exchange(LeReadLocalFeatures)).toEqual([
      completed(LeReadLocalFeatures, { features: bytes('ef41000000000000') }),
    ]);
    const [packet = ''] = await host.exchange(ReadSupportedCommands);
    const bitmap = Buffer.from(packet, 'hex').subarray(7);
    // 36.1 to 37.1 and 37.5 to 37.7.
    expect(bitmap.readUInt8(36) & 0xfe).toBe(0);
    expect(bitmap.readUInt8(37)).toBe(0);
    expect(bitmap.readUInt8(26)).toBe(0xff);
  });

  it('takes legacy ones after that', async () => {
    await status(LeSetExtendedAdvertisingParameters.opcode);
    for (const opcode of LEGACY) expect(await status(opcode)).not.toBe('0c');
  });
});
