import { PhoneKeyError } from '../lib/errors.js';
import { check, needed, text as anyText } from '../lib/platform/check.js';
import type { AclBuffers } from './controller/context.js';
import { ConnectionRole } from '../lib/hci/constants.js';
import type { Faults } from './medium/faults.js';

/** What goes wrong on an air on purpose: on the medium, and in its controllers. */
export interface AirFaults extends Faults {
  /** Of every controller that does not say otherwise; 27 x 1 is the least that the specification allows. */
  readonly buffers?: AclBuffers;
}

const A_TEXT = needed(anyText);
const LONGEST_DELAY_MS = 60_000;
const MOST_FRAGMENTS = 1_000_000;

/**
 * Faults as one writes them on a command line: `loss=0.1,stall=peripheral:3`.
 * @throws PhoneKeyError `usage.invalid`
 */
export const parseFaults = (text: string): AirFaults => {
  check('faults', text, A_TEXT);
  return Object.assign({}, ...text.split(',').map(parseFault)) as AirFaults;
};

const parseFault = (text: string): AirFaults => {
  const [name = '', value = '', ...rest] = text.trim().split('=');
  if (!Object.hasOwn(FAULTS, name) || rest.length > 0) {
    const names = Object.values(FAULTS).map(([example]) => example);
    throw new PhoneKeyError('usage.invalid', `${JSON.stringify(text)} is not a fault`, {
      hint: `The faults are ${names.join(', ')}.`,
    });
  }
  const [example, parse] = FAULTS[name as keyof typeof FAULTS];
  const fault = parse(value);
  if (fault !== undefined) return fault;
  throw new PhoneKeyError('usage.invalid', `${JSON.stringify(value)} is not a value of ${name}`, {
    hint: `An example: ${example}.`,
  });
};

/** By name: an example, and how a value is read; undefined for one that is none. */
const FAULTS = {
  loss: ['loss=0.1', (value) => within({ loss: parseShare(value) })],
  drop: ['drop=0.01', (value) => within({ drop: parseShare(value) })],
  duplicate: ['duplicate=0.01', (value) => within({ duplicate: parseShare(value) })],
  delay: [
    'delay=0.1:50',
    (value) => {
      const [share, ms] = pair(value, ':');
      const delay = { share: parseShare(share), ms: integer(ms, 1, LONGEST_DELAY_MS) };
      return within(delay) && { delay };
    },
  ],
  cut: ['cut=5', (value) => within({ cut: integer(value, 1, MOST_FRAGMENTS) })],
  stall: [
    'stall=peripheral:3',
    (value) => {
      const [name, count] = pair(value, ':');
      if (name !== 'central' && name !== 'peripheral') return undefined;
      const stall = { role: ConnectionRole[name], after: integer(count, 0, MOST_FRAGMENTS) };
      return within(stall) && { stall };
    },
  ],
  mtu: ['mtu=23', (value) => within({ mtu: integer(value, 23, 517) })],
  buffers: [
    'buffers=27x1',
    (value) => {
      const [length, count] = pair(value, 'x');
      const buffers = { length: integer(length, 27, 251), count: integer(count, 1, 255) };
      return within(buffers) && { buffers };
    },
  ],
} satisfies Record<string, [example: string, parse: (value: string) => AirFaults | undefined]>;

/** The values, where each is a number that is within its bounds. */
const within = <T extends object>(values: T): T | undefined =>
  Object.values(values).some(Number.isNaN) ? undefined : values;

const parseShare = (text: string): number => {
  const share = /^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : NaN;
  return share <= 1 ? share : NaN;
};

const integer = (text: string, least: number, most: number): number => {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : NaN;
};

const pair = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
};
