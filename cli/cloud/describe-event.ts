import type { CloudEvent } from '../../cloud/types.js';
import { failingText } from './fail.js';

/** What happened at the cloud, as a sentence. @param nameOf what a car is called here */
export const describeCloudEvent = (
  event: CloudEvent,
  nameOf: (car: string) => string = shortId,
): string => {
  switch (event.type) {
    case 'failing':
      return `an outage: the cloud ${failingText(event.mode, Math.ceil(event.forMs / 1000))}`;
    case 'recovered':
      return 'the outage is over';
    case 'car-online':
      return `${nameOf(event.car)} is connected`;
    case 'car-offline':
      return `${nameOf(event.car)} is gone`;
    case 'object-delivered':
      return `${nameOf(event.car)} has taken a revocation list`;
    case 'command':
      return `${nameOf(event.car)} was asked to ${event.command}: ${event.outcome}`;
  }
};

/** Enough of an id to tell it from others on a screen. */
const shortId = (id: string): string => `car ${id.slice(0, 8)}`;
