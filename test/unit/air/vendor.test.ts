import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualAir } from '../../../air/index.js';
import {
  MAX_LABEL_BYTES,
  VendorSetLabel,
  VendorSetPeripheralLinks,
  VendorSetPosition,
  VendorSetTxPower,
  isVendorPacket,
  setDefaultPositionCommand,
  setLabelCommand,
  setPeripheralLinksCommand,
  setPositionCommand,
  setTxPowerCommand,
} from '../../../air/vendor.js';
import { TestHost } from './test-host.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { answered, completed } from '../../support/hci-packets.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';

describe('vendor commands', () => {
  it('have this form', () => {
    expect(toHex(setPositionCommand(1.5, -0.01))).toBe('0101fc0896000000ffffffff');
    expect(toHex(setDefaultPositionCommand(1.5, -0.01))).toBe('0104fc0896000000ffffffff');
    expect(toHex(setLabelCommand('car'))).toBe('0102fc03636172');
    expect(toHex(setTxPowerCommand(-4))).toBe('0103fc01fc');
    expect(toHex(setPeripheralLinksCommand(3))).toBe('0105fc0103');
  });

  it('bound a position, whatever number is given', () => {
    for (const [metres, centimetres] of [
      [Infinity, 0x7fffffff],
      [-1e300, -0x7fffffff],
      [Number.NaN, 0],
    ] as const) {
      expect(Buffer.from(setPositionCommand(metres, 0)).readInt32LE(4)).toBe(centimetres);
    }
  });

  it('cut a label to 32 bytes of whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (label) => {
        const bytes = setLabelCommand(label).subarray(4);
        expect(bytes.length).toBeLessThanOrEqual(MAX_LABEL_BYTES);
        expect(label.startsWith(Buffer.from(bytes).toString('utf8'))).toBe(true);
      }),
    );
    expect(Buffer.from(setLabelCommand('é'.repeat(17)).subarray(4)).toString()).toBe(
      'é'.repeat(16),
    );
  });

  it('and their answers are told from what else there is', async () => {
    const host = new TestHost(new VirtualAir({ seed: 'vendor' }).controller());
    const commands = [setPositionCommand(1, 1), setDefaultPositionCommand(1, 1)];
    commands.push(setLabelCommand('car'), setTxPowerCommand(0), setPeripheralLinksCommand(1));
    for (const command of commands) host.controller.send(command);
    const answers = (await host.packets()).map((packet) => Buffer.from(packet, 'hex'));
    expect(answers).toHaveLength(commands.length);
    for (const packet of [...commands, ...answers]) expect(isVendorPacket(packet)).toBe(true);
    for (const other of [
      '',
      '01',
      toHex(Reset.packet({})),
      toHex(commandPacket(0xfdff, Buffer.alloc(0))),
      completed(Reset),
      answered(VendorSetPosition),
      '02',
    ]) {
      expect(isVendorPacket(Buffer.from(other, 'hex'))).toBe(false);
    }
  });

  it('set label, place and links of the controller', async () => {
    const host = new TestHost(new VirtualAir({ seed: 'vendor' }).controller());
    host.controller.send(setLabelCommand('car'));
    host.controller.send(setPositionCommand(1.5, -2));
    host.controller.send(setTxPowerCommand(-40));
    host.controller.send(setPeripheralLinksCommand(3));
    host.controller.send(setPeripheralLinksCommand(0));
    expect(await host.packets()).toEqual([
      completed(VendorSetLabel),
      completed(VendorSetPosition),
      completed(VendorSetTxPower),
      completed(VendorSetPeripheralLinks),
      completed(VendorSetPeripheralLinks, { status: 0x12 }),
    ]);
    const { label, position, station, peripheralLinks } = host.controller;
    expect([label, position, station.txPower, peripheralLinks]).toEqual([
      'car',
      { x: 1.5, y: -2 },
      -40,
      3,
    ]);
  });
});
