import { describe, expect, it } from '@jest/globals';
import { commandName, eventName, leEventName } from '../../../../air/decode/hci-events.js';
import { HCI_COMMANDS } from '../../../../lib/hci/commands/index.js';
import { EVENTS } from '../../../../lib/hci/events/index.js';
import { statusName } from '../../../../lib/hci/status.js';
import { Status } from '../../../../lib/hci/constants.js';

describe('names of HCI', () => {
  it('are those of the specification', () => {
    expect(commandName(0x0c03)).toBe('Reset');
    expect(commandName(0x1009)).toBe('Read BD_ADDR');
    expect(commandName(0x1405)).toBe('Read RSSI');
    expect(commandName(0x2008)).toBe('LE Set Advertising Data');
    expect(commandName(0x0c63)).toBe('Set Event Mask Page 2');
    expect(commandName(0x2025)).toBe('LE Read Local P256 Public Key');
    expect(commandName(0x204c)).toBe('LE Read RF Path Compensation');
    expect(commandName(0xfc02)).toBe('Vendor Set Label');
    expect(eventName(0x13)).toBe('Number Of Completed Packets');
    expect(leEventName(0x0c)).toBe('LE PHY Update Complete');
    expect(statusName(0x13)).toBe('remote user terminated');
    expect(statusName(0x3d)).toBe('MIC failure');
  });

  it('are numbers where there is none', () => {
    expect(commandName(0xfdff)).toBe('Command 0xfdff');
    expect(eventName(0xab)).toBe('Event 0xab');
    expect(leEventName(0xcd)).toBe('LE Event 0xcd');
    expect(statusName(0xef)).toBe('error 0xef');
  });

  it('exist for all that our controller knows, each another one', () => {
    const named = [
      ...[...HCI_COMMANDS.keys()].map(commandName),
      ...EVENTS.map(({ code, subevent }) =>
        subevent === undefined ? eventName(code) : leEventName(subevent),
      ),
      ...Object.values(Status).map(statusName),
    ];
    expect(named.filter((name) => /0x/.test(name))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });
});
