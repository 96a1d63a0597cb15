import { hexNumber } from '../../lib/hci/text.js';

/** The fields of a packet that matter: plain values, ready for JSON. */
export type Fields = Readonly<Record<string, FieldValue>>;
/** What is no number, text or truth is told as text. */
export type FieldValue = string | number | boolean | readonly string[];

/** A list that a packet gives is told up to here. */
const MAX_ITEMS = 16;
const MAX_TEXT = 64;
const MAX_HEX_BYTES = 32;

/** What a stranger calls itself, made safe for a terminal and cut at 64 characters. */
export const printable = (text: string): string =>
  cut(text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd'), MAX_TEXT);

/** At most 32 bytes of hex. */
export const shortHex = (hex: string): string => cut(hex, 2 * MAX_HEX_BYTES);

/** At most 16 items, and a word about the others. */
export const shortList = (items: readonly string[]): string[] =>
  items.length > MAX_ITEMS
    ? [...items.slice(0, MAX_ITEMS), `and ${String(items.length - MAX_ITEMS)} more`]
    : [...items];

/**
 * `handle 0x000c, interval 7.5 ms, not enabled`: the unit is the end of a field's name. An
 * `attribute` is told by its value alone, and its `uuid` is only for machines.
 */
export const fieldsText = (fields: Fields): string =>
  Object.entries(fields).map(fieldText).filter(isNotEmpty).join(', ');

/** `LE Set Scan Enable: enabled`. */
export const namedText = (name: string, text: string): string =>
  text === '' ? name : `${name}: ${text}`;

const fieldText = ([name, value]: readonly [string, FieldValue]): string => {
  if (value === true) return spaced(name);
  if (value === false) return `not ${spaced(name)}`;
  if (name === 'uuid') return '';
  if (name === 'attribute') return String(value);
  if (typeof value === 'string') return `${spaced(name)} ${value}`;
  if (typeof value !== 'number') return value.join(', ');
  const [, what = name, unit = ''] = /^(.+?)(Ms|Dbm|Bytes|Metres)$/.exec(name) ?? [];
  if (name === 'bytes') return `${String(value)} B`;
  if (/handle$|^(start|end)$/i.test(name)) return `${spaced(name)} ${hexNumber(value, 2)}`;
  return `${spaced(what)} ${String(value)}${UNITS[unit] ?? ''}`;
};

const UNITS: Readonly<Record<string, string>> = {
  Ms: ' ms',
  Dbm: ' dBm',
  Bytes: ' B',
  Metres: ' m',
};

const spaced = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}...` : text;

const isNotEmpty = (text: string): boolean => text !== '';
