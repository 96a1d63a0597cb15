import { MAX_ADVERTISING_DATA } from '../../lib/hci/constants.js';
import { toHex } from '../../lib/platform/bytes.js';
import { isJsonObject } from '../../lib/platform/json.js';
import {
  boolean,
  hexBytes,
  JsonError,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  whole,
} from '../../local/json.js';
import type { Read, JsonReader } from '../../local/json.js';
import { done, none } from '../../local/rpc/operation.js';
import type { None, Operation, Stream } from '../../local/rpc/operation.js';
import type {
  AirDevice,
  AirEvent,
  AirFound,
  AirRecord,
  FoundLink,
  FoundSet,
} from '../capture/record.js';
import { SPEED_RANGE } from '../medium/motion.js';
import type { Position } from '../medium/path-loss.js';
import { FARTHEST_METRES } from '../vendor.js';
import { PACES } from './settings.js';
import type { SettingsInForce } from './settings.js';

/*
 * What a person beside the air can ask of its hub, and what it answers. Metres are given to a
 * thousandth, seconds to a tenth.
 */

/** Devices on an air; as many may be absent. */
const MOST_DEVICES = 4096;
const index = whole(Number.MAX_SAFE_INTEGER);
const role = oneOf(['central', 'peripheral'] as const);
const position: JsonReader<Position> = object({ x: number(), y: number() });

const walk = object({
  to: position,
  /** Metres in a second. */ speed: number(),
  secondsLeft: number(0),
});

const placeFields = {
  /** A name for people, as its program gave it: any characters. */
  label: text,
  position,
  /** Null when it stands still. */
  walk: nullable(walk),
};
const place = object(placeFields);
/** Somebody who is away: the label, the place that is remembered for it, and the walk that goes on meanwhile. */
export type PlaceReport = Read<typeof place>;

const link = object({
  role,
  /** The peer's index. */
  peer: index,
  /** The peer's address as it is used on the link. */
  address: text,
  /** dBm at which this device hears its peer. */
  rssi: number(),
});
/** A link as one of its ends has it: the role, the peer's `index` and address, and the strength in dBm. */
export type LinkReport = Read<typeof link>;

const device = object({
  ...placeFields,
  index,
  /** The public device address, aa:bb:cc:dd:ee:ff. */
  address: text,
  /** As its host makes others see it, whatever program that is. */
  advertised: object({
    /** In its advertising data, now or last. */
    name: nullable(text),
    /** Random addresses that it uses. */
    addresses: list(text, MOST_DEVICES),
  }),
  /** dBm. */
  txPower: number(),
  advertising: boolean,
  scanning: boolean,
  /** It waits for a peer to connect to. */
  initiating: boolean,
  links: list(link, MOST_DEVICES),
});
/** A controller on the air: who it is, where, and what it does. */
export type DeviceReport = Read<typeof device>;

const devices = list(device, MOST_DEVICES);
const absent = list(place, MOST_DEVICES);
const settings: { readonly [K in keyof SettingsInForce]: JsonReader<SettingsInForce[K]> } = {
  seed: text,
  pace: oneOf(PACES),
  faults: nullable(text),
};

/** The settings, and how many controllers are on the air. */
const info = object({ ...settings, devices: index });
/** The settings of an air, and how many controllers are on it. */
export type HubInfo = Read<typeof info>;

/** What is on the air, and where what is away will be when it comes. */
const airList = object({ ...settings, devices, absent });
/** What is on the air, and where what is away will be when it comes. */
export type AirList = Read<typeof airList>;

/**
 * What has become otherwise on the air, by itself or because somebody moved it: devices that have come or
 * changed, as they are now; the indices of those that have gone; and all that are away. Where something
 * is on its walk, and how strongly it hears others meanwhile, is no change.
 */
const airChange = object({ devices, left: list(index, MOST_DEVICES), absent });
/** What has become otherwise: devices that came or changed, the `left` indices of those gone, and all that are away. */
export type AirChange = Read<typeof airChange>;

/** Where somebody is put, at once or on foot. */
export interface MoveRequest {
  /** An address, the label, or the advertised name of who is to move. */
  readonly who: string;
  /** Metres; each coordinate at most 21,474,836.47 from 0. */
  readonly to: Position;
  /** Metres in a second, within SPEED_RANGE (default: at once). */
  readonly speed?: number | undefined;
  /** True: also a label that was never on this air, which is there when it comes (default false: an error). */
  readonly beforehand?: boolean | undefined;
}

