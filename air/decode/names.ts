import { EventCode, LeEvent, Opcode, Status } from '../../lib/hci/constants.js';
import { VendorOpcode } from '../vendor.js';

/**
 * Names of HCI's numbers, made of the names of our own constants, so that what the controller learns has a
 * name here by itself; and of what other hosts and controllers say besides.
 */

const CAPITALS: ReadonlyMap<string, string> = new Map(
  ['ACL', 'ADDR', 'BD', 'DH', 'ID', 'IRK', 'LE', 'MIC', 'PHY', 'RF', 'RSSI', 'SID', 'TX'].map(
    (word) => [word.toLowerCase(), word],
  ),
);

/** `leReadRssi` in words: `le`, `read`, `rssi`. */
const words = (camelCase: string): string[] =>
  (camelCase.match(/[A-Z]?[a-z]+|[A-Z]\d*|\d+/g) ?? []).map((word) => word.toLowerCase());

/** As the specification writes names: `LE Read RSSI`. */
const title = (camelCase: string): string =>
  words(camelCase)
    .map((word) => CAPITALS.get(word) ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
    .replace('BD ADDR', 'BD_ADDR');

/** As people write reasons: `remote user terminated`. */
const sentence = (camelCase: string): string =>
  words(camelCase)
    .map((word) => CAPITALS.get(word) ?? word)
    .join(' ');

const namesOf = (
  table: Readonly<Record<string, number>>,
  style: (camelCase: string) => string,
): [number, string][] => Object.entries(table).map(([name, code]) => [code, style(name)]);

const COMMANDS: ReadonlyMap<number, string> = new Map([
  ...namesOf(Opcode, title),
  ...namesOf(VendorOpcode, (name) => `Vendor ${title(name)}`),
]);
const EVENTS: ReadonlyMap<number, string> = new Map(namesOf(EventCode, title));
const LE_EVENTS: ReadonlyMap<number, string> = new Map(
  namesOf(LeEvent, (name) => `LE ${title(name)}`),
);
/** Vol 1 Part F 1.3: ours, and others with which links end. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [0x05, 'authentication failure'],
  [0x15, 'remote device terminated: power off'],
  [0x1f, 'unspecified error'],
  [0x28, 'instant passed'],
  [0x3b, 'unacceptable connection parameters'],
  ...namesOf(Status, sentence),
]);

/** `0x0c03`, with as many digits as the number has bytes. */
export const hexNumber = (value: number, bytes = 1): string =>
  `0x${value.toString(16).padStart(2 * bytes, '0')}`;

export const commandName = (opcode: number): string =>
  COMMANDS.get(opcode) ?? `Command ${hexNumber(opcode, 2)}`;

export const eventName = (code: number): string => EVENTS.get(code) ?? `Event ${hexNumber(code)}`;

export const leEventName = (subevent: number): string =>
  LE_EVENTS.get(subevent) ?? `LE Event ${hexNumber(subevent)}`;

/** An error code or a reason. */
export const statusName = (status: number): string =>
  STATUSES.get(status) ?? `error ${hexNumber(status)}`;
