import { InvalidArgumentError } from 'commander';
import { SPEED_RANGE } from '../../air/hub/control.js';
import { isSeed } from '../../air/hub/settings.js';

/** Metres on the virtual air. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

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
