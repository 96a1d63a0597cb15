import { describeAdvertisingData } from './advertising-data.js';
import type { AdvertisingData } from './advertising-data.js';
import type { DecodedEvent, OnLink } from './event.js';
import { fieldsText } from './fields.js';
import type { FollowedParameters } from './link-events.js';
import { uuidName } from './uuids.js';
import type { UuidNames } from './uuids.js';

/** What happened, and to whom: `phone -> car` and `Write Command toCar, handle 0x000c, 122 B`. */
export interface Description {
  readonly who: string;
  readonly what: string;
}

/** An event for people, in one line without control characters; never more than a few hundred characters. */
export const describeEvent = (event: DecodedEvent, names: UuidNames = new Map()): Description => {
  switch (event.type) {
    case 'powered-on':
      return { who: event.device.name, what: 'is on the air' };
    case 'powered-off':
      return { who: event.device.name, what: 'has left the air' };
    case 'advertising': {
      const { device, connectable, scannable, extended, data, scanResponse } = event;
      const how = [
        ...(extended ? ['extended'] : []),
        connectable ? 'connectable' : 'not connectable',
        ...(scannable ? ['scannable'] : []),
      ].join(', ');
      const response =
        scanResponse === undefined ? '' : `; scan response: ${dataText(scanResponse, names)}`;
      return {
        who: device.name,
        what: `advertises (${how}): ${dataText(data, names)}${response}`,
      };
    }
    case 'scan-response':
      return { who: event.device.name, what: `scan response: ${dataText(event.data, names)}` };
    case 'advertising-stopped':
      return { who: event.device.name, what: 'stops advertising' };
    case 'connected':
      return { who: pair(event), what: `connected: ${parametersText(event)}` };
    case 'not-connected':
      return { who: event.device.name, what: `no connection: ${event.reason}` };
    case 'parameters':
      return { who: pair(event), what: `connection parameters: ${parametersText(event)}` };
    case 'encryption':
      return { who: pair(event), what: event.encrypted ? 'encrypted' : 'no longer encrypted' };
    case 'encryption-failed':
      return { who: pair(event), what: `not encrypted: ${event.reason}` };
    case 'data-length':
      return {
        who: pair(event),
        what: `data length: ${String(event.txBytes)} B, ${String(event.rxBytes)} B`,
      };
    case 'phy':
      return { who: pair(event), what: `PHY: ${event.txPhy}, ${event.rxPhy}` };
    case 'att':
    case 'l2cap': {
      const arrow = event.from === 'central' ? '->' : '<-';
      const fields = fieldsText(event.fields);
      return {
        who: pair(event, arrow),
        what: fields === '' ? event.name : `${event.name}: ${fields}`,
      };
    }
    case 'disconnected':
      return { who: pair(event), what: `disconnected: ${event.reason}` };
    case 'malformed':
      return { who: event.device.name, what: `malformed ${event.what}` };
  }
};

const pair = ({ central, peripheral }: OnLink, arrow = '--'): string =>
  `${central.name} ${arrow} ${peripheral.name}`;

const parametersText = ({ intervalMs, latency, timeoutMs }: FollowedParameters): string =>
  fieldsText({ intervalMs, latency, timeoutMs });

const dataText = (data: AdvertisingData, names: UuidNames): string =>
  describeAdvertisingData(data, (uuid) => uuidName(uuid, names)).join(', ');