/** The longest name that a device can have (Vol 3 Part C 12.1); labels are shorter. */
export const MAX_WHO_BYTES = 248;

const destination = number(-FARTHEST_METRES, FARTHEST_METRES);

const moveRequest = object<MoveRequest>({
  who: (value, what) => {
    const found = text(value, what);
    if (found !== '' && Buffer.byteLength(found) <= MAX_WHO_BYTES) return found;
    throw JsonError.not(what, `a name or an address, 1 to ${String(MAX_WHO_BYTES)} bytes`);
  },
  to: object<Position>({ x: destination, y: destination }),
  speed: optional(number(SPEED_RANGE.min, SPEED_RANGE.max)),
  beforehand: optional(boolean),
});

const moved = object({
  label: text,
  /** Null: it is away, and will be there when it comes. */
  address: nullable(text),
  /** Null: nobody knows where it was. */
  from: nullable(position),
  to: position,
  /** Until it is there; 0 for at once. */
  seconds: number(0),
});
/** Who moves, from where to where, and the seconds until it is there; `address` null where it is away. */
export type MoveReport = Read<typeof moved>;

const recorded = object<Extract<AirEvent, { type: 'record' }>>({
  type: oneOf(['record']),
  record: object<AirRecord>({
    time: number(),
    index,
    direction: oneOf(['sent', 'received']),
    packet: (value, what) => Buffer.from(text(value, what), 'base64'),
  }),
});

const introduced = <T extends 'came' | 'left'>(type: T) =>
  object<{ readonly type: T; readonly device: AirDevice; readonly time: number }>({
    type: oneOf([type]),
    device: object<AirDevice>({
      index,
      address: text,
      label: text,
      random: optional(list(text, MOST_DEVICES)),
      advertised: optional(text),
    }),
    time: number(),
  });

const advertisingData = hexBytes(0, MAX_ADVERTISING_DATA);
const found = object<Extract<AirEvent, { type: 'found' }>>({
  type: oneOf(['found']),
  found: object<AirFound>({
    index,
    sets: list(
      object<FoundSet>({
        name: text,
        connectable: boolean,
        scannable: boolean,
        extended: boolean,
        ownAddressType: number(),
        data: advertisingData,
        scanResponse: advertisingData,
      }),
      MOST_DEVICES,
    ),
    links: list(
      object<FoundLink>({
        handle: index,
        role,
        peer: text,
        intervalMs: number(),
        latency: number(),
        timeoutMs: number(),
      }),
      MOST_DEVICES,
    ),
  }),
  time: number(),
});

/** By their type. */
const EVENTS = { record: recorded, found, came: introduced('came'), left: introduced('left') };

const tap: Stream<None, void, AirEvent> = {
  op: 'tap',
  parameters: none,
  result: done,
  event: (value, what): AirEvent => {
    const type = oneOf(Object.keys(EVENTS) as AirEvent['type'][])(
      isJsonObject(value) ? value['type'] : undefined,
      what,
    );
    return EVENTS[type](value, what);
  },
  toJson: (event) => {
    if (event.type === 'record') {
      return {
        ...event,
        record: { ...event.record, packet: event.record.packet.toString('base64') },
      };
    }
    if (event.type !== 'found') return event;
    const sets = event.found.sets.map(({ data, scanResponse, ...set }) => ({
      ...set,
      data: toHex(data),
      scanResponse: toHex(scanResponse),
    }));
    return { ...event, found: { ...event.found, sets } };
  },
};

/** What a control connection to a hub can ask for. */
export const HUB = {
  info: { op: 'info', parameters: none, result: info },
  list: { op: 'list', parameters: none, result: airList },
  move: { op: 'move', parameters: moveRequest, result: moved } satisfies Operation<
    MoveRequest,
    MoveReport
  >,
  tap,
  watch: { op: 'watch', parameters: none, result: airList, event: airChange },
};

/** The list as the change makes it. */
export const withChange = (before: AirList, { devices, left, absent }: AirChange): AirList => {
  const other = new Set([...left, ...devices.map(({ index }) => index)]);
  const kept = before.devices.filter(({ index }) => !other.has(index));
  return {
    ...before,
    devices: [...kept, ...devices].sort((a, b) => a.index - b.index),
    absent,
  };
};
