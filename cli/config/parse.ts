import { isIPv4, isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { MAX_WHO_BYTES } from '../../air/hub/control.js';
import { SPEED_RANGE } from '../../air/medium/motion.js';
import { isSeed } from '../../air/hub/settings.js';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const FARTHEST_M = 10_000;
const MAX_NAME_BYTES = 32;
const LONGEST_S = 86_400;
const LAST_SECOND = 2 ** 32 - 1;
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** @throws InvalidArgumentError saying what is needed, where `read` gives nothing */
const parser =
  <T>(needed: string, read: (text: string) => T | undefined) =>
  (text: string): T => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(needed);
    return value;
  };

const decimal = (text: string, most: number, least = -most): number | undefined =>
  NUMBER.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined;

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

/** `--timeout 2.5` in seconds. */
export const parseSeconds = parser(
  `A number of seconds is needed, more than 0 and at most ${String(LONGEST_S)}.`,
  (text) => decimal(text, LONGEST_S, Number.MIN_VALUE),
);

/** `90m`, `6h`, `30d` in seconds; also `+6h`, as other times from now are written. */
export const parseDuration = parser('A time is needed: 90m, 6h or 30d.', (text) => {
  const [, digits, unit = ''] = /^\+?(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_S[unit] ?? NaN);
  return seconds > 0 ? seconds : undefined;
});

/** `--at 3,-2.5` in metres. */
export const parsePosition = parser('Two numbers of metres are needed: x,y.', (text) => {
  const [x, y, ...rest] = text.split(',').map((part) => decimal(part.trim(), FARTHEST_M));
  return x === undefined || y === undefined || rest.length > 0 ? undefined : { x, y };
});

/** `--speed 1.4` in metres a second. */
export const parseSpeed = parser(
  `Metres in a second are needed, ${String(SPEED_RANGE.min)} to ${String(SPEED_RANGE.max)}.`,
  (text) => decimal(text, SPEED_RANGE.max, SPEED_RANGE.min),
);

/** A label, an advertised name or an address on the virtual air. */
export const parseWho = parser(
  'A name or an address is needed: key air list shows both.',
  (text) => (Buffer.byteLength(text) > MAX_WHO_BYTES ? undefined : filled(text)),
);

/** The seed of a virtual air. */
export const parseSeed = parser(
  'A seed has 1 to 64 letters, digits and signs, no spaces.',
  (text) => (isSeed(text) ? text : undefined),
);

/** A script's variable that is not set gives an empty directory, which would be the current one. */
export const parseDirectory = parser('A directory is needed.', filled);

/** A file to be written, or to be read more than once: `-` would be a surprise, as stdout or as a name. */
export const parseFile = parser(
  'A file is needed, and - is none here (./- is a file of that name).',
  (text) => (text === '-' ? undefined : filled(text)),
);

/** A file that is read once, or `-` for stdin. */
export const parseSource = parser('A file is needed, or - for stdin.', filled);

/** The name of a simulated car or a key card, as it is shown and told to phones. */
export const parseName = (text: string): string => {
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
export const parseSlot = parser('A slot number is needed.', (text) =>
  /^\d{1,3}$/.test(text) ? Number(text) : undefined,
);

/** The same, or the key of this phone. */
export const parseSlotOrOwn = (text: string): number | 'own' =>
  text === 'own' ? text : parseSlot(text);

/** Where HCI is served: over TCP (port 0 is any free one), or at a Unix socket. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** `--h4 6402`, `localhost:6402`, `127.0.0.1:6402`, `[::1]:6402`, or `unix:air.sock`. */
export const parseEndpoint = parser(
  'A port, an address and a port, or a path is needed: 6402, localhost:6402, [::1]:6402, unix:PATH.',
  (text): Endpoint | undefined => {
    const [, path] = /^unix:(.+)$/s.exec(text) ?? [];
    if (path !== undefined) return { path };
    const [, v6, v4 = 'localhost', digits] =
      /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(text) ?? [];
    // The name is only ever this machine; what other names mean is for others to say.
    const host = v6 ?? (v4 === 'localhost' ? '127.0.0.1' : v4);
    const port = Number(digits);
    const isAddress = v6 === undefined ? isIPv4(host) : isIPv6(host);
    return isAddress && port <= 0xffff ? { host, port } : undefined;
  },
);

/** `--until +2h` or `--until 2026-05-01T18:00` in seconds since 1970; without a zone, of this machine's. */
export const parseTime = parser(
  'A time is needed: +30m, +2h, +3d, +1w from now, or 2026-05-01T18:00 (add Z for UTC).',
  (text) => {
    const [, count, unit = ''] = /^\+(\d{1,6})([mhdw])$/.exec(text) ?? [];
    const seconds =
      count === undefined
        ? parseIso(text)
        : Math.floor(Date.now() / 1000) + Number(count) * (UNIT_S[unit] ?? NaN);
    return seconds >= 0 && seconds < LAST_SECOND ? seconds : undefined;
  },
);

/** NaN for what is no time. */
const parseIso = (text: string): number => {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return NaN;
  // A date alone would be taken for UTC.
  return Math.floor(Date.parse(text.length === 10 ? `${text}T00:00` : text) / 1000);
};

/** A whole number from 0 to `most`. */
export const parseCount = (most: number) =>
  parser(`A whole number from 0 to ${String(most)} is needed.`, (text) =>
    /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined,
  );

/** Links of one controller at one time, which HCI counts in a byte. */
export const parseLinks = parser('A number from 1 to 255 is needed.', (text) => {
  const links = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return links >= 1 && links <= 255 ? links : undefined;
});
