import type { Presence, Report } from './broker.js';

/*
 * What is said as JSON. Whatever is not exactly that is undefined: brokers may be another's, and carry what they like.
 */

const MOST_ADVERTISED = 8;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What an advertisement has room for, twice over. */
const DATA = /^(?:[0-9a-f]{2}){0,64}$/;
const LINK = /^[0-9a-f]{16}$/;
const WORD = /^[\x21-\x7e]{1,64}$/;

export const OFFLINE: Presence = { online: false };

/** Empty is what is left of a car that was given up. */
export const parsePresence = (payload: Uint8Array): Presence | undefined => {
  if (payload.length === 0) return OFFLINE;
  const presence = parseObject(payload);
  if (presence?.['online'] === false) return OFFLINE;
  const advertises: unknown = presence?.['advertises'];
  if (presence?.['online'] !== true || !Array.isArray(advertises)) return undefined;
  if (advertises.length > MOST_ADVERTISED) return undefined;
  const sets = advertises.map(parseAdvertisement);
  return sets.every((set) => set !== undefined) ? { online: true, advertises: sets } : undefined;
};

const parseAdvertisement = (value: unknown): { uuid: string; data: string } | undefined => {
  if (!isRecord(value)) return undefined;
  const { uuid, data } = value;
  return matches(uuid, UUID) && matches(data, DATA) ? { uuid, data } : undefined;
};

export const parseReport = (payload: Uint8Array): Report | undefined => {
  const value = parseObject(payload);
  if (value === undefined) return undefined;
  const { report, link, command, commandId, outcome } = value;
  if (!matches(report, WORD) || !matches(link, LINK)) return undefined;
  if (!matches(command, WORD) || !matches(outcome, WORD)) return undefined;
  if (commandId === undefined) return { report, link, command, outcome };
  return matches(commandId, LINK) ? { report, link, command, commandId, outcome } : undefined;
};

/** A word as it is: the id of an object, the number of a report. */
export const parseWord = (payload: Uint8Array): string | undefined => {
  const text = payload.length > 64 ? '' : Buffer.from(payload).toString('latin1');
  return matches(text, WORD) ? text : undefined;
};

const parseObject = (payload: Uint8Array): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);
