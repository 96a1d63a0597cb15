import { toHex } from '../../lib/platform/bytes.js';
import { keepLatest } from '../keep-latest.js';
import { readAdvertisingData } from './advertising-data.js';
import type { DecodedDetail, Party } from './event.js';

/** Advertisers that are remembered; the one that was heard first is forgotten first. */
const MAX_ADVERTISERS = 1024;

/** What is known of one advertisement; what is not known is left out. */
export interface FollowedAdvertisement {
  readonly address: string | null;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly extended: boolean;
  readonly data?: Uint8Array;
  readonly scanResponse?: Uint8Array;
}

interface Last {
  advertisement?: string;
  scanResponse: string;
}

/** Tells advertisements once for each change, whoever hears them and how often. */
export class Advertisements {
  readonly #last = new Map<string, Last>();

  /** @param key of the advertiser, or of one of its advertising sets */
  seen(
    key: string,
    device: Party,
    advertisement: FollowedAdvertisement,
  ): DecodedDetail | undefined {
    const { address, connectable, scannable, extended, data, scanResponse } = advertisement;
    const last = this.#lastOf(key);
    const before = { ...last };
    if (scanResponse !== undefined) last.scanResponse = toHex(scanResponse);
    if (data !== undefined) {
      last.advertisement = JSON.stringify([connectable, scannable, extended, toHex(data)]);
    }
    if (data !== undefined && last.advertisement !== before.advertisement) {
      return {
        ...{ type: 'advertising', device, advertised: address, connectable, scannable, extended },
        data: readAdvertisingData(data),
        ...(scanResponse?.length && { scanResponse: readAdvertisingData(scanResponse) }),
      };
    }
    return scanResponse !== undefined && last.scanResponse !== before.scanResponse
      ? { type: 'scan-response', device, data: readAdvertisingData(scanResponse) }
      : undefined;
  }

  /** Undefined when nothing was told of it. */
  stopped(key: string, device: Party): DecodedDetail | undefined {
    return this.#last.delete(key) ? { type: 'advertising-stopped', device } : undefined;
  }

  #lastOf(key: string): Last {
    const known = this.#last.get(key);
    return known ?? keepLatest(this.#last, key, { scanResponse: '' }, MAX_ADVERTISERS);
  }
}
