import { isJsonObject } from '../../lib/platform/json.js';
import {
  boolean,
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
import type { AirDevice, AirEvent, AirRecord } from '../capture/record.js';
import type { Position } from '../medium/path-loss.js';
import { FARTHEST_METRES, MAX_LABEL_BYTES } from '../vendor.js';
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
/** Metres in a second. */
export const SPEED_RANGE = { min: 0.001, max: 1000 } as const;

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
  /** The label or the address of who is to move. */
  readonly who: string;
  /** Metres; each coordinate at most 21,474,836.47 from 0. */
  readonly to: Position;
  /** Metres in a second, within SPEED_RANGE (default: at once). */
  readonly speed?: number | undefined;
}

const destination = number(-FARTHEST_METRES, FARTHEST_METRES);

const moveRequest = object<MoveRequest>({
  who: (value, what) => {
    const found = text(value, what);
    if (found !== '' && Buffer.byteLength(found) <= MAX_LABEL_BYTES) return found;
    throw JsonError.not(what, `a label or an address, 1 to ${String(MAX_LABEL_BYTES)} bytes`);
  },
  to: object<Position>({ x: destination, y: destination }),
  speed: optional(number(SPEED_RANGE.min, SPEED_RANGE.max)),
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

const introduced = object<
  Omit<Exclude<AirEvent, { type: 'record' }>, 'type'> & {
    readonly type: 'came' | 'left';
  }
>({
  type: oneOf(['came', 'left']),
  device: object<AirDevice>({ index, address: text, label: text }),
  time: number(),
});

const tap: Stream<None, void, AirEvent> = {
  op: 'tap',
  parameters: none,
  result: done,
  event: (value, what) =>
    isJsonObject(value) && value['type'] === 'record'
      ? recorded(value, what)
      : introduced(value, what),
  toJson: (event) =>
    event.type === 'record'
      ? { ...event, record: { ...event.record, packet: event.record.packet.toString('base64') } }
      : event,
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
