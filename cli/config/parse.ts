import { InvalidArgumentError } from 'commander';
import type { Position } from '../../air/index.js';
import { SPEED_RANGE } from '../../air/hub/control.js';
import { isSeed } from '../../air/hub/settings.js';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const FARTHEST_M = 10_000;
const MAX_NAME_BYTES = 32;

const LONGEST_S = 86_400;

/** `--timeout 2.5` in seconds. */
export const parseSeconds = (text: string): number => {
  const seconds = Number(text);
  if (!NUMBER.test(text) || seconds <= 0 || seconds > LONGEST_S) {
    throw new InvalidArgumentError(
      `A number of seconds is needed, more than 0 and at most ${String(LONGEST_S)}.`,
    );
  }
  return seconds;
};

const UNIT_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90m`, `6h`, `30d` in seconds; also `+6h`, as other times from now are written. */
export const parseDuration = (text: string): number => {
  const [, digits, unit] = /^\+?(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * UNIT_S[(unit ?? 's') as keyof typeof UNIT_S];
  if (!(seconds > 0)) throw new InvalidArgumentError('A time is needed: 90m, 6h or 30d.');
  return seconds;
};

/** `--at 3,-2.5` in metres. */
export const parsePosition = (text: string): Position => {
  const [x, y, ...rest] = text.split(',').map((part) => part.trim());
  const valid = (part: string | undefined): part is string =>
    part !== undefined && NUMBER.test(part) && Math.abs(Number(part)) <= FARTHEST_M;
  if (!valid(x) || !valid(y) || rest.length > 0) {
    throw new InvalidArgumentError('Two numbers of metres are needed: x,y.');
  }
  return { x: Number(x), y: Number(y) };
};

/** `--speed 1.4` in metres a second. */
export const parseSpeed = (text: string): number => {
  const speed = Number(text);
  const { min, max } = SPEED_RANGE;
  if (!NUMBER.test(text) || speed < min || speed > max) {
    throw new InvalidArgumentError(
      `Metres in a second are needed, ${String(min)} to ${String(max)}.`,
    );
  }
  return speed;
};

/** A label or an address on the virtual air. */
export const parseWho = (text: string): string => {
  if (text === '' || Buffer.byteLength(text) > MAX_NAME_BYTES) {
    throw new InvalidArgumentError('A name or an address is needed: key air list shows both.');
  }
  return text;
};

/** The seed of a virtual air. */
export const parseSeed = (text: string): string => {
  if (!isSeed(text)) {
    throw new InvalidArgumentError('A seed has 1 to 64 letters, digits and signs, no spaces.');
  }
  return text;
};

/** A script's variable that is not set gives an empty directory, which would be the current one. */
export const parseDirectory = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('A directory is needed.');
  return text;
};

export const parseFile = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('A file is needed.');
  return text;
};

/** The name of a simulated car, as it is shown and told to phones. */
export const parseCarName = (text: string): string => {
  const bytes = Buffer.byteLength(text);
  if (
    bytes === 0 ||
    bytes > MAX_NAME_BYTES ||
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s*$/u.test(text)
  ) {
    throw new InvalidArgumentError(
      `A name has 1 to ${String(MAX_NAME_BYTES)} bytes (this one: ${String(bytes)}), no control characters, and is not blank.`,
    );
  }
  return text;
};

/** A slot of the car, as `key keys list` shows it. */
export const parseSlot = (text: string): number => {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('A slot number is needed.');
  return Number(text);
};

/** Where a server listens; port 0 is any free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `--h4 127.0.0.1:6402`, or with IPv6 `[::1]:6402`. */
export const parseEndpoint = (text: string): Endpoint => {
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4;
  const port = Number(digits);
  if (host === undefined || port > 0xffff) {
    throw new InvalidArgumentError('An address and a port are needed: 127.0.0.1:6402.');
  }
  return { host, port };
};

const UNITS = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const LAST_SECOND = 2 ** 32 - 1;

/** `--until +2h` or `--until 2026-05-01T18:00` in seconds since 1970; without a zone, of this machine's. */
export const parseTime = (text: string): number => {
  const [, count, unit] = /^\+(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const seconds =
    count === undefined
      ? parseIso(text)
      : Math.floor(Date.now() / 1000) + Number(count) * UNITS[unit as keyof typeof UNITS];
  if (seconds === undefined || seconds < 0 || seconds >= LAST_SECOND) {
    throw new InvalidArgumentError(
      'A time is needed: +30m, +2h, +3d, +1w from now, or 2026-05-01T18:00 (add Z for UTC).',
    );
  }
  return seconds;
};

const parseIso = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined;
  // A date alone would be taken for UTC.
  const milliseconds = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
};

/** A whole number from 0 to `most`. */
export const parseCount =
  (most: number) =>
  (text: string): number => {
    if (!/^\d{1,9}$/.test(text) || Number(text) > most) {
      throw new InvalidArgumentError(`A whole number from 0 to ${String(most)} is needed.`);
    }
    return Number(text);
  };
