import { isIPv4, isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { MAX_WHO_BYTES } from '../../air/hub/control.js';
import { SPEED_RANGE } from '../../air/medium/motion.js';
import { isSeed } from '../../air/hub/settings.js';
import { cloudUrl } from '../cloud/url.js';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const FARTHEST_M = 10_000;
const MAX_NAME_BYTES = 32;
const LONGEST_S = 86_400;
/** Ten years: more, a car refuses. */
const LONGEST_DAYS = 3660;
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

/** As people write one: no exponent, no hex, no spaces; there is no -0. */
const decimal = (text: string, most: number, least = -most): number | undefined =>
  NUMBER.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) + 0 : undefined;

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

/** `--timeout 2.5` in seconds. */
export const parseSeconds = parser(
  `A number of seconds is needed, more than 0 and at most ${String(LONGEST_S)}.`,
  (text) => decimal(text, LONGEST_S, Number.MIN_VALUE),
);

/** `90m`, `6h`, `30d` in seconds; also `+6h`, as other times from now are written. */
export const parseDuration = parser(
  `A time is needed: 90m, 6h or 30d, at most ${String(LONGEST_DAYS)}d.`,
  (text) => {
    const [, digits, unit = ''] = /^\+?(\d{1,6})([smhd])$/.exec(text) ?? [];
    const seconds = Number(digits) * (UNIT_S[unit] ?? NaN);
    return seconds > 0 && seconds <= LONGEST_DAYS * 86_400 ? seconds : undefined;
  },
);

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

/** The name of a paired car. */
export const parsePaired = parser('The name of a paired car is needed.', filled);

/** The name of a simulated car. */
export const parseCar = (text: string): string => parseName(text);

/** The name of a key fob. */
export const parseFob = (text: string): string => parseName(text);

/** A URI, a file with one, or `-`. */
export const parseSource = parser('A URI, a file or - is needed.', filled);

/** A label, an advertised name or an address on the virtual air. */
export const parseWho = parser(
  'A name or an address is needed: key air list shows both.',
  (text) => (Buffer.byteLength(text) > MAX_WHO_BYTES ? undefined : filled(text)),
);

/**
 * The address of a cloud, without a slash at its end. What is sent there is a secret (a token), so that it goes over TLS,
 * or stays on this machine.
 */
export const parseCloudUrl = parser(
  'An address is needed, as https://cloud.example; http:// is for this machine alone.',
  cloudUrl,
);

/** `--port 8420`; 0 is any free one. */
export const parsePort = parser('A port is needed, from 0 (any free one) to 65535.', (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 0xffff ? Number(text) : undefined,
);

/** The name of an account in the cloud. */
export const parseAccount = parser(
  'A name of 1 to 64 small letters, digits, dots, dashes and underscores is needed.',
  (text) => (/^[a-z0-9._-]{1,64}$/.test(text) ? text : undefined),
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
export const parseCapture = parser('A file is needed, or - for stdin.', filled);

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

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * NaN for what is not written as a time.
 * @throws InvalidArgumentError for one that no calendar or clock shows: 30 February, 24:00, or the hour that is
 *   left out when summer time begins here. Of an hour that comes twice it is the first.
 */
const parseIso = (text: string): number => {
  const [all, ...parts]: (string | undefined)[] = ISO.exec(text) ?? [];
  if (all === undefined) return NaN;
  const [year = 0, month = 0, ...rest] = parts.slice(0, 6).map((part) => Number(part ?? 0));
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  const zone = parts[6];
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date takes a day too many for one of the next month.
  const local = zone === undefined ? new Date(year, month - 1, day, hour, minute, second) : utc;
  const shown = zone === undefined ? isoOfPlace(local) : utc.toISOString();
  const offset = zoneMinutes(zone);
  if (!shown.startsWith(writtenOut(parts)) || Number.isNaN(offset)) {
    throw new InvalidArgumentError('There is no such day, or no such time on it.');
  }
  return local.getTime() / 1000 - offset * 60;
};

/** `2026-05-01T18:00:00` of what `ISO` found. */
const writtenOut = ([year, month, day, ...time]: readonly (string | undefined)[]): string => {
  const clock = [0, 1, 2].map((unit) => time[unit] ?? '00').join(':');
  return `${String(year)}-${String(month)}-${String(day)}T${clock}`;
};

/** As a clock here shows it. */
const isoOfPlace = (date: Date): string =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();

/** What `+02:00` is ahead of UTC, in minutes; no place is 15 hours off. */
const zoneMinutes = (zone = 'Z'): number => {
  if (zone === 'Z') return 0;
  const [hours = NaN, minutes = NaN] = zone.slice(1).split(':').map(Number);
  if (hours > 14 || minutes > 59) return NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
};

/** A whole number from `least` to `most`. */
export const parseCount = (most: number, least = 0) =>
  parser(`A whole number from ${String(least)} to ${String(most)} is needed.`, (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? Number(text)
      : undefined,
  );

/** Links of one controller at one time, which HCI counts in a byte. */
export const parseLinks = parser('A number from 1 to 255 is needed.', (text) => {
  const links = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return links >= 1 && links <= 255 ? links : undefined;
});
/** What a shell may complete. */
export type Completes =
  'files' | 'directories' | 'paired cars' | 'simulated cars' | 'key fobs' | 'devices';

/** By the function that reads it. */
export const COMPLETES: ReadonlyMap<unknown, Completes> = new Map<unknown, Completes>([
  [parseFile, 'files'],
  [parseSource, 'files'],
  [parseCapture, 'files'],
  [parseDirectory, 'directories'],
  [parsePaired, 'paired cars'],
  [parseCar, 'simulated cars'],
  [parseFob, 'key fobs'],
  [parseWho, 'devices'],
]);
