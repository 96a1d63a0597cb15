import { base64 } from '@scure/base';
import { PhoneKeyError } from '../errors.js';
import { fromHex } from '../platform/bytes.js';
import { isJsonObject } from '../platform/json.js';
import type { ServiceAdvertisement } from './car-channel.js';

/** What a cloud answers, read strictly: what is missing or of another form is `cloud.malformed`; what is new is ignored. */

/** What a token lets its bearer do. */
export const CLOUD_SCOPES = ['account', 'cars', 'command', 'share', 'log', 'events'] as const;
/** One of them. */
export type CloudScope = (typeof CLOUD_SCOPES)[number];

/** A token of an account, without its secret. */
export interface CloudToken {
  /** For `deleteToken`; no secret. */
  readonly id: string;
  /** What its bearer may do. */
  readonly scopes: readonly CloudScope[];
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  /** What it is for, as whoever made it said. */
  readonly label: string | undefined;
}

/** A token that was just made: this once with its secret. */
export interface NewCloudToken extends CloudToken {
  /** Whoever has it may do what its scopes say. */
  readonly token: string;
}

/** A car that has registered itself: what it keeps, and what its owner claims it with. */
export interface CarRegistration {
  /** The id of the car. */
  readonly car: string;
  /** What it connects with. */
  readonly secret: string;
  /** Shown to its owner, who types it: good once. */
  readonly claimCode: string;
  /** ISO 8601, UTC. */
  readonly claimExpiresAt: string;
  /** Where it connects, by MQTT. */
  readonly brokerUrl: string;
}

/** A car that an account may reach. */
export interface CloudCar {
  /** For the calls that are about one car; 1 to 64 letters, digits, dashes and underscores. */
  readonly id: string;
  /** As the car told the cloud when it registered. */
  readonly name: string;
  /** What the account is to it in the cloud; says nothing of keys. */
  readonly membership: 'owner' | 'member';
  /** Whether it is connected to the cloud. */
  readonly online: boolean;
  /** By which phones that have a key know it; says nothing to the cloud. */
  readonly advertises: readonly ServiceAdvertisement[];
}

/** One line of the log of a car. */
export interface CloudLogEntry {
  /** For `before`. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of whose link it was; undefined where the cloud does not know any more. */
  readonly account: string | undefined;
  /** The cloud opened a link, or the car tells what it was asked. */
  readonly kind: 'link-opened' | 'command';
  /** Its name, such as `unlock`. */
  readonly command: string | undefined;
  /** 16 hex digits; undefined where it had none. */
  readonly commandId: string | undefined;
  /** `done`, or the refusal. */
  readonly outcome: string | undefined;
}

/** A signed object that the cloud keeps: a grant, or a part of a revocation list. */
export interface CloudObject {
  /** The same bytes for the same recipient have the same. */
  readonly id: string;
  /** As a phone has signed them; the cloud cannot tell whether they are good. */
  readonly bytes: Uint8Array;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** The car that it is about; undefined where that was asked for. */
  readonly car: string | undefined;
}

/** Takes a value from JSON. @throws PhoneKeyError `cloud.malformed` */
export type Read<T> = (value: unknown) => T;

const malformed = (): PhoneKeyError =>
  new PhoneKeyError('cloud.malformed', 'what the cloud answered is not understood');

const MAX_TEXT = 256;
const MAX_LIST = 10_000;
/** The longest object that is relayed, in bytes. */
const MAX_OBJECT = 65_536;

const matching =
  (pattern: RegExp): Read<string> =>
  (value) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw malformed();
    return value;
  };

/** For people: what would move a terminal's cursor is shown as what it is. */
export const printable = (text: string): string =>
  text.slice(0, MAX_TEXT).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');

const text: Read<string> = (value) => {
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw malformed();
  return printable(value);
};

export const ID = /^[0-9A-Za-z_-]{1,64}$/;
const id = matching(ID);
const time = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/);
/** What may stand in a header or a URL. */
const secret = matching(/^[\x21-\x7e]{8,512}$/);

const oneOf =
  <T extends string>(words: readonly T[]): Read<T> =>
  (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw malformed();
    return found;
  };

const maybe =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value) =>
    value === undefined || value === null ? undefined : read(value);

const listOf =
  <T>(read: Read<T>, most = MAX_LIST): Read<readonly T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > most) throw malformed();
    return value.map((each: unknown) => read(each));
  };

/** An object with these fields; others are left out. */
const record =
  <T extends object>(fields: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> =>
  (value) => {
    if (!isJsonObject(value)) throw malformed();
    const read = Object.entries<Read<unknown>>(fields).map(([name, field]) => [
      name,
      field(Object.hasOwn(value, name) ? value[name] : undefined),
    ]);
    return Object.fromEntries(read) as T;
  };

/** Base64 with padding, at most so many bytes. */
const bytes =
  (most: number): Read<Uint8Array> =>
  (value) => {
    if (typeof value !== 'string' || value.length > Math.ceil(most / 3) * 4) throw malformed();
    try {
      const decoded = base64.decode(value);
      if (decoded.length <= most) return decoded;
    } catch {
      // It is none.
    }
    throw malformed();
  };

const online: Read<boolean> = (value) => {
  if (typeof value !== 'boolean') throw malformed();
  return value;
};

/** Data of an advertisement fit 31 bytes. */
const advertisedData: Read<string> = (value) => {
  if (typeof value !== 'string' || value.length > 62) throw malformed();
  if (fromHex(value) === undefined) throw malformed();
  return value;
};

const uuid = matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const MAX_SERVICES = 8;
const MAX_SCOPES = 32;

const tokenFields = {
  id,
  scopes: listOf(oneOf(CLOUD_SCOPES), MAX_SCOPES),
  expiresAt: time,
  label: maybe(text),
};
const object = record<CloudObject>({
  id,
  bytes: bytes(MAX_OBJECT),
  createdAt: time,
  car: maybe(id),
});

export const READ = {
  token: record<NewCloudToken>({ ...tokenFields, token: secret }),
  tokens: record({ tokens: listOf(record<CloudToken>(tokenFields)) }),
  registration: record<CarRegistration>({
    car: id,
    secret,
    claimCode: matching(/^[0-9A-Za-z-]{1,64}$/),
    claimExpiresAt: time,
    brokerUrl: matching(/^(?:mqtts?|wss?):\/\/[\x21-\x7e]{1,256}$/),
  }),
  claimed: record<Pick<CloudCar, 'id' | 'name'>>({ id, name: text }),
  cars: record({
    cars: listOf(
      record<CloudCar>({
        id,
        name: text,
        membership: oneOf(['owner', 'member']),
        online,
        advertises: listOf(
          record<ServiceAdvertisement>({ uuid, data: advertisedData }),
          MAX_SERVICES,
        ),
      }),
    ),
  }),
  commands: record({
    commands: listOf(
      record<CloudLogEntry>({
        id,
        at: time,
        account: maybe(text),
        kind: oneOf(['link-opened', 'command']),
        command: maybe(text),
        commandId: maybe(matching(/^[0-9a-f]{16}$/)),
        outcome: maybe(text),
      }),
    ),
  }),
  kept: record({ id }),
  objects: record({ objects: listOf(object) }),
  opened: record({ link: matching(/^[0-9a-f]{16}$/) }),
  frame: record({ frame: bytes(1024) }),
  closed: record<{ readonly reason: 'car' | 'offline' | 'service' }>({
    reason: oneOf(['car', 'offline', 'service']),
  }),
} as const;
