import { describeAdvertisingData } from './advertising-data.js';
import type { AdvertisingData } from './advertising-data.js';
import type { DecodedEvent, FromEnd, OnLink } from './event.js';
import { fieldsText, namedText } from './fields.js';
import { describeCut } from './l2cap.js';
import type { FollowedParameters } from './link-events.js';
import { uuidName } from './uuids.js';
import type { UuidNames } from './uuids.js';

/** What happened, and to whom: `phone -> car` and `Write Command toCar, handle 0x000c, 122 B`. */
export interface Description {
  /** The device, or both ends of the link with an arrow between them. */
  readonly who: string;
  /** A sentence without an end, sizes in bytes. */
  readonly what: string;
}

/** An event for people, in one line without control characters; never more than a few hundred characters. */
export const describeEvent = (event: DecodedEvent, names: UuidNames = new Map()): Description => ({
  who: 'device' in event ? event.device.name : onLink(event),
  what: happened(event, names),
});

const happened = (event: DecodedEvent, names: UuidNames): string => {
  switch (event.type) {
    case 'powered-on':
      return 'is on the air';
    case 'powered-off':
      return 'has left the air';
    case 'advertising': {
      const { connectable, scannable, extended, data, scanResponse } = event;
      const how = [
        ...(extended ? ['extended'] : []),
        connectable ? 'connectable' : 'not connectable',
        ...(scannable ? ['scannable'] : []),
      ].join(', ');
      const response = scanResponse && `; scan response: ${dataText(scanResponse, names)}`;
      return `advertises (${how}): ${dataText(data, names)}${response ?? ''}`;
    }
    case 'scan-response':
      return `scan response: ${dataText(event.data, names)}`;
    case 'advertising-stopped':
      return 'stops advertising';
    case 'connected':
      return `connected: ${parametersText(event)}`;
    case 'not-connected':
      return `no connection: ${event.reason}`;
    case 'parameters':
      return `connection parameters: ${parametersText(event)}`;
    case 'encryption':
      return event.encrypted ? 'encrypted' : 'no longer encrypted';
    case 'encryption-failed':
      return `not encrypted: ${event.reason}`;
    case 'data-length':
      return `data length: ${String(event.txBytes)} B, ${String(event.rxBytes)} B`;
    case 'phy':
      return `PHY: ${event.txPhy}, ${event.rxPhy}`;
    case 'att':
    case 'l2cap':
    case 'unfinished':
      return withCut(event);
    case 'packet': {
      const whose = event.direction === 'sent' ? 'the host' : 'the controller';
      const wrong = event.wrongDirection && `; by the capture ${whose} has sent it`;
      return `${withCut(event)}${wrong ?? ''}`;
    }
    case 'disconnected':
      return `disconnected: ${event.reason}`;
    case 'malformed':
      return `malformed ${event.what}`;
  }
};

const onLink = ({ central, peripheral, ...event }: OnLink | FromEnd): string => {
  const arrow = 'from' in event ? (event.from === 'central' ? '->' : '<-') : '--';
  return `${central.name} ${arrow} ${peripheral.name}`;
};

const withCut = ({ name, fields, cut }: Pick<FromEnd, 'name' | 'fields' | 'cut'>): string =>
  [namedText(name, fieldsText(fields)), describeCut(cut)].filter((part) => part !== '').join('; ');

const parametersText = ({ intervalMs, latency, timeoutMs }: FollowedParameters): string =>
  fieldsText({ intervalMs, latency, timeoutMs });

const dataText = (data: AdvertisingData, names: UuidNames): string =>
  describeAdvertisingData(data, (uuid) => uuidName(uuid, names)).join(', ');
