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
import type { Reader } from '../../local/json.js';
import { none } from '../../local/rpc/operation.js';
import type { None, Operation, Stream } from '../../local/rpc/operation.js';
import type { AirDevice, AirEvent, AirRecord } from '../capture/record.js';
import type { Position } from '../medium/path-loss.js';
import { FARTHEST_METRES, MAX_LABEL_BYTES } from '../vendor.js';
import { SPEED_RANGE } from './control.js';
import type {
  AirChange,
  AirList,
  DeviceReport,
  HubInfo,
  LinkReport,
  MoveReport,
  MoveRequest,
  PlaceReport,
  WalkReport,
} from './control.js';
import { PACES } from './settings.js';

/** Devices on an air; as many may be absent. */
const MOST_DEVICES = 4096;
const index = whole(Number.MAX_SAFE_INTEGER);

const position = object<Position>({ x: number(), y: number() });
const placeFields = {
  label: text,
  position,
  walk: nullable(object<WalkReport>({ to: position, speed: number(), secondsLeft: number(0) })),
};
const place = object<PlaceReport>(placeFields);

const device = object<DeviceReport>({
  ...placeFields,
  index,
  address: text,
  txPower: number(),
  advertising: boolean,
  scanning: boolean,
  initiating: boolean,
  links: list(
    object<LinkReport>({
      role: oneOf(['central', 'peripheral']),
      peer: index,
      address: text,
      rssi: number(),
    }),
    MOST_DEVICES,
  ),
});

const settings = { seed: text, pace: oneOf(PACES), faults: nullable(text) };

const destination = number(-FARTHEST_METRES, FARTHEST_METRES);

const who: Reader<string> = (value, what) => {
  const found = text(value, what);
  if (found !== '' && Buffer.byteLength(found) <= MAX_LABEL_BYTES) return found;
  throw JsonError.not(what, `a label or an address, 1 to ${String(MAX_LABEL_BYTES)} bytes`);
};

const packet: Reader<Buffer> = (value, what) => Buffer.from(text(value, what), 'base64');

const introduced = object<{
  readonly type: 'came' | 'left';
  readonly device: AirDevice;
  readonly time: number;
}>({
  type: oneOf(['came', 'left']),
  device: object<AirDevice>({ index, address: text, label: text }),
  time: number(),
});

const recorded = object<Extract<AirEvent, { type: 'record' }>>({
  type: oneOf(['record']),
  record: object<AirRecord>({
    time: number(),
    index,
    direction: oneOf(['sent', 'received']),
    packet,
  }),
});

const absent = list(place, MOST_DEVICES);

const devices = list(device, MOST_DEVICES);

const move: Operation<MoveRequest, MoveReport> = {
  op: 'move',
  parameters: object<MoveRequest>({
    who,
    to: object<Position>({ x: destination, y: destination }),
    speed: optional(number(SPEED_RANGE.min, SPEED_RANGE.max)),
  }),
  result: object<MoveReport>({
    label: text,
    address: nullable(text),
    from: nullable(position),
    to: position,
    seconds: number(0),
  }),
};

/** Packets in base64. */
const tap: Stream<None, None, AirEvent> = {
  op: 'tap',
  parameters: none,
  result: none,
  event: (value, what) =>
    isJsonObject(value) && value['type'] === 'record'
      ? recorded(value, what)
      : introduced(value, what),
  toJson: (event) =>
    event.type === 'record'
      ? { ...event, record: { ...event.record, packet: event.record.packet.toString('base64') } }
      : event,
};

const airList = object<AirList>({ ...settings, devices, absent });

/** What a control connection to a hub can ask for. */
export const HUB = {
  info: { op: 'info', parameters: none, result: object<HubInfo>({ ...settings, devices: index }) },
  list: { op: 'list', parameters: none, result: airList },
  move,
  tap,
  watch: {
    op: 'watch',
    parameters: none,
    result: airList,
    event: object<AirChange>({ devices, left: list(index, MOST_DEVICES), absent }),
  },
};
