import { as, bytes, u16, u8, untold } from './fields.js';
import { statusName } from './status.js';
import { addressText } from './text.js';

/** Fields that many packets have (Vol 4 Part E 5.2 and 5.4). */

/** The 12 bits of a connection handle. */
export const HANDLE_MASK = 0x0fff;

export const status = as('status', u8(), statusName);
export const reason = as('reason', u8(), statusName);

/** Of a link; bits above the 12 are not told. */
export const handle = as('handle', u16({ max: 0x0eff }), (value) => value & HANDLE_MASK);
export const untoldHandle = u16({ max: 0x0eff });

const isNotZero = (value: number): boolean => value !== 0;

/** 0 or 1. */
export const enable = as('enabled', u8({ max: 1 }), isNotZero);

/** 6 bytes, little-endian. */
export const address = as('address', bytes(6), addressText);

/** 0 public, 1 random; some commands know more. */
export const addressType = (max: number): typeof status =>
  as('addressType', u8({ max }), (value) => (value === 0 ? 'public' : 'random'));

/** Public and random, and the same for an identity behind a private address. */
export const ownAddressType = u8({ max: 3 });

/** A peer that is named by its identity. */
export const peerIdentity = { addressType: addressType(1), address };

/** In units of 1.25 ms: intervals of links. */
const linkInterval = (name: string, min: number): typeof handle =>
  as(name, u16({ min, max: 0x0c80 }), (value) => value * 1.25);

/** In units of 0.625 ms: intervals of advertising and scanning. */
export const slots = (name: string, max: number, min = 0x0004): typeof handle =>
  as(name, u16({ min, max }), (value) => value * 0.625);

const latency = as('latency', u16({ max: 0x01f3 }));
/** Supervision timeouts, in units of 10 ms. */
const timeout = (min: number): typeof handle =>
  as('timeoutMs', u16({ min, max: 0x0c80 }), (value) => value * 10);

/** The parameters of a link, 6 bytes; zeros where there is none. */
export const linkParameterFields = {
  interval: linkInterval('intervalMs', 0),
  latency,
  timeout: timeout(0),
};

/** What is asked for, 8 bytes. */
export const wantedParameters = {
  intervalMin: linkInterval('intervalMinMs', 0x0006),
  intervalMax: linkInterval('intervalMaxMs', 0x0006),
  latency,
  timeout: timeout(0x000a),
};

const eventLengths = { eventLengthMin: u16(), eventLengthMax: u16() };

/** The same with the lengths of connection events in units of 0.625 ms, 12 bytes. */
export const toldParameters = { ...wantedParameters, ...eventLengths };
export const connectionParameters = { ...untold(wantedParameters), ...eventLengths };

/** What a link layer tells its peer of itself. */
export const linkVersion = { version: u8(), company: u16(), subversion: u16() };

/** Most data in a packet (octets), and the time that it may take (microseconds). */
export const dataLength = {
  octets: u16({ min: 27, max: 251 }),
  time: u16({ min: 328, max: 17_040 }),
};
