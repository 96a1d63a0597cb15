import type { JsonObject } from '../../lib/platform/json.js';
import { plain } from '../air/words.js';
import { failingText } from './fail.js';
import { isOutageMode } from './outage-modes.js';

/**
 * What happened at a cloud, as a sentence: nothing is trusted of what it tells, and what is new there has its name alone.
 * @param names of cars, by their ids
 */
export const describeHappening = (
  { type, data }: { readonly type: string; readonly data: JsonObject },
  names: ReadonlyMap<string, string> = new Map(),
): string => {
  const text = (field: string): string => {
    const value = data[field];
    return typeof value === 'string' ? plain(value) : '?';
  };
  const id = text('car');
  const car = plain(names.get(id) ?? `car ${id.slice(0, 8)}`);
  const { mode, forMs } = data;
  switch (type) {
    case 'failing':
      return isOutageMode(mode) && typeof forMs === 'number'
        ? `an outage: the cloud ${failingText(mode, Math.ceil(forMs / 1000))}`
        : 'an outage';
    case 'recovered':
      return 'the outage is over';
    case 'car-online':
      return `${car} is connected`;
    case 'car-offline':
      return `${car} is away`;
    case 'object-delivered':
      return `${car} has taken a revocation list`;
    case 'command':
      return `${car}: ${text('command')}, ${text('outcome')}`;
    default:
      return plain(type);
  }
};
